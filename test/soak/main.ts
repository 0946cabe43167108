/** `npm run soak`: see the usage below. Prints one line of JSON per soak; exits with 1 when anything has grown or is left. */
import { parseArgs } from "node:util";
import { rssMb } from "../../bench/lib/cpu.ts";
import { freshFolder } from "../../bench/lib/folder.ts";
import { progress, report, round } from "../../bench/lib/report.ts";
import { DiskStateStore } from "../../src/store/index.ts";
import { MemoryStateStore } from "../../src/store/memory-state-store.ts";
import type { Reading } from "./gauges.ts";
import type { Load } from "./load.ts";
import { realShapes, realWorld } from "./real.ts";
import { simulatedShapes, simulatedWorld } from "./simulated.ts";
import { type SoakResult, soak } from "./soak.ts";

function parse() {
  return parseArgs({
    options: {
      simulated: { type: "boolean", default: false },
      real: { type: "boolean", default: false },
      tasks: { type: "string", default: "1000000" },
      minutes: { type: "string", default: "15" },
      rate: { type: "string", default: "5" },
      "in-flight": { type: "string", default: "16" },
      seed: { type: "string", default: "1" },
      store: { type: "string", default: "memory" },
    },
  }).values;
}

/** Exits with 2 when the command line is wrong. */
function orRefuse<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    console.error(`Cannot run the soak: ${error instanceof Error ? error.message : error} (--help lists the options)`);
    process.exit(2);
  }
}

const values = orRefuse(parse);

function number(option: "tasks" | "minutes" | "rate" | "in-flight" | "seed"): number {
  const value = Number(values[option]);
  return orRefuse(() => {
    if (value > 0) return value;
    throw new Error(`--${option} is "${values[option]}", and has to be a number above 0`);
  });
}

/** Each shape twice. */
const WARM_UP = 28;
/** Readings collect all garbage; so many are enough to compare, and cost little. */
const READINGS = 100;

function say(reading: Reading, load: Load): void {
  const { heapMb = 0, descriptors, listeners, taskRows, actors } = reading;
  const heap = `heap ${heapMb.toFixed(1)} MB, RSS ${rssMb().toFixed(0)} MB, ${descriptors} descriptors`;
  progress(`${load.done} tasks done, ${taskRows} there; ${heap}, ${listeners} listeners, ${actors} actors`);
}

async function simulated(): Promise<readonly string[]> {
  const tasks = number("tasks");
  const onDisk = values.store === "disk";
  const store = onDisk ? await DiskStateStore.open({ folder: freshFolder() }) : new MemoryStateStore();
  const world = simulatedWorld(number("seed"), store);
  const began = world.clock.now();
  const result = await soak(world, {
    shapes: simulatedShapes(),
    warmUp: WARM_UP,
    tasksPerSecond: number("rate"),
    maxInFlight: Number.POSITIVE_INFINITY,
    isOver: (added) => added >= tasks,
    readEvery: Math.max(1, Math.floor(tasks / READINGS)),
    onReading: say,
  });
  const virtualHours = (world.clock.now() - began) / 3_600_000;
  return tell("simulated", { store: values.store, virtualHours: round(virtualHours) }, result);
}

async function real(): Promise<readonly string[]> {
  const lastsMs = number("minutes") * 60_000;
  const world = await realWorld(number("seed"), freshFolder());
  const result = await soak(world, {
    shapes: realShapes(),
    warmUp: WARM_UP,
    tasksPerSecond: number("rate"),
    maxInFlight: number("in-flight"),
    isOver: (_, beganAt) => Date.now() - beganAt >= lastsMs,
    readEvery: 25,
    onReading: say,
  });
  return tell("real", { store: "disk", tasksPerSecond: round(result.tasks / (number("minutes") * 60)) }, result);
}

function tell(kind: string, facts: object, result: SoakResult): readonly string[] {
  const { problems, cpuMsPerTask, wallSeconds, ...rest } = result;
  const verdict = problems.length === 0 ? "flat" : "not flat";
  const cost = { cpuMsPerTask: round(cpuMsPerTask), wallSeconds: round(wallSeconds) };
  report(`soak ${kind}`, { verdict, problems, ...facts, ...cost, ...rest }, kind);
  return problems;
}

// Its handle is there from the first word on, and none of the engine's.
progress("soaking");
const both = values.simulated === values.real;
const problems = [...(both || values.simulated ? await simulated() : []), ...(both || values.real ? await real() : [])];
for (const problem of problems) progress(`NOT FLAT: ${problem}`);
process.exitCode = problems.length === 0 ? 0 : 1;
