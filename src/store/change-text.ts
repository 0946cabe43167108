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
  return `{"type":"task","taskArn":${text(taskArn)},"sequence":${sequence},"at":${at},"status":"${status}"${
    ifText("stopCode", stopCode) +
    ifText("reason", reason) +
    ifNumber("pullStartedAt", pullStartedAt) +
    ifNumber("pullStoppedAt", pullStoppedAt) +
    ifNumber("executionStoppedAt", executionStoppedAt)
  }}`;
}

function containerChangeText(change: ContainerStateChange): string {
  const { taskArn, sequence, at, containerName, containerArn, status, networkBindings } = change;
  const { runtimeId, imageDigest, exitCode, reason } = change;
  const names = `"containerName":${text(containerName)},"containerArn":${text(containerArn)}`;
  const bindings = networkBindings.length === 0 ? "[]" : JSON.stringify(networkBindings);
  return `{"type":"container","taskArn":${text(taskArn)},"sequence":${sequence},"at":${at},${names},"status":"${status}","networkBindings":${bindings}${
    ifText("runtimeId", runtimeId) +
    ifText("imageDigest", imageDigest) +
    ifNumber("exitCode", exitCode) +
    ifText("reason", reason)
  }}`;
}

function text(value: string): string {
  return JSON.stringify(value);
}

function ifText(name: string, value: string | undefined): string {
  return value === undefined ? "" : `,"${name}":${text(value)}`;
}

function ifNumber(name: string, value: number | undefined): string {
  return value === undefined ? "" : `,"${name}":${value}`;
}
