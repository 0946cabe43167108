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
    startTimeoutAt: container.startTimeoutAt,
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

/** Names of the members in which two containers differ; parts are compared by identity. */
export function containerDifferences(before: Container, after: Container): readonly (keyof Container)[] {
  const names: (keyof Container)[] = [];
  someContainerDifference(before, after, (name) => {
    names.push(name);
    return false;
  });
  return names;
}

/** As {@link containerDifferences}, of tasks. */
export function taskDifferences(before: Task, after: Task): readonly (keyof Task)[] {
  const names: (keyof Task)[] = [];
  someTaskDifference(before, after, (name) => {
    names.push(name);
    return false;
  });
  return names;
}

/**
 * Do two containers differ in a member of the kind that is sought? Each member is named here as well: asked for by a name
 * that changes, it takes ten times as long to read.
 */
export function someContainerDifference(
  before: Container,
  after: Container,
  isSought: (name: keyof Container) => boolean,
): boolean {
  if (before === after) return false;
  return (
    (before.name !== after.name && isSought("name")) ||
    (before.type !== after.type && isSought("type")) ||
    (before.containerArn !== after.containerArn && isSought("containerArn")) ||
    (before.essential !== after.essential && isSought("essential")) ||
    (before.steadyStatus !== after.steadyStatus && isSought("steadyStatus")) ||
    (before.image !== after.image && isSought("image")) ||
    (before.dependencies !== after.dependencies && isSought("dependencies")) ||
    (before.hasHealthCheck !== after.hasHealthCheck && isSought("hasHealthCheck")) ||
    (before.restartPolicy !== after.restartPolicy && isSought("restartPolicy")) ||
    (before.startTimeoutMs !== after.startTimeoutMs && isSought("startTimeoutMs")) ||
    (before.startTimeoutAt !== after.startTimeoutAt && isSought("startTimeoutAt")) ||
    (before.stopTimeoutMs !== after.stopTimeoutMs && isSought("stopTimeoutMs")) ||
    (before.knownStatus !== after.knownStatus && isSought("knownStatus")) ||
    (before.desiredStatus !== after.desiredStatus && isSought("desiredStatus")) ||
    (before.emittedStatus !== after.emittedStatus && isSought("emittedStatus")) ||
    (before.sentStatus !== after.sentStatus && isSought("sentStatus")) ||
    (before.inFlight !== after.inFlight && isSought("inFlight")) ||
    (before.retry !== after.retry && isSought("retry")) ||
    (before.stopOwed !== after.stopOwed && isSought("stopOwed")) ||
    (before.dockerName !== after.dockerName && isSought("dockerName")) ||
    (before.createRequestedAt !== after.createRequestedAt && isSought("createRequestedAt")) ||
    (before.startRequestedAt !== after.startRequestedAt && isSought("startRequestedAt")) ||
    (before.dockerId !== after.dockerId && isSought("dockerId")) ||
    (before.imageDigest !== after.imageDigest && isSought("imageDigest")) ||
    (before.digestResolved !== after.digestResolved && isSought("digestResolved")) ||
    (before.imageId !== after.imageId && isSought("imageId")) ||
    (before.hostPorts !== after.hostPorts && isSought("hostPorts")) ||
    (before.gpuIds !== after.gpuIds && isSought("gpuIds")) ||
    (before.networkBindings !== after.networkBindings && isSought("networkBindings")) ||
    (before.ipAddress !== after.ipAddress && isSought("ipAddress")) ||
    (before.createdAt !== after.createdAt && isSought("createdAt")) ||
    (before.startedAt !== after.startedAt && isSought("startedAt")) ||
    (before.finishedAt !== after.finishedAt && isSought("finishedAt")) ||
    (before.exitCode !== after.exitCode && isSought("exitCode")) ||
    (before.error !== after.error && isSought("error")) ||
    (before.pullError !== after.pullError && isSought("pullError")) ||
    (before.health !== after.health && isSought("health")) ||
    (before.restart !== after.restart && isSought("restart")) ||
    (before.removed !== after.removed && isSought("removed"))
  );
}

/** As {@link someContainerDifference}, of tasks. */
export function someTaskDifference(before: Task, after: Task, isSought: (name: keyof Task) => boolean): boolean {
  if (before === after) return false;
  return (
    (before.arn !== after.arn && isSought("arn")) ||
    (before.id !== after.id && isSought("id")) ||
    (before.cluster !== after.cluster && isSought("cluster")) ||
    (before.family !== after.family && isSought("family")) ||
    (before.revision !== after.revision && isSought("revision")) ||
    (before.definition !== after.definition && isSought("definition")) ||
    (before.containers !== after.containers && isSought("containers")) ||
    (before.resources !== after.resources && isSought("resources")) ||
    (before.knownStatus !== after.knownStatus && isSought("knownStatus")) ||
    (before.knownStatusAt !== after.knownStatusAt && isSought("knownStatusAt")) ||
    (before.desiredStatus !== after.desiredStatus && isSought("desiredStatus")) ||
    (before.emittedStatus !== after.emittedStatus && isSought("emittedStatus")) ||
    (before.sentStatus !== after.sentStatus && isSought("sentStatus")) ||
    (before.admitted !== after.admitted && isSought("admitted")) ||
    (before.forceStop !== after.forceStop && isSought("forceStop")) ||
    (before.createdAt !== after.createdAt && isSought("createdAt")) ||
    (before.startedAt !== after.startedAt && isSought("startedAt")) ||
    (before.stoppingAt !== after.stoppingAt && isSought("stoppingAt")) ||
    (before.stoppedAt !== after.stoppedAt && isSought("stoppedAt")) ||
    (before.executionStoppedAt !== after.executionStoppedAt && isSought("executionStoppedAt")) ||
    (before.pullStartedAt !== after.pullStartedAt && isSought("pullStartedAt")) ||
    (before.pullStoppedAt !== after.pullStoppedAt && isSought("pullStoppedAt")) ||
    (before.stopCode !== after.stopCode && isSought("stopCode")) ||
    (before.stoppedReason !== after.stoppedReason && isSought("stoppedReason")) ||
    (before.cleanupAt !== after.cleanupAt && isSought("cleanupAt")) ||
    (before.nextActionId !== after.nextActionId && isSought("nextActionId")) ||
    (before.nextChange !== after.nextChange && isSought("nextChange")) ||
    (before.acknowledgedChange !== after.acknowledgedChange && isSought("acknowledgedChange"))
  );
}
