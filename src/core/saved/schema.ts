/**
 * What a saved task, state change and image look like, member by member. Members that are not known here are kept as
 * they are: an older program must not lose what a newer one of the same version added.
 * Source: engine-modern 34; engine-behaviour 5.3 to 5.5, DM-15.
 */
import * as v from "valibot";
import { asContainerName, asDockerId, asDockerName, asEpochMs, asTaskArn } from "../brand.ts";
import type { TaskDefinition } from "../definition/types.ts";
import { ENGINE_ERROR_NAMES } from "../errors.ts";
import type { StateChange } from "../state-change.ts";
import { parseContainerStatus, parseTaskStatus } from "../status.ts";
import type { Container, Task, TaskResource } from "../task.ts";

/** JSON has texts for infinity (1e999) that it does not write again: such a state could not be read back. */
const number = v.pipe(v.number(), v.finite());
const instant = v.pipe(number, v.transform(asEpochMs));
const arn = v.pipe(v.string(), v.startsWith("arn:"), v.transform(asTaskArn));
const containerName = v.pipe(v.string(), v.nonEmpty(), v.transform(asContainerName));
const count = v.pipe(number, v.integer(), v.minValue(0));
const strings = v.record(v.string(), v.string());
const maybe = v.exactOptional;

/** Words of older programs are read as well. */
function word<Word extends string>(parse: (text: string) => Word | undefined) {
  return v.pipe(
    v.string(),
    v.rawTransform<string, Word>(({ dataset, addIssue, NEVER }) => {
      const known = parse(dataset.value);
      if (known !== undefined) return known;
      addIssue({ message: `"${dataset.value}" is no status` });
      return NEVER;
    }),
  );
}

const containerStatus = word(parseContainerStatus);
const taskStatus = word(parseTaskStatus);
/** A name that this program does not know is an error like others. */
const namedError = v.looseObject({
  name: v.fallback(v.picklist(ENGINE_ERROR_NAMES), "UnknownError"),
  message: v.string(),
});
const containerAction = v.picklist([
  "resolveManifest",
  "pull",
  "create",
  "start",
  "restart",
  "stop",
  "kill",
  "provision",
  "remove",
]);

const dependency = v.looseObject({
  containerName,
  condition: v.picklist(["CREATE", "START", "COMPLETE", "SUCCESS", "HEALTHY"]),
  source: v.picklist(["dependsOn", "links", "volumesFrom", "firelens", "pause"]),
});

const restartPolicy = v.looseObject({
  enabled: v.boolean(),
  ignoredExitCodes: maybe(v.array(number)),
  restartAttemptPeriod: maybe(number),
});

const health = v.looseObject({
  status: v.picklist(["UNKNOWN", "HEALTHY", "UNHEALTHY"]),
  since: maybe(instant),
  output: maybe(v.string()),
  exitCode: maybe(number),
});

const endedRun = v.looseObject({
  startedAt: maybe(instant),
  finishedAt: maybe(instant),
  exitCode: number,
});

const restart = v.looseObject({
  count,
  lastRestartAt: maybe(instant),
  endedRun: maybe(endedRun),
  pending: v.boolean(),
});

const protocol = v.picklist(["tcp", "udp"]);
const hostPort = v.looseObject({ containerPort: number, hostPort: number, protocol });
const networkBinding = v.looseObject({
  bindIP: v.string(),
  containerPort: maybe(number),
  hostPort: maybe(number),
  containerPortRange: maybe(v.string()),
  hostPortRange: maybe(v.string()),
  protocol,
});

const retry = { attempts: count, notBefore: instant, error: namedError };

