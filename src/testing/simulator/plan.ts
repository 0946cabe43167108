/**
 * What a simulation does, drawn from its seed and written down before it begins: so that it can be shortened piece by
 * piece while it still fails.
 */

import { SeededRandom } from "../seeded-random.ts";
import type { QuickContainer } from "../simulated-host.ts";

export type ProfileName = "calm" | "rough" | "crashes" | "daemon" | "store";

/** What a container's process does; see `simulated-docker/behaviour.ts`. */
export type Behaviour =
  | { readonly type: "exits"; readonly exitCode: number; readonly afterMs: number }
  | { readonly type: "runsForever" }
  | { readonly type: "ignoresSigterm" }
  | { readonly type: "handlesSigterm"; readonly afterMs: number; readonly exitCode: number }
  | { readonly type: "oomKilled"; readonly afterMs: number }
  | { readonly type: "commandNotFound" };
export type HealthBehaviour = { readonly healthyAfter: number } | "never";

export type PlannedContainer = {
  readonly definition: QuickContainer;
  readonly behaviour: Behaviour;
  readonly health?: HealthBehaviour;
};

export type PlannedTask = {
  readonly addAtMs: number;
  readonly containers: readonly PlannedContainer[];
  readonly members: Readonly<Record<string, unknown>>;
};

export type Operation =
  | { readonly type: "stop"; readonly task: number; readonly force: boolean }
  /** The task is given to the engine a second time. */
  | { readonly type: "addAgain"; readonly task: number }
  | { readonly type: "crash"; readonly downMs: number }
  /** The engine dies at the n-th Docker call from now. */
  | { readonly type: "crashAtCall"; readonly calls: number; readonly downMs: number }
  /** Behind the engine's back. */
  | { readonly type: "kill" | "remove" | "start"; readonly task: number; readonly container: number }
  /** The reader of state changes is away for a while. */
  | { readonly type: "disconnect"; readonly forMs: number };
export type PlannedOperation = { readonly atMs: number; readonly operation: Operation };

export type Plan = {
  readonly seed: number;
  readonly profile: ProfileName;
  readonly tasks: readonly PlannedTask[];
  readonly operations: readonly PlannedOperation[];
};

/** Tasks and operations happen within this time; afterwards everything is asked to stop. */
export const ACTIVE_MS = 300_000;

export function drawPlan(seed: number, profile: ProfileName): Plan {
  const random = new SeededRandom(seed).fork("plan");
  const tasks = Array.from({ length: random.int(1, 4) }, (_, index) => drawTask(random, index));
  const count = profile === "calm" ? random.int(0, 3) : random.int(2, 8);
  const operations = Array.from({ length: count }, () => ({
    atMs: random.int(0, ACTIVE_MS),
    operation: drawOperation(random, tasks.length, profile),
  }));
  return { seed, profile, tasks, operations: operations.toSorted((a, b) => a.atMs - b.atMs) };
}

function drawTask(random: SeededRandom, taskIndex: number): PlannedTask {
  const networkMode = random.pick(["bridge", "bridge", "bridge", "awsvpc", "host", undefined]);
  const size = random.int(1, 4);
  const containers: PlannedContainer[] = [];
  for (let index = 0; index < size; index += 1) containers.push(drawContainer(random, taskIndex, index, containers));
  const final = chooseEssential(random, containers);
  const hasVolume = final.some((each) => each.definition["mountPoints"] !== undefined);
  return {
    addAtMs: random.int(0, ACTIVE_MS / 2),
    containers: final,
    members: {
      ...(networkMode === undefined ? {} : { networkMode }),
      ...(hasVolume ? { volumes: [{ name: "data" }] } : {}),
      ...(networkMode !== "awsvpc" && random.chance(0.1) ? { pidMode: "task" } : {}),
    },
  };
}

/** At least one is essential, and none whose end somebody waits for. */
function chooseEssential(random: SeededRandom, containers: readonly PlannedContainer[]): readonly PlannedContainer[] {
  const able = containers.filter((each) => canBeEssential(each, containers));
  const always = random.pick(able);
  return containers.map((each) => {
    const essential = each === always || (able.includes(each) && random.chance(0.4));
    return { ...each, definition: { ...each.definition, essential } };
  });
}

type Edge = { readonly containerName: string; readonly condition: string };

