/**
 * Copies of tasks and containers with some members changed. They name every member instead of spreading the original: an
 * object that comes out of `{ ...it }` gets a hidden class of its own at each place in the code, and once a place has met
 * more than a few of them V8 copies member by member, which costs four times the time and five times the memory, and
 * every read of such an object is slower. Named in one place, all tasks share one hidden class, and all containers.
 */
import type { Container, Task } from "./task.ts";

/**
 * A copy that nobody has seen yet, and that may be changed in place. It has all its members, set or not: that is how the
 * compiler tells it from a frozen one, which may leave some out.
 */
export type Changeable<Record> = { -readonly [Member in keyof Required<Record>]: Record[Member] };

/** As `{ ...container, ...changes }`. */
export function changeContainer(container: Container, changes: Partial<Container>): Container {
  return Object.assign(copyContainer(container), changes);
}

/** As `{ ...task, ...changes }`. */
export function changeTask(task: Task, changes: Partial<Task>): Task {
  return Object.assign(copyTask(task), changes);
}

export function copyContainer(container: Container): Changeable<Container> {
  return {
    name: container.name,
    type: container.type,
    containerArn: container.containerArn,
    essential: container.essential,
    steadyStatus: container.steadyStatus,
    image: container.image,
    dependencies: container.dependencies,
    hasHealthCheck: container.hasHealthCheck,
    restartPolicy: container.restartPolicy,
    startTimeoutMs: container.startTimeoutMs,
    stopTimeoutMs: container.stopTimeoutMs,
    knownStatus: container.knownStatus,
    desiredStatus: container.desiredStatus,
    emittedStatus: container.emittedStatus,
    sentStatus: container.sentStatus,
    inFlight: container.inFlight,
    retry: container.retry,
    stopOwed: container.stopOwed,
    dockerName: container.dockerName,
    createRequestedAt: container.createRequestedAt,
    startRequestedAt: container.startRequestedAt,
    dockerId: container.dockerId,
    imageDigest: container.imageDigest,
    digestResolved: container.digestResolved,
    imageId: container.imageId,
    hostPorts: container.hostPorts,
    gpuIds: container.gpuIds,
    networkBindings: container.networkBindings,
    ipAddress: container.ipAddress,
    createdAt: container.createdAt,
    startedAt: container.startedAt,
    finishedAt: container.finishedAt,
    exitCode: container.exitCode,
    error: container.error,
    pullError: container.pullError,
    health: container.health,
    restart: container.restart,
    removed: container.removed,
  };
}

export function copyTask(task: Task): Changeable<Task> {
  return {
    arn: task.arn,
    id: task.id,
    cluster: task.cluster,
    family: task.family,
    revision: task.revision,
    definition: task.definition,
    containers: task.containers,
    resources: task.resources,
    knownStatus: task.knownStatus,
    knownStatusAt: task.knownStatusAt,
    desiredStatus: task.desiredStatus,
    emittedStatus: task.emittedStatus,
    sentStatus: task.sentStatus,
    admitted: task.admitted,
    forceStop: task.forceStop,
    createdAt: task.createdAt,
    startedAt: task.startedAt,
    stoppingAt: task.stoppingAt,
    stoppedAt: task.stoppedAt,
    executionStoppedAt: task.executionStoppedAt,
    pullStartedAt: task.pullStartedAt,
    pullStoppedAt: task.pullStoppedAt,
    stopCode: task.stopCode,
    stoppedReason: task.stoppedReason,
    cleanupAt: task.cleanupAt,
    nextActionId: task.nextActionId,
    nextChange: task.nextChange,
    acknowledgedChange: task.acknowledgedChange,
  };
}

const NONE: readonly never[] = [];

/**
 * Names of the members in which two containers differ; parts are compared by identity. Each is named here as well: asked
 * for by a name that changes, a member takes ten times as long to read.
 */
