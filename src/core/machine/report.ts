/**
 * State changes that follow from a step: each reported status once, a cause before what follows from it, containers
 * before their task, numbered per task.
 * They go into the outbox in the same commit as the state. Source: engine-behaviour 9.1-9.3, engine-modern 4.3, 12.4.
 */
import type { EpochMs } from "../brand.ts";
import { causesFirst } from "../causes.ts";
import { formatReason } from "../errors.ts";
import type { ContainerStateChange, StateChange, TaskStateChange } from "../state-change.ts";
import { compareContainerStatus, compareTaskStatus } from "../status.ts";
import type { Container, NetworkBinding, Task } from "../task.ts";
import { findContainer, isInternal } from "../task.ts";
import { appended } from "./appended.ts";
import type { Draft } from "./draft.ts";

const REASON_MAX = 1024;
const IDENTITY_MAX = 255;
const NOTHING: readonly StateChange[] = [];
const NOBODY: readonly Container[] = [];
const NO_BINDINGS: readonly NetworkBinding[] = [];

export function report(draft: Draft, now: EpochMs): readonly StateChange[] {
  let changes = NOTHING;
  for (const container of containersWithNews(draft.task)) {
    changes = appended(changes, containerChange(draft.task, container, nextSequence(draft), now));
    draft.changeContainer(container).emittedStatus = container.knownStatus;
  }
  if (isTaskNews(draft.task)) {
    changes = appended(changes, taskChange(draft.task, nextSequence(draft), now));
    draft.change().emittedStatus = draft.task.knownStatus;
  }
  return changes;
}

function containersWithNews(task: Task): readonly Container[] {
  let news = NOBODY;
  for (const container of task.containers) if (isNews(container)) news = appended(news, container);
  return causesFirst(news, (name) => findContainer(task, name));
}

/** Numbers are given in the order in which changes are told. */
function nextSequence(draft: Draft): number {
  const task = draft.change();
  task.nextChange += 1;
  return task.nextChange - 1;
}

/** RUNNING counts at the steady status; a digest is news only when it was resolved by asking. Source: DM-12. */
function isNews(container: Container): boolean {
  if (isInternal(container) || compareContainerStatus(container.knownStatus, container.emittedStatus) <= 0)
    return false;
  if (container.knownStatus === "MANIFEST_PULLED") return container.digestResolved;
  return container.knownStatus === container.steadyStatus || container.knownStatus === "STOPPED";
}

function isTaskNews(task: Task): boolean {
  if (compareTaskStatus(task.knownStatus, task.emittedStatus) <= 0) return false;
  if (task.knownStatus === "MANIFEST_PULLED") return task.containers.some((container) => container.digestResolved);
  return task.knownStatus === "RUNNING" || task.knownStatus === "STOPPED";
}

/** Members that are absent when there is nothing to tell are added one by one: a spread for each costs several times more. */
type Unfinished<Change> = { -readonly [Member in keyof Change]: Change[Member] };

function containerChange(task: Task, container: Container, sequence: number, now: EpochMs): ContainerStateChange {
  const { knownStatus, dockerId, imageDigest, exitCode, error } = container;
  const change: Unfinished<ContainerStateChange> = {
    type: "container",
    taskArn: task.arn,
    sequence,
    at: now,
    containerName: container.name,
    containerArn: container.containerArn,
    status: knownStatus === "STOPPED" || knownStatus === "MANIFEST_PULLED" ? knownStatus : "RUNNING",
    networkBindings: container.networkBindings ?? NO_BINDINGS,
  };
  if (dockerId !== undefined) change.runtimeId = dockerId.slice(0, IDENTITY_MAX);
  if (imageDigest !== undefined) change.imageDigest = imageDigest.slice(0, IDENTITY_MAX);
  if (exitCode !== undefined) change.exitCode = exitCode;
  if (error !== undefined) change.reason = formatReason(error).slice(0, REASON_MAX);
  return change;
}

function taskChange(task: Task, sequence: number, now: EpochMs): TaskStateChange {
  const { knownStatus, stopCode, stoppedReason, pullStartedAt, pullStoppedAt, executionStoppedAt } = task;
  const ended = knownStatus === "STOPPED";
  const change: Unfinished<TaskStateChange> = {
    type: "task",
    taskArn: task.arn,
    sequence,
    at: now,
    status: knownStatus === "RUNNING" || knownStatus === "STOPPED" ? knownStatus : "MANIFEST_PULLED",
  };
  if (ended && stopCode !== undefined) change.stopCode = stopCode;
  if (ended && stoppedReason !== undefined) change.reason = stoppedReason.slice(0, REASON_MAX);
  if (pullStartedAt !== undefined) change.pullStartedAt = pullStartedAt;
  if (pullStoppedAt !== undefined) change.pullStoppedAt = pullStoppedAt;
  if (executionStoppedAt !== undefined) change.executionStoppedAt = executionStoppedAt;
  return change;
}
