/**
 * The order in which a task's containers start and stop, and why: the engine's rules applied to a definition, without Docker.
 * Source: engine-modern 5.3, 5.5, 21.2, 22, 27.
 */
import { CONTAINER_DEFAULTS, restartPeriodOf, stopTimeoutOf } from "./definition/defaults.ts";
import type { ContainerDefinition, TaskDefinition } from "./definition/types.ts";
import { type PlannedResource, resourcesOf } from "./plan-resources.ts";
import type { Dependency, DependencyCondition } from "./task.ts";
import { dependenciesOf } from "./task-dependencies.ts";

export type PlanReason = {
  /** Name of the step that comes first. */
  readonly after: string;
  readonly condition: DependencyCondition | "EXISTS" | "STOPPED";
  readonly source: Dependency["source"] | "resource" | "stopOrder";
  /** Seconds after the start of `after`, at which the wait ends in failure. */
  readonly timeout?: number;
  /** One phrase for people, in the words of the rule. */
  readonly text: string;
};

export type PlannedRestart = {
  /** Seconds it must have run. */
  readonly attemptPeriod: number;
  /** Exit codes after which it stays stopped. */
  readonly ignoredExitCodes: readonly number[];
};

export type PlanStep = {
  readonly name: string;
  readonly kind: "container" | "pause" | "resource";
  readonly essential: boolean;
  readonly reasons: readonly PlanReason[];
  /** Seconds between the stop signal and SIGKILL; on stop steps of containers. */
  readonly stopTimeout?: number;
  /** The container is started again in place when it ends; on start steps. */
  readonly restart?: PlannedRestart;
  /** Another container waits for this one's end, so it has normally ended before anything is stopped. */
  readonly normallyEnded?: true;
  /** What a resource is. */
  readonly detail?: string;
};

export type TaskPlan = {
  /** Steps of one stage have nothing to wait for between them. */
  readonly start: readonly (readonly PlanStep[])[];
  readonly stop: readonly (readonly PlanStep[])[];
  /** Containers that can never start, because they wait for each other or for a container that does not exist. */
  readonly unreachable: readonly string[];
};

/** `from` waits for `to` on the way up, and `to` for `from` on the way down. */
type Edge = Omit<Dependency, "containerName"> & { readonly from: string; readonly to: string };

export function planTask(definition: TaskDefinition): TaskPlan {
  const resources = resourcesOf(definition);
  const pause = pauseOf(definition);
  const edges = edgesOf(definition);
  const containers = definition.containerDefinitions;
  const up = stagesOf(containers, edges, (edge) => [edge.from, edge.to]);
  const down = stagesOf(containers, edges, (edge) => [edge.to, edge.from]);
  return {
    start: [
      resources.map(resourceStep),
      pause === undefined ? [] : [pause],
      ...up.stages.map((stage) => stage.map((each) => startStep(each, { definition, edges, resources, pause }))),
    ].filter((stage) => stage.length > 0),
    stop: [
      ...down.stages.map((stage) => stage.map((each) => stopStep(each, edges))),
      pause === undefined ? [] : [pauseStop(pause, containers)],
      resources.filter((resource) => resource.removed).map(resourceStep),
    ].filter((stage) => stage.length > 0),
    unreachable: up.left.map((each) => each.name),
  };
}

function edgesOf(definition: TaskDefinition): readonly Edge[] {
  return definition.containerDefinitions.flatMap((container) =>
    dependenciesOf(container, definition).map(
      ({ containerName, condition, source }): Edge => ({ from: container.name, to: containerName, condition, source }),
    ),
  );
}

/** Takes off, round by round, what waits for nothing that is left. */
function stagesOf(
  containers: readonly ContainerDefinition[],
  edges: readonly Edge[],
  direction: (edge: Edge) => readonly [waiting: string, awaited: string],
): { readonly stages: readonly (readonly ContainerDefinition[])[]; readonly left: readonly ContainerDefinition[] } {
  const waits = edges.map(direction);
  const stages: (readonly ContainerDefinition[])[] = [];
  const done = new Set<string>();
  let left = containers;
  while (left.length > 0) {
    const free = left.filter((each) => waits.every(([waiting, awaited]) => waiting !== each.name || done.has(awaited)));
    if (free.length === 0) break;
    stages.push(free);
    for (const each of free) done.add(each.name);
    left = left.filter((each) => !done.has(each.name));
  }
  return { stages, left };
}

