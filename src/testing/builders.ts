/**
 * Ready-made definitions, containers and tasks for tests: each has sensible values for everything, and takes what the
 * test is about. Nothing in here is random, so that two calls with the same input give equal results.
 */
import { asContainerName, asDockerName, asEpochMs, asTaskArn } from "../core/brand.ts";
import { DEFAULT_STOP_TIMEOUT_MS } from "../core/definition/defaults.ts";
import type { ContainerDefinition, TaskDefinition } from "../core/definition/types.ts";
import type { Container, Task } from "../core/task.ts";

/** The id of the task that {@link aTask} makes when none is given. */
export const TASK_ID = "0123456789abcdef0123456789abcdef";

/** The members that every normalised container definition has. */
export function aContainerDefinition(partial: Partial<ContainerDefinition> = {}): ContainerDefinition {
  return {
    name: "web",
    image: "berth-test/busybox:latest",
    cpu: 0,
    portMappings: [],
    essential: true,
    environment: [],
    mountPoints: [],
    volumesFrom: [],
    systemControls: [],
    ...partial,
  };
}

/** A definition of family `test`; without containers of its own it has one, called `web`. */
export function aDefinition(
  partial: Omit<Partial<TaskDefinition>, "containerDefinitions"> & {
    readonly containerDefinitions?: readonly Partial<ContainerDefinition>[];
  } = {},
): TaskDefinition {
  const { containerDefinitions = [{}], ...rest } = partial;
  return {
    family: "test",
    volumes: [],
    placementConstraints: [],
    ...rest,
    containerDefinitions: containerDefinitions.map((definition) => aContainerDefinition(definition)),
  };
}

type PartialContainer = Omit<Partial<Container>, "name" | "dockerName"> & {
  readonly name?: string;
  readonly dockerName?: string;
};

/** An essential container on which nothing has happened yet and which shall run. */
export function aContainer(partial: PartialContainer = {}): Container {
  const { name = "web", dockerName = `ecs-test-1-${name}-0123456789abcdef0123`, ...rest } = partial;
  return {
    name: asContainerName(name),
    dockerName: asDockerName(dockerName),
    type: "NORMAL",
    containerArn: `arn:aws:ecs:us-east-1:000000000000:container/default/${TASK_ID}/${name}`,
    essential: true,
    steadyStatus: "RUNNING",
    image: "berth-test/busybox:latest",
    dependencies: [],
    hasHealthCheck: false,
    startTimeoutMs: 0,
    stopTimeoutMs: DEFAULT_STOP_TIMEOUT_MS,
    knownStatus: "NONE",
    desiredStatus: "RUNNING",
    emittedStatus: "NONE",
    sentStatus: "NONE",
    stopOwed: false,
    digestResolved: false,
    hostPorts: [],
    health: { status: "UNKNOWN" },
    restart: { count: 0, pending: false },
    removed: false,
    ...rest,
  };
}

/** The container that a normalised definition stands for, before anything has happened to it. */
export function aContainerFor(definition: ContainerDefinition, partial: PartialContainer = {}): Container {
  return aContainer({
    name: definition.name,
    image: definition.image,
    essential: definition.essential,
    hasHealthCheck: definition.healthCheck !== undefined,
    startTimeoutMs: (definition.startTimeout ?? 0) * 1000,
    stopTimeoutMs: (definition.stopTimeout ?? 30) * 1000,
    ...(definition.restartPolicy === undefined ? {} : { restartPolicy: definition.restartPolicy }),
    dependencies: (definition.dependsOn ?? []).map((dependency) => ({
      containerName: asContainerName(dependency.containerName),
      condition: dependency.condition,
      source: "dependsOn",
    })),
    ...partial,
  });
}

type PartialTask = Omit<Partial<Task>, "arn"> & { readonly arn?: string };

/**
 * A task that was just added. Given a definition, it has that definition's containers; given containers alone, its
 * definition names them.
 */
export function aTask(partial: PartialTask = {}): Task {
  const { arn, ...rest } = partial;
  const id = partial.id ?? (arn === undefined ? TASK_ID : arn.slice(arn.lastIndexOf("/") + 1));
  const cluster = partial.cluster ?? "default";
  const definition = partial.definition ?? definitionOf(partial.containers);
  return {
    id,
    cluster,
    arn: asTaskArn(arn ?? `arn:aws:ecs:us-east-1:000000000000:task/${cluster}/${id}`),
    family: definition.family,
    revision: 1,
    definition,
    containers: definition.containerDefinitions.map((container) => aContainerFor(container)),
    resources: [],
    knownStatus: "NONE",
    knownStatusAt: asEpochMs(0),
    desiredStatus: "RUNNING",
    emittedStatus: "NONE",
    sentStatus: "NONE",
    admitted: false,
    forceStop: false,
    createdAt: asEpochMs(0),
    nextActionId: 1,
    nextChange: 1,
    acknowledgedChange: 0,
    ...rest,
  };
}

function definitionOf(containers: readonly Container[] | undefined): TaskDefinition {
  if (containers === undefined) return aDefinition();
  const named = containers.filter((container) => container.type === "NORMAL");
  return aDefinition({
    containerDefinitions: named.map(({ name, image, essential }) => ({ name, image, essential })),
  });
}
