/**
 * A state change as JSON, each member written by name: a task has four of them, and what has to find out first which
 * members there are takes half as long again (docs/performance.md).
 */
import type { ContainerStateChange, StateChange, TaskStateChange } from "../core/state-change.ts";
import { jsonMember, jsonOfText } from "./json-text.ts";

/** What `JSON.stringify` makes of it, its members in the order in which the machine makes them (`core/machine/report.ts`). */
export function changeText(change: StateChange): string {
  return change.type === "task" ? taskChangeText(change) : containerChangeText(change);
}

function taskChangeText(change: TaskStateChange): string {
  const { taskArn, sequence, at, status, stopCode, reason, pullStartedAt, pullStoppedAt, executionStoppedAt } = change;
  return `{"type":"task","taskArn":${jsonOfText(taskArn)},"sequence":${sequence},"at":${at},"status":"${status}"${
    jsonMember("stopCode", stopCode) +
    jsonMember("reason", reason) +
    jsonMember("pullStartedAt", pullStartedAt) +
    jsonMember("pullStoppedAt", pullStoppedAt) +
    jsonMember("executionStoppedAt", executionStoppedAt)
  }}`;
}

function containerChangeText(change: ContainerStateChange): string {
  const { taskArn, sequence, at, containerName, containerArn, status, networkBindings } = change;
  const { runtimeId, imageDigest, exitCode, reason } = change;
  return `{"type":"container","taskArn":${jsonOfText(taskArn)},"sequence":${sequence},"at":${at}${
    jsonMember("containerName", containerName) +
    jsonMember("containerArn", containerArn) +
    jsonMember("status", status) +
    `,"networkBindings":${networkBindings.length === 0 ? "[]" : JSON.stringify(networkBindings)}` +
    jsonMember("runtimeId", runtimeId) +
    jsonMember("imageDigest", imageDigest) +
    jsonMember("exitCode", exitCode) +
    jsonMember("reason", reason)
  }}`;
}