/** Internal container that holds the namespaces of the task. Source: engine-modern 22, 27. */
function pauseOf(definition: TaskDefinition): PlanStep | undefined {
  const shared = [
    ...(definition.networkMode === "awsvpc" ? ["network"] : []),
    ...(definition.pidMode === "task" ? ["process ids"] : []),
    ...(definition.ipcMode === "task" ? ["shared memory"] : []),
  ];
  if (shared.length === 0) return undefined;
  return {
    name: "pause",
    kind: "pause",
    essential: true,
    reasons: [],
    detail: `holds the task's ${shared.join(" and ")}`,
  };
}

type StartContext = {
  readonly definition: TaskDefinition;
  readonly edges: readonly Edge[];
  readonly resources: readonly PlannedResource[];
  readonly pause: PlanStep | undefined;
};

function startStep(container: ContainerDefinition, context: StartContext): PlanStep {
  const { definition, edges, resources, pause } = context;
  const reasons: PlanReason[] = [];
  if (pause !== undefined) {
    reasons.push({
      after: pause.name,
      condition: "START",
      source: "pause",
      text: `when the pause container runs: it ${pause.detail}`,
    });
  }
  for (const resource of resources.filter((each) => each.usedBy.includes(container.name))) {
    reasons.push({
      after: resource.name,
      condition: "EXISTS",
      source: "resource",
      text: `when ${resource.name} is there`,
    });
  }
  for (const edge of edges.filter((each) => each.from === container.name)) reasons.push(startReason(edge, definition));
  const { name, essential } = container;
  return { name, kind: "container", essential, reasons, ...restartOf(container) };
}

function restartOf({ restartPolicy: policy }: ContainerDefinition): Pick<PlanStep, "restart"> {
  if (policy?.enabled !== true) return {};
  const { ignoredExitCodes = [] } = policy;
  return { restart: { attemptPeriod: restartPeriodOf(policy), ignoredExitCodes } };
}

function startReason(edge: Edge, definition: TaskDefinition): PlanReason {
  const awaited = definition.containerDefinitions.find((each) => each.name === edge.to);
  const limited = edge.condition !== "START" && edge.condition !== "CREATE";
  const timeout = limited ? (awaited?.startTimeout ?? CONTAINER_DEFAULTS.startTimeout.value) : 0;
  const limit = timeout > 0 ? `, at most ${timeout} s after its start` : "";
  return {
    after: edge.to,
    condition: edge.condition,
    source: edge.source,
    ...(timeout > 0 ? { timeout } : {}),
    text: `when ${edge.to} ${CONDITION_TEXT[edge.condition]} (${edge.source} ${edge.condition}${limit})`,
  };
}

const CONDITION_TEXT: Readonly<Record<DependencyCondition, string>> = {
  CREATE: "is created",
  START: "runs or has ended",
  COMPLETE: "has ended, with any exit code",
  SUCCESS: "has ended with exit code 0",
  HEALTHY: "is healthy",
};

function stopStep(container: ContainerDefinition, edges: readonly Edge[]): PlanStep {
  const dependants = edges.filter((edge) => edge.to === container.name);
  const ended = dependants.some((edge) => edge.condition === "COMPLETE" || edge.condition === "SUCCESS");
  return {
    name: container.name,
    kind: "container",
    essential: container.essential,
    reasons: [...new Set(dependants.map((edge) => edge.from))].map((after) => ({
      after,
      condition: "STOPPED",
      source: "stopOrder",
      text: `when ${after}, which depends on it, has stopped`,
    })),
    stopTimeout: stopTimeoutOf(container) ?? CONTAINER_DEFAULTS.stopTimeout.value,
    ...(ended ? { normallyEnded: true } : {}),
  };
}

function pauseStop(pause: PlanStep, containers: readonly ContainerDefinition[]): PlanStep {
  const reasons = containers.map(
    ({ name }): PlanReason => ({
      after: name,
      condition: "STOPPED",
      source: "pause",
      text: `when ${name} has stopped`,
    }),
  );
  return { ...pause, reasons };
}

function resourceStep(resource: PlannedResource): PlanStep {
  return { name: resource.name, kind: "resource", essential: false, reasons: [], detail: resource.detail };
}
