/**
 * Makes a task out of a definition: names and ARNs chosen, containers (the internal ones too) and resources listed,
 * all statuses NONE. Pure: chance comes in as functions, and the input is not changed (W-32).
 * Source: engine-modern 4.6, 7.1b, 22, 27; interfaces 0.3, 2.2.
 */
import { asContainerName, asTaskArn, type EpochMs } from "./brand.ts";
import { CONTAINER_DEFAULTS, stopTimeoutOf } from "./definition/defaults.ts";
import type { ContainerDefinition, TaskDefinition } from "./definition/types.ts";
import { dockerNameFor } from "./docker-name.ts";
import { withDefaultTag } from "./images/reference.ts";
import { volumeResourcesOf } from "./resources/volumes.ts";
import {
  type Container,
  type ContainerType,
  NO_HOST_PORTS,
  NO_RESTARTS,
  type Task,
  type TaskResource,
  type TaskResourceType,
  UNKNOWN_HEALTH,
} from "./task.ts";
import { changeContainer } from "./task-copy.ts";
import { dependenciesOf } from "./task-dependencies.ts";

/** Internal containers. Source: engine-behaviour 1.10, engine-modern 22. */
export const NETWORK_PAUSE_NAME = "~internal~ecs~pause";
export const NAMESPACE_PAUSE_NAME = "~internal~ecs~pause~namespace";

const NONE: readonly never[] = [];

/** What a task gets beside its definition: who it is, and where names, time and limits come from. */
export type TaskIdentity = {
  readonly cluster: string;
  readonly region: string;
  /** Twelve digits. */
  readonly accountId: string;
  readonly revision: number;
  readonly now: EpochMs;
  /** Random lower-case hex digits, as many as asked for. */
  readonly hex: (digits: number) => string;
  readonly uuid: () => string;
  /** Reference of the image of internal containers. */
  readonly pauseImage: string;
  /** For containers without `stopTimeout`. Source: ECS_CONTAINER_STOP_TIMEOUT. */
  readonly stopTimeoutMs: number;
  /** 32 hex digits; drawn when absent. */
  readonly taskId?: string;
};

/** @throws {EngineError} VolumeError for volumes that can never be made */
export function buildTask(definition: TaskDefinition, identity: TaskIdentity): Task {
  const id = identity.taskId ?? identity.hex(32);
  const { cluster, revision, now } = identity;
  const { family } = definition;
  const volumes = volumeResourcesOf(definition, { family, revision }, identity.hex);
  return {
    arn: asTaskArn(arnOf(identity, ["task", cluster, id])),
    id,
    cluster,
    family,
    revision,
    definition,
    containers: pauseContainers(definition, identity, id).concat(userContainers(definition, identity, id)),
    resources: orNone(volumes.concat(otherResources(definition))),
    knownStatus: "NONE",
    knownStatusAt: now,
    desiredStatus: "RUNNING",
    emittedStatus: "NONE",
    sentStatus: "NONE",
    admitted: false,
    forceStop: false,
    createdAt: now,
    startedAt: undefined,
    stoppingAt: undefined,
    stoppedAt: undefined,
    executionStoppedAt: undefined,
    pullStartedAt: undefined,
    pullStoppedAt: undefined,
    stopCode: undefined,
    stoppedReason: undefined,
    cleanupAt: undefined,
    nextActionId: 1,
    nextChange: 1,
    acknowledgedChange: 0,
  };
}

function userContainers(definition: TaskDefinition, identity: TaskIdentity, id: string): readonly Container[] {
  return definition.containerDefinitions.map((each) => userContainer(each, definition, identity, id));
}

function userContainer(
  container: ContainerDefinition,
  definition: TaskDefinition,
  identity: TaskIdentity,
  id: string,
): Container {
  const stopTimeout = stopTimeoutOf(container);
  const stopTimeoutMs = stopTimeout === undefined ? identity.stopTimeoutMs : stopTimeout * 1000;
  return changeContainer(newContainer("NORMAL", container.name, definition, identity, id), {
    essential: container.essential,
    image: withDefaultTag(container.image),
    dependencies: orNone(dependenciesOf(container, definition)),
    hasHealthCheck: container.healthCheck !== undefined && container.healthCheck.command[0] !== "NONE",
    restartPolicy: container.restartPolicy,
    startTimeoutMs: (container.startTimeout ?? CONTAINER_DEFAULTS.startTimeout.value) * 1000,
    stopTimeoutMs: Math.max(1000, stopTimeoutMs),
  });
}

