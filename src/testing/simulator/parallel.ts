/** Simulations in several processes at once: each is given one after the other, and replaced when one has no end. */
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { drawPlan } from "../arbitraries/draw-plan.ts";
import type { ProfileName } from "./plan.ts";
import { type SimulationResult, simulate } from "./simulate.ts";

export type Assignment = { readonly seed: number; readonly profile: ProfileName; readonly steps?: number };
type Heard = (result: SimulationResult) => void;

/** Of real time; one usually takes some milliseconds. */
const LIMIT_MS = 120_000;

/** Calls back for each as it is done, in whatever order. */
export async function simulateInParallel(all: Iterable<Assignment>, jobs: number, heard: Heard): Promise<void> {
  const queue = all[Symbol.iterator]();
  await Promise.all(Array.from({ length: jobs }, () => work(queue, heard)));
}

/** What each of the processes does; ends when the one that started it hangs up. */
export async function answerAssignments(): Promise<number> {
  process.on("message", (assignment: Assignment) => {
    const { seed, profile, steps } = assignment;
    void simulate(drawPlan(seed, profile, steps)).then((result) => process.send?.(result));
  });
  await once(process, "disconnect");
  return 0;
}

async function work(queue: Iterator<Assignment>, heard: Heard): Promise<void> {
  let worker = startWorker();
  for (let next = queue.next(); next.done !== true; next = queue.next()) {
    const result = await ask(worker, next.value);
    if (result === undefined) {
      worker.kill("SIGKILL");
      worker = startWorker();
    }
    heard(result ?? withoutEnd(next.value));
  }
  worker.disconnect();
}

function startWorker(): ChildProcess {
  return fork(process.argv[1] ?? "", ["--one-of-many"], { execArgv: process.execArgv });
}

/** @returns undefined when the process died over it, or would not come to an end */
function ask(worker: ChildProcess, assignment: Assignment): Promise<SimulationResult | undefined> {
  return new Promise((resolve) => {
    const end = (result?: SimulationResult) => {
      clearTimeout(limit);
      worker.off("message", end);
      worker.off("exit", died);
      resolve(result);
    };
    const died = () => end();
    const limit = setTimeout(died, LIMIT_MS);
    worker.on("message", end);
    worker.on("exit", died);
    worker.send(assignment);
  });
}

function withoutEnd({ seed, profile }: Assignment): SimulationResult {
  const violation = `the simulation did not come to an end within ${LIMIT_MS / 1_000} s, or ended its process`;
  return { seed, profile, violation, trace: [], steps: 0, virtualMs: 0, faults: {}, transitions: {}, statuses: {} };
}
