/**
 * State changes that follow from a step: each reported status once, containers before their task, numbered per task.
 * They go into the outbox in the same commit as the state. Source: engine-behaviour 9.1-9.3, engine-modern 4.3, 12.4.
 */
import type { EpochMs } from "../brand.ts";
import { formatReason } from "../errors.ts";
import type { ContainerStateChange, StateChange, TaskStateChange } from "../state-change.ts";
import { compareContainerStatus, compareTaskStatus } from "../status.ts";
import type { Container, Task } from "../task.ts";
import { isInternal } from "../task.ts";
import { changeContainer, changeTask } from "../task-copy.ts";

const REASON_MAX = 1024;
const IDENTITY_MAX = 255;

const NOTHING: readonly never[] = [];

/** Members that are absent when there is nothing to tell are added one by one: a spread for each costs several times more. */
type Draft<Change> = { -readonly [Member in keyof Change]: Change[Member] };

export function report(task: Task, now: EpochMs): { readonly task: Task; readonly changes: readonly StateChange[] } {
  if (!isTaskNews(task) && !task.containers.some(isNews)) return { task, changes: NOTHING };
  const told = task.containers.map((container) => (isNews(container) ? tell(container) : container));
  const changes: StateChange[] = [];
  for (const [index, container] of told.entries()) {
    if (container !== task.containers[index]) changes.push(containerChange(task, container, changes.length, now));
  }
  const isTold = isTaskNews(task);
  if (isTold) changes.push(taskChange(task, changes.length, now));
  const emittedStatus = isTold ? task.knownStatus : task.emittedStatus;
  return {
    task: changeTask(task, { containers: told, emittedStatus, nextChange: task.nextChange + changes.length }),
    changes,
  };
}

function tell(container: Container): Container {
  return changeContainer(container, { emittedStatus: container.knownStatus });
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

/** @param before how many changes of this step come before it */
function containerChange(task: Task, container: Container, before: number, now: EpochMs): ContainerStateChange {
  const { knownStatus, dockerId, imageDigest, exitCode, error } = container;
  const change: Draft<ContainerStateChange> = {
    type: "container",
    taskArn: task.arn,
    sequence: task.nextChange + before,
    at: now,
    containerName: container.name,
    containerArn: container.containerArn,
    status: knownStatus === "STOPPED" || knownStatus === "MANIFEST_PULLED" ? knownStatus : "RUNNING",
    networkBindings: container.networkBindings ?? [],
  };
  if (dockerId !== undefined) change.runtimeId = dockerId.slice(0, IDENTITY_MAX);
  if (imageDigest !== undefined) change.imageDigest = imageDigest.slice(0, IDENTITY_MAX);
  if (exitCode !== undefined) change.exitCode = exitCode;
  if (error !== undefined) change.reason = formatReason(error).slice(0, REASON_MAX);
  return change;
}

function taskChange(task: Task, before: number, now: EpochMs): TaskStateChange {
  const { knownStatus, stopCode, stoppedReason, pullStartedAt, pullStoppedAt, executionStoppedAt } = task;
  const ended = knownStatus === "STOPPED";
  const change: Draft<TaskStateChange> = {
    type: "task",
    taskArn: task.arn,
    sequence: task.nextChange + before,
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
