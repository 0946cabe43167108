/**
 * 100 one-container tasks at once on a real daemon, image present: when is each RUNNING? Berth with its start gate, with fixed
 * gates and without one, against `docker run -d` in parallel and raw API calls all at once and a few at a time. Raw calls
 * make the least of a container, and once more (`same…`) the very container that the engine makes: the difference between
 * the two is what its limits, labels and control group cost in Docker, and what is left is the engine's.
 */
import { spawn } from "node:child_process";
import type { CreateBody } from "../src/ports/docker-client.ts";
import { COMMAND, engineBurst, recordedBody } from "./lib/engine-burst.ts";
import { rawBurst, removeAll, type Times } from "./lib/raw-burst.ts";
import { realClient, TEST_IMAGE } from "./lib/real-world.ts";
import { progress, report, round } from "./lib/report.ts";
import { interleaved, median, percentile, ratioOf, spreadOf } from "./lib/stats.ts";

const TASKS = Number(process.env.BENCH_TASKS ?? 100);
const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 3);
const RAW_LABELS = { "berth.bench": String(process.pid) };
const LEAST: CreateBody = {
  Image: TEST_IMAGE,
  Cmd: COMMAND,
  Labels: RAW_LABELS,
  HostConfig: { NetworkMode: "none" },
};
const FEW = [4, 6, 8];

const client = realClient();
const { version } = await client.version();

async function dockerRun(): Promise<Times> {
  const label = Object.entries(RAW_LABELS).map(([key, value]) => `${key}=${value}`);
  const args = [
    "run",
    "-d",
    "--network",
    "none",
    ...label.flatMap((each) => ["--label", each]),
    TEST_IMAGE,
    ...COMMAND,
  ];
  const began = performance.now();
  const one = () =>
    new Promise<number>((resolve, reject) => {
      const child = spawn("docker", args, { stdio: "ignore" });
      child.on("error", reject);
      child.on("exit", (code) =>
        code === 0 ? resolve(performance.now() - began) : reject(new Error(`docker run ended with code ${code}`)),
      );
    });
  const times = await Promise.all(Array.from({ length: TASKS }, one));
  await removeAll(client, RAW_LABELS);
  return times;
}

function hasDockerCommand(): Promise<boolean> {
  return new Promise((resolve) => {
    const child = spawn("docker", ["--version"], { stdio: "ignore" });
    child.on("error", () => resolve(false));
    child.on("exit", (code) => resolve(code === 0));
  });
}

/** @param prefix `raw` or `same` */
function rawVariants(prefix: string, body: CreateBody): Readonly<Record<string, () => Promise<Times>>> {
  const few = FEW.map((atATime) => [`${prefix}${atATime}`, () => rawBurst(client, { body, count: TASKS, atATime })]);
  const all = () => rawBurst(client, { body, count: TASKS, atATime: TASKS });
  return { [`${prefix}AllAtOnce`]: all, ...Object.fromEntries(few) };
}

const withCommand = await hasDockerCommand();
const variants: Readonly<Record<string, () => Promise<Times>>> = {
  ...rawVariants("raw", LEAST),
  ...rawVariants("same", await recordedBody()),
  berth: () => engineBurst({ count: TASKS }),
  berthGate4: () => engineBurst({ count: TASKS, startConcurrency: 4 }),
  berthGate8: () => engineBurst({ count: TASKS, startConcurrency: 8 }),
  berthNoGate: () => engineBurst({ count: TASKS, startConcurrency: TASKS }),
  ...(withCommand ? { dockerRun } : {}),
};
/** `BENCH_VARIANTS=berth,raw4` runs these alone. */
const wanted = process.env.BENCH_VARIANTS?.split(",");
await rawBurst(client, { body: LEAST, count: TASKS, atATime: 4 });
const runs: Readonly<Record<string, readonly Times[]>> = await interleaved(
  ROUNDS,
  Object.fromEntries(
    Object.entries(variants)
      .filter(([name]) => wanted?.includes(name) ?? true)
      .map(([name, run]) => [
        name,
        async () => {
          const times = await run();
          progress(`${name}: p50 ${round(median(times))} ms, last ${round(lastOf(times))} ms`);
          return times;
        },
      ]),
  ),
);
client.close();

function lastOf(times: Times): number {
  return Math.max(...times);
}

const seconds = (of: (times: Times) => number, all: readonly Times[]) =>
  spreadOf(all.map((times) => of(times) / 1_000));
const figures = Object.fromEntries(
  Object.entries(runs).map(([name, all]) => [
    name,
    {
      p50: seconds((times) => median(times), all),
      p99: seconds((times) => percentile(times, 0.99), all),
      last: seconds(lastOf, all),
    },
  ]),
);

/** Raw calls at their best: the number at a time with which the last one came first, by the median of all rounds. */
function atBest(prefix: string): string | undefined {
  const lastMedian = (name: string) => figures[name]?.last.median ?? Infinity;
  const measured = FEW.map((atATime) => `${prefix}${atATime}`).filter((name) => name in figures);
  return measured.toSorted((a, b) => lastMedian(a) - lastMedian(b))[0];
}

function ratiosTo(prefix: string) {
  const [allAtOnce, best] = [runs[`${prefix}AllAtOnce`], runs[atBest(prefix) ?? ""]];
  return { p50: ratioOf(median, runs.berth, allAtOnce), last: ratioOf(lastOf, runs.berth, best) };
}

const [toRaw, toSame] = [ratiosTo("raw"), ratiosTo("same")];
const ratios = {
  p50OverRawAllAtOnce: toRaw.p50?.ofMedians,
  lastOverRawAtBest: toRaw.last?.ofMedians,
  p50OverSameAllAtOnce: toSame.p50?.ofMedians,
  lastOverSameAtBest: toSame.last?.ofMedians,
  byRound: {
    raw: { p50: toRaw.p50?.byRound, last: toRaw.last?.byRound },
    same: { p50: toSame.p50?.byRound, last: toSame.last?.byRound },
  },
};
// The curves of the middle round, for the plot: when the n-th task was RUNNING, in ms.
const curves = Object.fromEntries(
  Object.entries(runs).map(([name, all]) => {
    const middle = all.toSorted((a, b) => median(a) - median(b))[Math.floor(all.length / 2)] ?? [];
    return [name, middle.map(Math.round).sort((a, b) => a - b)];
  }),
);
const dockerRunNote = withCommand ? {} : { dockerRun: "not measured: there is no docker command" };
report("burst", { tasks: TASKS, ...figures, ...dockerRunNote, ratios, curves, target: "0.7 and 1.05" }, version);
process.exit(0);
