/** Draws a task: its containers, how they hang together, and what the task as a whole has. */
import type { SeededRandom } from "../seeded-random.ts";
import { drawContainer } from "./draw-container.ts";
import type { PlannedContainer, PlannedTask } from "./plan.ts";
import { ACTIVE_MS } from "./world.ts";

export type NetworkMode = "bridge" | "awsvpc" | "host" | "none" | undefined;

const VOLUMES: Readonly<Record<string, object>> = {
  data: { name: "data" },
  scratch: { name: "scratch", dockerVolumeConfiguration: { scope: "task", driver: "local" } },
  shared: { name: "shared", dockerVolumeConfiguration: { scope: "shared", driver: "local", autoprovision: true } },
  absent: { name: "absent", dockerVolumeConfiguration: { scope: "shared", driver: "local", autoprovision: false } },
};

export function drawTask(random: SeededRandom, taskIndex: number): PlannedTask {
  const networkMode: NetworkMode = random.pick(["bridge", "bridge", "bridge", "awsvpc", "host", "none", undefined]);
  const size = random.int(1, 4);
  const containers: PlannedContainer[] = [];
  while (containers.length < size) containers.push(drawContainer(random, { taskIndex, networkMode }, containers));
  return {
    addAtMs: random.int(0, ACTIVE_MS / 2),
    manner: random.pick(["once", "once", "once", "once", "once", "once", "once", "twiceAtOnce", "stoppedAtOnce"]),
    containers: chooseEssential(random, containers),
    members: {
      ...(networkMode === undefined ? {} : { networkMode }),
      ...volumesOf(containers),
      ...(random.chance(0.15) ? { pidMode: random.pick(["task", "task", "host"]) } : {}),
      ...(random.chance(0.15) ? { ipcMode: random.pick(["task", "task", "host", "none"]) } : {}),
    },
  };
}

/** Those that a container mounts. */
function volumesOf(containers: readonly PlannedContainer[]): { readonly volumes?: readonly object[] } {
  const names = new Set(containers.flatMap((each) => mountsOf(each).map(({ sourceVolume }) => sourceVolume)));
  const volumes = [...names].flatMap((name) => VOLUMES[name] ?? []);
  return volumes.length === 0 ? {} : { volumes };
}

function mountsOf({ definition }: PlannedContainer): readonly { readonly sourceVolume: string }[] {
  const mounts = definition.mountPoints;
  return Array.isArray(mounts) ? mounts : [];
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

function edgesOf(
  container: PlannedContainer,
): readonly { readonly containerName: string; readonly condition: string }[] {
  const edges = container.definition.dependsOn;
  return Array.isArray(edges) ? edges : [];
}

/** COMPLETE and SUCCESS must not name an essential container. */
function canBeEssential(container: PlannedContainer, all: readonly PlannedContainer[]): boolean {
  const needsEnd = (condition: string) => condition === "COMPLETE" || condition === "SUCCESS";
  return all.every((other) =>
    edgesOf(other).every((edge) => edge.containerName !== container.definition.name || !needsEnd(edge.condition)),
  );
}
