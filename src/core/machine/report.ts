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

export function report(task: Task, now: EpochMs): { readonly task: Task; readonly changes: readonly StateChange[] } {
  const changes: StateChange[] = [];
  let current = task;
  for (const [index, container] of task.containers.entries()) {
    if (!isNews(container)) continue;
    changes.push(containerChange(current, container, now));
    const told: Container = changeContainer(container, { emittedStatus: container.knownStatus });
    current = changeTask(current, {
      containers: current.containers.with(index, told),
      nextChange: current.nextChange + 1,
    });
  }
  if (!isTaskNews(current)) return { task: current, changes };
  changes.push(taskChange(current, now));
  return {
    task: changeTask(current, { emittedStatus: current.knownStatus, nextChange: current.nextChange + 1 }),
    changes,
  };
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

function containerChange(task: Task, container: Container, now: EpochMs): ContainerStateChange {
  const { knownStatus, dockerId, imageDigest, exitCode, error } = container;
  return {
    type: "container",
    taskArn: task.arn,
    sequence: task.nextChange,
    at: now,
    containerName: container.name,
    containerArn: container.containerArn,
    status: knownStatus === "STOPPED" || knownStatus === "MANIFEST_PULLED" ? knownStatus : "RUNNING",
    networkBindings: container.networkBindings ?? [],
    ...(dockerId === undefined ? {} : { runtimeId: dockerId.slice(0, IDENTITY_MAX) }),
    ...(imageDigest === undefined ? {} : { imageDigest: imageDigest.slice(0, IDENTITY_MAX) }),
    ...(exitCode === undefined ? {} : { exitCode }),
    ...(error === undefined ? {} : { reason: formatReason(error).slice(0, REASON_MAX) }),
  };
}

function taskChange(task: Task, now: EpochMs): TaskStateChange {
  const { knownStatus, stopCode, stoppedReason, pullStartedAt, pullStoppedAt, executionStoppedAt } = task;
  const ended = knownStatus === "STOPPED";
  return {
    type: "task",
    taskArn: task.arn,
    sequence: task.nextChange,
    at: now,
    status: knownStatus === "RUNNING" || knownStatus === "STOPPED" ? knownStatus : "MANIFEST_PULLED",
    ...(ended && stopCode !== undefined ? { stopCode } : {}),
    ...(ended && stoppedReason !== undefined ? { reason: stoppedReason.slice(0, REASON_MAX) } : {}),
    ...(pullStartedAt === undefined ? {} : { pullStartedAt }),
    ...(pullStoppedAt === undefined ? {} : { pullStoppedAt }),
    ...(executionStoppedAt === undefined ? {} : { executionStoppedAt }),
  };
}
