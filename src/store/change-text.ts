/**
 * A state change as JSON, each member written by name: a task has four of them, and what has to find out first which
 * members there are takes half as long again (docs/performance.md).
 */
import type { ContainerStateChange, StateChange, TaskStateChange } from "../core/state-change.ts";

/** What `JSON.stringify` makes of it, its members in the order in which the machine makes them (`core/machine/report.ts`). */
export function changeText(change: StateChange): string {
  return change.type === "task" ? taskChangeText(change) : containerChangeText(change);
}

function taskChangeText(change: TaskStateChange): string {
  const { taskArn, sequence, at, status, stopCode, reason, pullStartedAt, pullStoppedAt, executionStoppedAt } = change;
  return `{"type":"task","taskArn":${JSON.stringify(taskArn)},"sequence":${sequence},"at":${at},"status":"${status}"${
    member("stopCode", stopCode) +
    member("reason", reason) +
    member("pullStartedAt", pullStartedAt) +
    member("pullStoppedAt", pullStoppedAt) +
    member("executionStoppedAt", executionStoppedAt)
  }}`;
}

function containerChangeText(change: ContainerStateChange): string {
  const { taskArn, sequence, at, containerName, containerArn, status, networkBindings } = change;
  const { runtimeId, imageDigest, exitCode, reason } = change;
  return `{"type":"container","taskArn":${JSON.stringify(taskArn)},"sequence":${sequence},"at":${at}${
    member("containerName", containerName) +
    member("containerArn", containerArn) +
    member("status", status) +
    member("networkBindings", networkBindings) +
    member("runtimeId", runtimeId) +
    member("imageDigest", imageDigest) +
    member("exitCode", exitCode) +
    member("reason", reason)
  }}`;
}

function member(name: string, value: unknown): string {
  return value === undefined ? "" : `,"${name}":${JSON.stringify(value)}`;
}