export function containerDifferences(before: Container, after: Container): readonly (keyof Container)[] {
  if (before === after) return NONE;
  const names: (keyof Container)[] = [];
  if (before.name !== after.name) names.push("name");
  if (before.type !== after.type) names.push("type");
  if (before.containerArn !== after.containerArn) names.push("containerArn");
  if (before.essential !== after.essential) names.push("essential");
  if (before.steadyStatus !== after.steadyStatus) names.push("steadyStatus");
  if (before.image !== after.image) names.push("image");
  if (before.dependencies !== after.dependencies) names.push("dependencies");
  if (before.hasHealthCheck !== after.hasHealthCheck) names.push("hasHealthCheck");
  if (before.restartPolicy !== after.restartPolicy) names.push("restartPolicy");
  if (before.startTimeoutMs !== after.startTimeoutMs) names.push("startTimeoutMs");
  if (before.stopTimeoutMs !== after.stopTimeoutMs) names.push("stopTimeoutMs");
  if (before.knownStatus !== after.knownStatus) names.push("knownStatus");
  if (before.desiredStatus !== after.desiredStatus) names.push("desiredStatus");
  if (before.emittedStatus !== after.emittedStatus) names.push("emittedStatus");
  if (before.sentStatus !== after.sentStatus) names.push("sentStatus");
  if (before.inFlight !== after.inFlight) names.push("inFlight");
  if (before.retry !== after.retry) names.push("retry");
  if (before.stopOwed !== after.stopOwed) names.push("stopOwed");
  if (before.dockerName !== after.dockerName) names.push("dockerName");
  if (before.createRequestedAt !== after.createRequestedAt) names.push("createRequestedAt");
  if (before.startRequestedAt !== after.startRequestedAt) names.push("startRequestedAt");
  if (before.dockerId !== after.dockerId) names.push("dockerId");
  if (before.imageDigest !== after.imageDigest) names.push("imageDigest");
  if (before.digestResolved !== after.digestResolved) names.push("digestResolved");
  if (before.imageId !== after.imageId) names.push("imageId");
  if (before.hostPorts !== after.hostPorts) names.push("hostPorts");
  if (before.gpuIds !== after.gpuIds) names.push("gpuIds");
  if (before.networkBindings !== after.networkBindings) names.push("networkBindings");
  if (before.ipAddress !== after.ipAddress) names.push("ipAddress");
  if (before.createdAt !== after.createdAt) names.push("createdAt");
  if (before.startedAt !== after.startedAt) names.push("startedAt");
  if (before.finishedAt !== after.finishedAt) names.push("finishedAt");
  if (before.exitCode !== after.exitCode) names.push("exitCode");
  if (before.error !== after.error) names.push("error");
  if (before.pullError !== after.pullError) names.push("pullError");
  if (before.health !== after.health) names.push("health");
  if (before.restart !== after.restart) names.push("restart");
  if (before.removed !== after.removed) names.push("removed");
  return names;
}

/** As {@link containerDifferences}, of tasks. */
export function taskDifferences(before: Task, after: Task): readonly (keyof Task)[] {
  if (before === after) return NONE;
  const names: (keyof Task)[] = [];
  if (before.arn !== after.arn) names.push("arn");
  if (before.id !== after.id) names.push("id");
  if (before.cluster !== after.cluster) names.push("cluster");
  if (before.family !== after.family) names.push("family");
  if (before.revision !== after.revision) names.push("revision");
  if (before.definition !== after.definition) names.push("definition");
  if (before.containers !== after.containers) names.push("containers");
  if (before.resources !== after.resources) names.push("resources");
  if (before.knownStatus !== after.knownStatus) names.push("knownStatus");
  if (before.knownStatusAt !== after.knownStatusAt) names.push("knownStatusAt");
  if (before.desiredStatus !== after.desiredStatus) names.push("desiredStatus");
  if (before.emittedStatus !== after.emittedStatus) names.push("emittedStatus");
  if (before.sentStatus !== after.sentStatus) names.push("sentStatus");
  if (before.admitted !== after.admitted) names.push("admitted");
  if (before.forceStop !== after.forceStop) names.push("forceStop");
  if (before.createdAt !== after.createdAt) names.push("createdAt");
  if (before.startedAt !== after.startedAt) names.push("startedAt");
  if (before.stoppingAt !== after.stoppingAt) names.push("stoppingAt");
  if (before.stoppedAt !== after.stoppedAt) names.push("stoppedAt");
  if (before.executionStoppedAt !== after.executionStoppedAt) names.push("executionStoppedAt");
  if (before.pullStartedAt !== after.pullStartedAt) names.push("pullStartedAt");
  if (before.pullStoppedAt !== after.pullStoppedAt) names.push("pullStoppedAt");
  if (before.stopCode !== after.stopCode) names.push("stopCode");
  if (before.stoppedReason !== after.stoppedReason) names.push("stoppedReason");
  if (before.cleanupAt !== after.cleanupAt) names.push("cleanupAt");
  if (before.nextActionId !== after.nextActionId) names.push("nextActionId");
  if (before.nextChange !== after.nextChange) names.push("nextChange");
  if (before.acknowledgedChange !== after.acknowledgedChange) names.push("acknowledgedChange");
  return names;
}
