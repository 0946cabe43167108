/**
 * The row of a task as JSON, each member written by name: that takes half the time in which `JSON.stringify` finds out
 * which members there are (docs/performance.md). What is left out is what `persistedTask` leaves out.
 */
import type { TaskDefinition } from "../core/definition/types.ts";
import type { Container, Task, TaskResource } from "../core/task.ts";
import { jsonMember, jsonOf, jsonOfText } from "./json-text.ts";

/** Tasks that come one after the other are mostly of one definition. No more than one is kept in memory. */
let lastDefinition: { readonly definition: TaskDefinition; readonly json: string } | undefined;

/** JSON of what `persistedTask` makes of it. @throws {TypeError} when it cannot be written as JSON */
export function taskText(task: Task): string {
  const containers = task.containers.map(containerText).join();
  const resources = task.resources.map(resourceText).join();
  return `{"arn":${jsonOfText(task.arn)}${
    jsonMember("id", task.id) +
    jsonMember("cluster", task.cluster) +
    jsonMember("family", task.family) +
    jsonMember("revision", task.revision)
  },"definition":${definitionText(task.definition)},"containers":[${containers}],"resources":[${resources}]${
    jsonMember("knownStatus", task.knownStatus) +
    jsonMember("knownStatusAt", task.knownStatusAt) +
    jsonMember("desiredStatus", task.desiredStatus) +
    jsonMember("emittedStatus", task.emittedStatus) +
    jsonMember("sentStatus", task.sentStatus)
  },"admitted":false${
    jsonMember("forceStop", task.forceStop) +
    jsonMember("createdAt", task.createdAt) +
    jsonMember("startedAt", task.startedAt) +
    jsonMember("stoppingAt", task.stoppingAt) +
    jsonMember("stoppedAt", task.stoppedAt) +
    jsonMember("executionStoppedAt", task.executionStoppedAt) +
    jsonMember("pullStartedAt", task.pullStartedAt) +
    jsonMember("pullStoppedAt", task.pullStoppedAt) +
    jsonMember("stopCode", task.stopCode) +
    jsonMember("stoppedReason", task.stoppedReason) +
    jsonMember("cleanupAt", task.cleanupAt) +
    jsonMember("nextActionId", task.nextActionId) +
    jsonMember("nextChange", task.nextChange) +
    jsonMember("acknowledgedChange", task.acknowledgedChange)
  }}`;
}

function definitionText(definition: TaskDefinition): string {
  if (lastDefinition?.definition === definition) return lastDefinition.json;
  const json = JSON.stringify(definition);
  lastDefinition = { definition, json };
  return json;
}

function containerText(container: Container): string {
  return `{"name":${jsonOfText(container.name)}${
    jsonMember("type", container.type) +
    jsonMember("containerArn", container.containerArn) +
    jsonMember("essential", container.essential) +
    jsonMember("steadyStatus", container.steadyStatus) +
    jsonMember("image", container.image) +
    listMember("dependencies", container.dependencies) +
    jsonMember("hasHealthCheck", container.hasHealthCheck) +
    jsonMember("restartPolicy", container.restartPolicy) +
    jsonMember("startTimeoutMs", container.startTimeoutMs) +
    jsonMember("startTimeoutAt", container.startTimeoutAt) +
    jsonMember("stopTimeoutMs", container.stopTimeoutMs) +
    jsonMember("knownStatus", container.knownStatus) +
    jsonMember("desiredStatus", container.desiredStatus) +
    jsonMember("emittedStatus", container.emittedStatus) +
    jsonMember("sentStatus", container.sentStatus) +
    jsonMember("retry", container.retry) +
    jsonMember("stopOwed", container.stopOwed) +
    jsonMember("dockerName", container.dockerName) +
    jsonMember("createRequestedAt", container.createRequestedAt) +
    jsonMember("startRequestedAt", container.startRequestedAt) +
    jsonMember("dockerId", container.dockerId) +
    jsonMember("imageDigest", container.imageDigest) +
    jsonMember("digestResolved", container.digestResolved) +
    jsonMember("imageId", container.imageId) +
    listMember("hostPorts", container.hostPorts) +
    jsonMember("gpuIds", container.gpuIds) +
    jsonMember("networkBindings", container.networkBindings) +
    jsonMember("ipAddress", container.ipAddress) +
    jsonMember("createdAt", container.createdAt) +
    jsonMember("startedAt", container.startedAt) +
    jsonMember("finishedAt", container.finishedAt) +
    jsonMember("exitCode", container.exitCode) +
    jsonMember("error", container.error) +
    jsonMember("pullError", container.pullError) +
    jsonMember("health", container.health) +
    jsonMember("restart", container.restart) +
    jsonMember("removed", container.removed)
  }}`;
}

/** Resources have only those members that they need. */
function resourceText(resource: TaskResource): string {
  return jsonOf({ ...resource, inFlight: undefined });
}

function listMember(name: string, list: readonly unknown[]): string {
  return list.length === 0 ? `,"${name}":[]` : jsonMember(name, list);
}
