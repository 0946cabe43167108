/** One soak: an engine that takes tasks for a long time, measured all the while, then emptied, then shut down. */
import { CpuTimer } from "../../bench/lib/cpu.ts";
import type { DockerTaskEngine } from "../../src/agent/docker-task-engine.ts";
import type { Clock } from "../../src/ports/clock.ts";
import type { SeededRandom } from "../../src/testing/index.ts";
import { engineGauges, type Reading, type SignalSpy } from "./gauges.ts";
import { Load } from "./load.ts";
import type { Shape } from "./shapes.ts";
import { grown, left, type Windows, windowsOf } from "./verdict.ts";

/** Where an engine is soaked: a simulated or a real daemon, a store, a clock. */
export type SoakWorld = {
  readonly clock: Clock;
  readonly random: SeededRandom;
  readonly spy: SignalSpy;
  /** A new engine; measured before it is made. */
  readonly start: () => Promise<DockerTaskEngine>;
  /** Counts of the process and the daemon. */
  readonly gauges: () => Promise<Reading>;
  /** Lets time pass, and whatever is due happen. */
  readonly pass: (ms: number) => Promise<void>;
  readonly shutdown: (engine: DockerTaskEngine) => Promise<void>;
};

export type SoakOptions = {
  readonly shapes: (index: number) => Shape;
  /** Tasks that come and go before anything is measured. */
  readonly warmUp: number;
  readonly tasksPerSecond: number;
  /** Beyond it no task is added until one is gone. */
  readonly maxInFlight: number;
  /** Asked before each task; `beganAt` is the clock's time when the first one after the warm-up was added. */
  readonly isOver: (added: number, beganAt: number) => boolean;
  /** Readings are taken each time so many tasks have been added. */
  readonly readEvery: number;
  readonly onReading?: (reading: Reading, load: Load) => void;
};

export type SoakResult = {
  readonly tasks: number;
  readonly changes: number;
  readonly byShape: Readonly<Record<string, number>>;
  readonly cpuMsPerTask: number;
  readonly wallSeconds: number;
  readonly readings: number;
  readonly windows: Windows;
  /** Idle, after the tasks of the warm-up. */
  readonly rest: Reading;
  /** Idle again, all tasks gone. */
  readonly drained: Reading;
  /** After the engine's end, against what was there before it. */
  readonly before: Reading;
  readonly closed: Reading;
  /** Empty when nothing has grown, nothing is left, and every task ended as it must. */
  readonly problems: readonly string[];
};

/** For which nothing that is left may still be under way: relists, retries, looks. */
export const REST_MS = 30_000;
const DRAIN_LIMIT_MS = 120_000;

export async function soak(world: SoakWorld, options: SoakOptions): Promise<SoakResult> {
  const before = await world.gauges();
  const { problems, ...lived } = await live(world, options);
  // Nothing of the engine is held here any more: what is still there is held by something that should not.
  const none = { ...before, listeners: 0 };
  const closed = await settled(world, none, async () => ({
    ...(await world.gauges()),
    listeners: world.spy.listeners,
  }));
  const windows = windowsOf(lived.readings);
  const { rest, drained, ...figures } = lived;
  return {
    ...figures,
    readings: lived.readings.length,
    windows,
    rest,
    drained,
    before,
    closed,
    problems: [
      ...problems,
      ...grown(windows),
      ...left(rest, drained, "with all tasks gone"),
      ...left(none, closed, "after shutdown"),
    ],
  };
}

/** From the engine's start to its end. */
async function live(world: SoakWorld, options: SoakOptions) {
  const engine = await world.start();
  const readAll = async (): Promise<Reading> => ({
    ...(await world.gauges()),
    listeners: world.spy.listeners,
    ...engineGauges(engine),
  });
  const load = new Load({ engine, clock: world.clock, random: world.random });
  // What the first tasks bring with them once for all is not counted as theirs.
  for (let index = 0; index < options.warmUp; index += 1) load.add(options.shapes(index));
  await drain(world, load);
  if (load.problems.length > 0) throw new Error(`Cannot begin: ${load.problems.join("; ")}`);
  const rest = await readAll();
  const timer = new CpuTimer();
  const readings = await feed(world, options, load, readAll);
  const { cpuMs, wallMs } = timer;
  await drain(world, load);
  const drained = await settled(world, rest, readAll);
  await world.shutdown(engine);
  await load.ended();
  const { done: tasks, changes, problems } = load;
  const byShape = Object.fromEntries(load.byShape);
  const cost = { cpuMsPerTask: cpuMs / load.added, wallSeconds: wallMs / 1_000 };
  return { tasks, changes, byShape, ...cost, readings, rest, drained, problems };
}

async function feed(
  world: SoakWorld,
  { shapes, tasksPerSecond, maxInFlight, isOver, readEvery, onReading }: SoakOptions,
  load: Load,
  read: () => Promise<Reading>,
): Promise<readonly Reading[]> {
  const readings: Reading[] = [];
  const beganAt = world.clock.now();
  while (!isOver(load.added, beganAt)) {
    await world.pass(1_000 / tasksPerSecond);
    if (load.inFlight >= maxInFlight) continue;
    load.add(shapes(load.added));
    if (load.added % readEvery !== 0) continue;
    const reading = await read();
    readings.push(reading);
    onReading?.(reading, load);
  }
  return readings;
}

/** What a collection of garbage has missed the next one finds; what is left in all of them is left. */
async function settled(world: SoakWorld, wanted: Reading, read: () => Promise<Reading>): Promise<Reading> {
  let reading = await read();
  for (let again = 0; again < 3 && left(wanted, reading, "").length > 0; again += 1) {
    await world.pass(1_000);
    reading = await read();
  }
  return reading;
}

async function drain(world: SoakWorld, load: Load): Promise<void> {
  for (let waitedMs = 0; load.inFlight > 0 && waitedMs < DRAIN_LIMIT_MS; waitedMs += 100) await world.pass(100);
  if (load.inFlight > 0) load.problems.push(`${load.inFlight} tasks do not go, ${load.explainOldest()}`);
  await world.pass(REST_MS);
}
