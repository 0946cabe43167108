/** Random tasks and random lives for properties. For tests only: it needs fast-check. */
import fc from "fast-check";
import { asContainerName } from "../core/brand.ts";
import { DEFAULT_MACHINE_CONFIG, type MachineConfig } from "../core/machine/config.ts";
import type { Container, ContainerType, Dependency, Task, TaskResource } from "../core/task.ts";
import { aContainer, aTask } from "./builders.ts";

const MOST_CONTAINERS = 6;

/** A dependency of one container on an earlier one: never a cycle. */
const dependencyArbitrary = fc.record({
  on: fc.nat({ max: MOST_CONTAINERS - 1 }),
  condition: fc.constantFrom("START", "START", "COMPLETE", "SUCCESS", "HEALTHY", "CREATE"),
});

const restartPolicyArbitrary = fc.record({
  enabled: fc.constantFrom(true, true, false),
  restartAttemptPeriod: fc.constantFrom(0, 2, 60),
  ignoredExitCodes: fc.constantFrom([], [0]),
});

const containerArbitrary = fc.record({
  essential: fc.boolean(),
  hasHealthCheck: fc.boolean(),
  startTimeoutMs: fc.constantFrom(0, 0, 5_000),
  restartPolicy: fc.option(restartPolicyArbitrary, { nil: undefined, freq: 2 }),
  dependencies: fc.array(dependencyArbitrary, { maxLength: 3 }),
});

export const taskResourceArbitrary: fc.Arbitrary<TaskResource> = fc.record({
  id: fc.constantFrom("dockerVolume/data", "secrets"),
  type: fc.constantFrom("dockerVolume", "secrets"),
  gates: fc.constantFrom("MANIFEST_PULLED", "PULLED", "CREATED"),
  knownStatus: fc.constant("NONE"),
  volatile: fc.boolean(),
  spec: fc.constant({}),
  createRequested: fc.constant(false),
});

const pauseArbitrary = fc.constantFrom<(ContainerType | undefined)[]>(
  undefined,
  undefined,
  "CNI_PAUSE",
  "NAMESPACE_PAUSE",
);

/**
 * A task of one to six containers with dependencies without cycles, in any order, at least one of them essential; with
 * health checks, restart policies, resources and sometimes a pause container.
 */
export const taskArbitrary: fc.Arbitrary<Task> = fc
  .record({
    containers: fc.array(containerArbitrary, { minLength: 1, maxLength: MOST_CONTAINERS }),
    essentialOne: fc.nat({ max: MOST_CONTAINERS - 1 }),
    pause: pauseArbitrary,
    resources: fc.uniqueArray(taskResourceArbitrary, { maxLength: 2, selector: ({ id }) => id }),
    rotation: fc.nat({ max: MOST_CONTAINERS - 1 }),
  })
  .map(({ containers, essentialOne, pause, resources, rotation }) => {
    const normal = containers.map((each, index) =>
      buildContainer(index, { ...each, essential: each.essential || index === essentialOne % containers.length }),
    );
    const named = withHealthChecks(normal);
    const at = rotation % named.length;
    const rotated = [...named.slice(at), ...named.slice(0, at)];
    return aTask({ containers: pause === undefined ? rotated : [buildPause(pause), ...rotated], resources });
  });

type Drawn = (typeof containerArbitrary extends fc.Arbitrary<infer Value> ? Value : never) & {
  readonly essential: boolean;
};

function buildContainer(index: number, { dependencies, restartPolicy, ...rest }: Drawn): Container {
  const earlier = new Map<string, Dependency>();
  for (const { on, condition } of index === 0 ? [] : dependencies) {
    const containerName = asContainerName(`c${on % index}`);
    const source = condition === "CREATE" ? "volumesFrom" : "dependsOn";
    earlier.set(containerName, { containerName, condition, source });
  }
  const policy = restartPolicy === undefined ? {} : { restartPolicy };
  return aContainer({ ...rest, ...policy, name: `c${index}`, dependencies: [...earlier.values()] });
}

/** HEALTHY is allowed only where there is a health check. */
function withHealthChecks(containers: readonly Container[]): readonly Container[] {
  const watched = new Set<string>(
    containers.flatMap((each) => each.dependencies.filter(isHealthy).map((edge) => edge.containerName)),
  );
  return containers.map((each) => (watched.has(each.name) ? { ...each, hasHealthCheck: true } : each));
}

function isHealthy({ condition }: Dependency): boolean {
  return condition === "HEALTHY";
}

function buildPause(type: ContainerType): Container {
  const steadyStatus = type === "CNI_PAUSE" ? "RESOURCES_PROVISIONED" : "RUNNING";
  return aContainer({ name: "~internal~ecs~pause", type, steadyStatus });
}

export const machineConfigArbitrary: fc.Arbitrary<MachineConfig> = fc.record({
  pullBehaviour: fc.constantFrom("default", "always", "once", "prefer-cached"),
  pullDependentsUpfront: fc.boolean(),
  cleanupWaitMs: fc.constantFrom(0, 60_000, DEFAULT_MACHINE_CONFIG.cleanupWaitMs),
  cleanupJitterMs: fc.constantFrom(0, 5_000),
});

/** One thing that happens; `pick` chooses among what it could happen to. */
export type Move = { readonly type: MoveType; readonly pick: number; readonly flag: boolean };

const MOVES = {
  answer: 30,
  carryOut: 4,
  fail: 3,
  failUncertain: 3,
  failAway: 2,
  answerResource: 8,
  failResource: 1,
  takeLook: 4,
  look: 4,
  exit: 5,
  exitUnseen: 2,
  vanish: 1,
  health: 6,
  capture: 2,
  deliver: 2,
  startFromOutside: 1,
  lateAnswer: 1,
  replay: 1,
  advance: 6,
  stop: 1,
  forceStop: 1,
  acknowledge: 2,
  restartEngine: 2,
} as const;

export type MoveType = keyof typeof MOVES;

export const moveArbitrary: fc.Arbitrary<Move> = fc.record({
  type: fc.oneof(
    ...Object.entries(MOVES).map(([type, weight]) => ({ weight, arbitrary: fc.constant(type as MoveType) })),
  ),
  pick: fc.nat({ max: 999 }),
  flag: fc.boolean(),
});

/** What happens to a task, one after the other. */
export const lifeArbitrary: fc.Arbitrary<readonly Move[]> = fc.array(moveArbitrary, { maxLength: 120, size: "max" });