export const savedContainer: v.GenericSchema<unknown, Container> = v.looseObject({
  name: containerName,
  type: v.picklist(["NORMAL", "CNI_PAUSE", "NAMESPACE_PAUSE"]),
  containerArn: v.string(),
  essential: v.boolean(),
  steadyStatus: v.picklist(["RUNNING", "RESOURCES_PROVISIONED"]),
  image: v.string(),
  dependencies: v.array(dependency),
  hasHealthCheck: v.boolean(),
  restartPolicy: maybe(restartPolicy),
  startTimeoutMs: number,
  startTimeoutAt: maybe(instant),
  stopTimeoutMs: number,
  knownStatus: containerStatus,
  desiredStatus: containerStatus,
  emittedStatus: containerStatus,
  sentStatus: containerStatus,
  retry: maybe(v.looseObject({ action: containerAction, ...retry })),
  stopOwed: v.boolean(),
  dockerName: v.pipe(v.string(), v.nonEmpty(), v.transform(asDockerName)),
  createRequestedAt: maybe(instant),
  startRequestedAt: maybe(instant),
  dockerId: maybe(v.pipe(v.string(), v.nonEmpty(), v.transform(asDockerId))),
  imageDigest: maybe(v.string()),
  digestResolved: v.boolean(),
  imageId: maybe(v.string()),
  hostPorts: v.array(hostPort),
  gpuIds: maybe(v.array(v.string())),
  networkBindings: maybe(v.array(networkBinding)),
  ipAddress: maybe(v.string()),
  createdAt: maybe(instant),
  startedAt: maybe(instant),
  finishedAt: maybe(instant),
  exitCode: maybe(number),
  error: maybe(namedError),
  pullError: maybe(namedError),
  health,
  restart,
  removed: v.boolean(),
});

const savedResource: v.GenericSchema<unknown, TaskResource> = v.looseObject({
  id: v.string(),
  type: v.picklist(["dockerVolume", "secrets", "environmentFiles", "cgroup", "registryAuth", "firelens", "pauseImage"]),
  gates: v.picklist(["MANIFEST_PULLED", "PULLED", "CREATED"]),
  knownStatus: v.picklist(["NONE", "CREATED", "REMOVED"]),
  volatile: v.boolean(),
  spec: v.record(v.string(), v.unknown()),
  createRequested: v.boolean(),
  retry: maybe(v.looseObject(retry)),
});

const definitionOutline = v.looseObject({
  family: v.string(),
  containerDefinitions: v.array(v.looseObject({ name: v.string(), image: v.string() })),
});

/** Was validated before it was saved, by rules that may be stricter today: only its outline is looked at. */
const definition = v.custom<TaskDefinition>(
  (value) => v.is(definitionOutline, value),
  "Invalid definition: expected family and containerDefinitions with names and images",
);

const stopCode = v.picklist([
  "UserInitiated",
  "ServiceSchedulerInitiated",
  "TaskFailedToStart",
  "EssentialContainerExited",
  "SpotInterruption",
  "TerminationNotice",
]);

export const savedTask: v.GenericSchema<unknown, Task> = v.looseObject({
  arn,
  id: v.string(),
  cluster: v.string(),
  family: v.string(),
  revision: number,
  definition,
  containers: v.array(savedContainer),
  resources: v.array(savedResource),
  knownStatus: taskStatus,
  knownStatusAt: instant,
  desiredStatus: taskStatus,
  emittedStatus: taskStatus,
  sentStatus: taskStatus,
  admitted: v.boolean(),
  createdAt: instant,
  startedAt: maybe(instant),
  stoppingAt: maybe(instant),
  stoppedAt: maybe(instant),
  executionStoppedAt: maybe(instant),
  pullStartedAt: maybe(instant),
  pullStoppedAt: maybe(instant),
  stopCode: maybe(stopCode),
  stoppedReason: maybe(v.string()),
  forceStop: v.boolean(),
  cleanupAt: maybe(instant),
  nextActionId: count,
  nextChange: v.pipe(count, v.minValue(1)),
  acknowledgedChange: count,
});

const reportedStatus = v.picklist(["RUNNING", "STOPPED", "MANIFEST_PULLED"]);
const numbered = {
  taskArn: arn,
  sequence: v.pipe(count, v.minValue(1)),
  at: instant,
  status: reportedStatus,
  reason: maybe(v.string()),
};

export const savedChange: v.GenericSchema<unknown, StateChange> = v.variant("type", [
  v.looseObject({
    type: v.literal("container"),
    ...numbered,
    containerName: v.string(),
    containerArn: v.string(),
    runtimeId: maybe(v.string()),
    imageDigest: maybe(v.string()),
    exitCode: maybe(number),
    networkBindings: v.array(networkBinding),
  }),
  v.looseObject({
    type: v.literal("task"),
    ...numbered,
    stopCode: maybe(stopCode),
    pullStartedAt: maybe(instant),
    pullStoppedAt: maybe(instant),
    executionStoppedAt: maybe(instant),
  }),
]);

export const savedImage = v.looseObject({
  imageId: v.pipe(v.string(), v.nonEmpty()),
  names: v.array(v.string()),
  sizeBytes: number,
  pulledAt: number,
  lastUsedAt: number,
  pullSucceeded: v.boolean(),
});

export const savedMeta = strings;