/** With awsvpc the network pause also holds the shared pid and ipc namespaces. Source: engine-modern 22. */
function pauseContainers(definition: TaskDefinition, identity: TaskIdentity, id: string): readonly Container[] {
  if (definition.networkMode === "awsvpc") {
    return [pauseContainer("CNI_PAUSE", NETWORK_PAUSE_NAME, definition, identity, id)];
  }
  if (definition.pidMode !== "task" && definition.ipcMode !== "task") return [];
  return [pauseContainer("NAMESPACE_PAUSE", NAMESPACE_PAUSE_NAME, definition, identity, id)];
}

function pauseContainer(
  type: ContainerType,
  name: string,
  definition: TaskDefinition,
  identity: TaskIdentity,
  id: string,
): Container {
  return changeContainer(newContainer(type, name, definition, identity, id), {
    steadyStatus: type === "CNI_PAUSE" ? "RESOURCES_PROVISIONED" : "RUNNING",
    image: identity.pauseImage,
    stopTimeoutMs: identity.stopTimeoutMs,
  });
}

function newContainer(
  type: ContainerType,
  name: string,
  { family }: TaskDefinition,
  identity: TaskIdentity,
  id: string,
): Container {
  const { cluster, revision, hex, uuid } = identity;
  return {
    name: asContainerName(name),
    type,
    containerArn: arnOf(identity, ["container", cluster, id, uuid()]),
    essential: true,
    steadyStatus: "RUNNING",
    image: "",
    dependencies: NONE,
    hasHealthCheck: false,
    restartPolicy: undefined,
    startTimeoutMs: 0,
    stopTimeoutMs: 0,
    knownStatus: "NONE",
    desiredStatus: "NONE",
    emittedStatus: "NONE",
    sentStatus: "NONE",
    inFlight: undefined,
    retry: undefined,
    stopOwed: false,
    dockerName: dockerNameFor(family, revision, name, hex(20)),
    createRequestedAt: undefined,
    startRequestedAt: undefined,
    dockerId: undefined,
    imageDigest: undefined,
    digestResolved: false,
    imageId: undefined,
    hostPorts: NO_HOST_PORTS,
    gpuIds: undefined,
    networkBindings: undefined,
    ipAddress: undefined,
    createdAt: undefined,
    startedAt: undefined,
    finishedAt: undefined,
    exitCode: undefined,
    error: undefined,
    pullError: undefined,
    health: UNKNOWN_HEALTH,
    restart: NO_RESTARTS,
    removed: false,
  };
}

/** Most tasks have none of these: one empty list for all of them. */
function orNone<Item>(list: readonly Item[]): readonly Item[] {
  return list.length === 0 ? NONE : list;
}

/**
 * Joined, because V8 keeps what a template makes as a tree of its parts, and after a flattening as two strings that are not
 * the same: every map that the ARN is a key of would compare them character by character.
 */
function arnOf({ region, accountId }: TaskIdentity, path: readonly string[]): string {
  return ["arn:aws:ecs", region, accountId, path.join("/")].join(":");
}

/** Resources beside volumes, by what the definition mentions. */
function otherResources(definition: TaskDefinition): readonly TaskResource[] {
  const containers = definition.containerDefinitions;
  const resources: TaskResource[] = [];
  if (definition.networkMode === "awsvpc" || definition.pidMode === "task" || definition.ipcMode === "task") {
    resources.push(resource("pauseImage", "PULLED", false));
  }
  if (containers.some((each) => each.repositoryCredentials !== undefined)) {
    resources.push(resource("registryAuth", "MANIFEST_PULLED", true));
  }
  if (
    containers.some(
      (each) => (each.secrets ?? []).length > 0 || (each.logConfiguration?.secretOptions ?? []).length > 0,
    )
  ) {
    resources.push(resource("secrets", "CREATED", true));
  }
  if (containers.some((each) => (each.environmentFiles ?? []).length > 0)) {
    resources.push(resource("environmentFiles", "CREATED", true));
  }
  return resources;
}

function resource(type: TaskResourceType, gates: TaskResource["gates"], isVolatile: boolean): TaskResource {
  return { id: type, type, gates, knownStatus: "NONE", volatile: isVolatile, createRequested: false, spec: {} };
}