function edgesOf(container: PlannedContainer): readonly Edge[] {
  const edges = container.definition["dependsOn"];
  return Array.isArray(edges) ? edges : [];
}

/** COMPLETE and SUCCESS must not name an essential container. */
function canBeEssential(container: PlannedContainer, all: readonly PlannedContainer[]): boolean {
  return all.every((other) =>
    edgesOf(other).every(
      (edge) =>
        edge.containerName !== container.definition.name ||
        (edge.condition !== "COMPLETE" && edge.condition !== "SUCCESS"),
    ),
  );
}

function drawContainer(
  random: SeededRandom,
  taskIndex: number,
  index: number,
  earlier: readonly PlannedContainer[],
): PlannedContainer {
  const health = drawHealth(random);
  const dependsOn = earlier.filter(() => random.chance(0.4)).map((each) => drawEdge(random, each));
  const definition: QuickContainer = {
    name: `t${taskIndex}c${index}`,
    image: random.chance(0.05) ? "nowhere:1" : random.pick(["app", "app", "web:1", "registry.example/team/tool:2"]),
    stopTimeout: random.pick([2, 5, 30]),
    ...(random.chance(0.3) ? { startTimeout: random.pick([5, 20, 60]) } : {}),
    ...(dependsOn.length === 0 ? {} : { dependsOn }),
    ...(health === undefined
      ? {}
      : { healthCheck: { command: ["CMD", "check"], interval: 5, timeout: 2, retries: 2 } }),
    ...(random.chance(0.25) ? { restartPolicy: drawRestartPolicy(random) } : {}),
    ...(random.chance(0.3) ? { mountPoints: [{ sourceVolume: "data", containerPath: "/data" }] } : {}),
  };
  return { definition, behaviour: drawBehaviour(random), ...(health === undefined ? {} : { health }) };
}

function drawEdge(random: SeededRandom, target: PlannedContainer): Edge {
  const conditions = ["START", "COMPLETE", "SUCCESS", ...(target.health === undefined ? [] : ["HEALTHY", "HEALTHY"])];
  return { containerName: target.definition.name, condition: random.pick(conditions) };
}

function drawHealth(random: SeededRandom): HealthBehaviour | undefined {
  if (random.chance(0.65)) return undefined;
  return random.chance(0.2) ? "never" : { healthyAfter: random.int(1, 4) };
}

function drawRestartPolicy(random: SeededRandom) {
  return {
    enabled: true,
    restartAttemptPeriod: 60,
    ...(random.chance(0.5) ? { ignoredExitCodes: [0] } : {}),
  };
}

function drawBehaviour(random: SeededRandom): Behaviour {
  const afterMs = random.pick([0, 50, 1_000, 20_000, 70_000, 150_000]);
  switch (random.int(0, 9)) {
    case 0:
    case 1:
      return { type: "exits", exitCode: 0, afterMs };
    case 2:
      return { type: "exits", exitCode: random.pick([1, 3, 137]), afterMs };
    case 3:
      return { type: "ignoresSigterm" };
    case 4:
    case 5:
      return { type: "handlesSigterm", afterMs: random.pick([0, 100, 3_000]), exitCode: random.pick([0, 0, 143]) };
    case 6:
      return random.chance(0.5) ? { type: "oomKilled", afterMs } : { type: "commandNotFound" };
    default:
      return { type: "runsForever" };
  }
}

function drawOperation(random: SeededRandom, tasks: number, profile: ProfileName): Operation {
  const task = random.int(0, tasks - 1);
  const downMs = random.pick([0, 100, 5_000, 90_000]);
  if (profile === "crashes" && random.chance(0.6)) {
    return random.chance(0.6) ? { type: "crashAtCall", calls: random.int(1, 25), downMs } : { type: "crash", downMs };
  }
  switch (random.int(0, 7)) {
    case 0:
    case 1:
      return { type: "stop", task, force: random.chance(0.2) };
    case 2:
      return { type: "addAgain", task };
    case 3:
      return profile === "calm" ? { type: "stop", task, force: false } : { type: "crash", downMs };
    case 4:
      return { type: "disconnect", forMs: random.int(1_000, 120_000) };
    default:
      return { type: random.pick(["kill", "remove", "start"]), task, container: random.int(0, 3) };
  }
}
