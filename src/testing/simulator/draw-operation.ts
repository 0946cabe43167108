/** Draws what happens to tasks from outside, beside what their containers do by themselves. */
import type { SeededRandom } from "../seeded-random.ts";
import type { Operation, PlannedTask, ProfileName } from "./plan.ts";
import { FIXED_PORTS, IMAGES, REGISTRIES } from "./world.ts";

type Draw = (random: SeededRandom, tasks: readonly PlannedTask[]) => Operation;

const anyTask = (random: SeededRandom, tasks: readonly PlannedTask[]): number => random.int(0, tasks.length - 1);
const downTime = (random: SeededRandom): number => random.pick([0, 100, 5_000, 90_000]);
const aWhile = (random: SeededRandom): number => random.int(1_000, 120_000);

const stop: Draw = (random, tasks) => ({ type: "stop", task: anyTask(random, tasks), force: random.chance(0.2) });
const meddle: Draw = (random, tasks) => ({
  type: random.pick(["kill", "remove", "start", "rename"]),
  task: anyTask(random, tasks),
  container: random.int(0, 3),
});
const pause: Draw = (random, tasks) => ({
  type: "pause",
  task: anyTask(random, tasks),
  container: random.int(0, 3),
  ...(random.chance(0.7) ? { forMs: random.pick([500, 10_000, 60_000]) } : {}),
});
const disconnect: Draw = (random) => ({ type: "disconnect", forMs: aWhile(random) });
const crash: Draw = (random) => ({ type: "crash", downMs: downTime(random) });
const crashAtCall: Draw = (random) => ({ type: "crashAtCall", calls: random.int(1, 25), downMs: downTime(random) });
const crashAtCommit: Draw = (random) => ({
  type: "crashAtCommit",
  commits: random.int(1, 25),
  stored: random.chance(0.5),
  downMs: downTime(random),
});
const crashInInit: Draw = (random) => ({
  type: "crashInInit",
  calls: random.int(1, 10),
  times: random.pick([1, 1, 2]),
  downMs: downTime(random),
});
const rare: readonly Draw[] = [
  (random, tasks) => ({ type: "addAgain", task: anyTask(random, tasks) }),
  (random, tasks) => ({ type: "removeTask", task: anyTask(random, tasks) }),
  (random, tasks) => ({ type: "takeName", task: anyTask(random, tasks), container: random.int(0, 3) }),
  (random) => ({ type: "removeImage", image: random.int(0, IMAGES.length - 1) }),
  () => ({ type: "cleanImages" }),
  () => ({ type: "cleanImages" }),
  (random) => ({ type: "cutRegistry", registry: random.int(0, REGISTRIES.length - 1), forMs: aWhile(random) }),
  (random) => ({ type: "takePort", hostPort: random.pick([40_000, ...FIXED_PORTS, 32_768]), forMs: aWhile(random) }),
  (random) => ({ type: "shutdown", downMs: downTime(random) }),
];
const oneOfRare: Draw = (random, tasks) => random.pick(rare)(random, tasks);

const CALM: readonly Draw[] = [stop, disconnect, meddle, pause, oneOfRare, oneOfRare];
const USUAL: readonly Draw[] = [
  stop,
  stop,
  crash,
  crashInInit,
  disconnect,
  meddle,
  meddle,
  pause,
  oneOfRare,
  oneOfRare,
  oneOfRare,
];
const CRASHES: readonly Draw[] = [crash, crashInInit, crashAtCall, crashAtCall, crashAtCommit, crashAtCommit];

export function drawOperation(random: SeededRandom, tasks: readonly PlannedTask[], profile: ProfileName): Operation {
  if (profile === "crashes" && random.chance(0.6)) return random.pick(CRASHES)(random, tasks);
  if (profile === "store" && random.chance(0.25)) return crashAtCommit(random, tasks);
  return random.pick(profile === "calm" ? CALM : USUAL)(random, tasks);
}
