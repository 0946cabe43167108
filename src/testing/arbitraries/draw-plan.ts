/** What a simulation does, drawn from its seed. The same seed gives the same plan. */
import fc from "fast-check";
import { SeededRandom } from "../seeded-random.ts";
import { drawOperation } from "../simulator/draw-operation.ts";
import type { Plan, PlannedOperation, PlannedTask, ProfileName } from "../simulator/plan.ts";
import { SECRET_ARN, UNKNOWN_SECRET_ARN } from "../simulator/secrecy.ts";
import { ACTIVE_MS, drawWorld, FIXED_PORTS, IMAGES } from "../simulator/world.ts";
import { plannedTaskArbitrary } from "./planned-task.ts";

const MAX_SEED = 2 ** 31 - 1;
/** By the number of the task: making an arbitrary takes longer than drawing from it. */
const arbitraries = new Map<number, fc.Arbitrary<PlannedTask>>();

/** @param steps tasks and operations together; drawn when absent */
export function drawPlan(seed: number, profile: ProfileName, steps?: number): Plan {
  const random = new SeededRandom(seed).fork("plan");
  const size = steps === undefined ? random.int(1, 4) : Math.max(1, Math.round(steps / 3));
  const tasks = Array.from({ length: size }, (_, index) => drawTask(random, index));
  const drawn = profile === "calm" ? random.int(0, 4) : random.int(2, 9);
  const count = steps === undefined ? drawn : Math.max(0, steps - size);
  const operations: PlannedOperation[] = Array.from({ length: count }, () => ({
    atMs: random.int(0, ACTIVE_MS),
    operation: drawOperation(random, tasks, profile),
  }));
  // What comes down while it still comes up is where most can go wrong.
  for (const [task, { addAtMs }] of tasks.entries()) {
    if (!random.chance(0.25)) continue;
    operations.push({ atMs: addAtMs + random.int(0, 3_000), operation: { type: "stop", task, force: false } });
  }
  return {
    seed,
    profile,
    world: drawWorld(new SeededRandom(seed).fork("world")),
    tasks,
    operations: operations.toSorted((a, b) => a.atMs - b.atMs),
  };
}

function drawTask(random: SeededRandom, index: number): PlannedTask {
  // Without a bias towards small values, which is for properties and makes tasks of one container.
  const [task] = fc.sample(arbitraryFor(index), { seed: random.int(0, MAX_SEED), numRuns: 1, unbiased: true });
  if (task === undefined) throw new Error("Cannot draw a task: there is no sample");
  return task;
}

function arbitraryFor(index: number): fc.Arbitrary<PlannedTask> {
  const made = arbitraries.get(index);
  if (made !== undefined) return made;
  const arbitrary = plannedTaskArbitrary({
    namePrefix: `t${index}c`,
    images: IMAGES,
    missingImages: ["nowhere:1"],
    hostPorts: FIXED_PORTS,
    secrets: [SECRET_ARN, SECRET_ARN, SECRET_ARN, SECRET_ARN, SECRET_ARN, UNKNOWN_SECRET_ARN],
    absentVolume: true,
  });
  arbitraries.set(index, arbitrary);
  return arbitrary;
}
