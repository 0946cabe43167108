/**
 * 100 one-container tasks at once on a real daemon, image present: when is each RUNNING? Berth with its start gate, with
 * fixed gates and without one, against raw API calls all at once and a few at a time, and `docker run -d` in parallel.
 */
import { spawn } from "node:child_process";
import type { DockerId, DockerName } from "../src/core/brand.ts";
import { DiskStateStore } from "../src/store/index.ts";
import { freshFolder } from "./lib/folder.ts";
import { realClient, TEST_IMAGE } from "./lib/real-world.ts";
import { progress, report, round } from "./lib/report.ts";
import { definitionOf, newTask, startEngine } from "./lib/simulated-world.ts";
import { interleaved, median, percentile, spreadOf } from "./lib/stats.ts";
import { endTasks } from "./lib/waves.ts";

const TASKS = Number(process.env.BENCH_TASKS ?? 100);
const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 3);
const COMMAND = ["sleep", "600"];
const RAW_LABELS = { "berth.bench": String(process.pid) };

/** Milliseconds from the beginning to RUNNING, of each. */
type Times = readonly number[];

const client = realClient();
const { version } = await client.version();
let serial = 0;

/** Create and start, as tightly as possible. */
async function raw(atATime: number): Promise<Times> {
  const began = performance.now();
  const times: number[] = [];
  let next = 0;
  const worker = async () => {
    for (let number = next++; number < TASKS; number = next++) {
      const name = `bench-${process.pid}-${serial++}` as DockerName;
      const body = { Image: TEST_IMAGE, Cmd: COMMAND, Labels: RAW_LABELS, HostConfig: { NetworkMode: "none" } };
      const { dockerId } = await client.createContainer({ name, body });
      await client.startContainer(dockerId);
      times.push(performance.now() - began);
    }
  };
  await Promise.all(Array.from({ length: atATime }, worker));
  await removeAll(RAW_LABELS);
  return times;
}

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
  await removeAll(RAW_LABELS);
  return times;
}

async function berth(startConcurrency: number | undefined): Promise<Times> {
  const store = await DiskStateStore.open({ folder: freshFolder() });
  const engineId = `bench-${process.pid}-${serial++}`;
  const own = realClient();
  const engine = await startEngine({
    client: own,
    store,
    engineId,
    ...(startConcurrency === undefined ? {} : { startConcurrency }),
  });
  void (async () => {
    for await (const { acknowledge } of engine.stateChangeEvents()) await acknowledge();
  })();
  const definition = definitionOf([{ name: "web", image: TEST_IMAGE, command: COMMAND }]);
  const tasks = Array.from({ length: TASKS }, () => newTask(definition));
  const began = performance.now();
  const running = new Map<string, number>();
  const all = new Promise<void>((resolve) => {
    engine.subscribe((event) => {
      if (event.type !== "task" || event.task.knownStatus !== "RUNNING" || running.has(event.task.arn)) return;
      running.set(event.task.arn, performance.now() - began);
      if (running.size === TASKS) resolve();
    });
  });
  await Promise.all(tasks.map((task) => engine.addTask(task)));
  await all;
  await endTasks(engine);
  await engine.shutdown();
  await store.close();
  own.close();
  return [...running.values()];
}

async function removeAll(labels: Readonly<Record<string, string>>): Promise<void> {
  const found = await client.listContainers({ all: true, labels });
  const remove = (id: DockerId) => client.removeContainer(id, { force: true, removeVolumes: true });
  const left = found.map(({ dockerId }) => dockerId);
  const worker = async () => {
    for (let id = left.pop(); id !== undefined; id = left.pop()) await remove(id);
  };
  await Promise.all(Array.from({ length: 4 }, worker));
}

function hasDockerCommand(): Promise<boolean> {
  return new Promise((resolve) => {
    const child = spawn("docker", ["--version"], { stdio: "ignore" });
    child.on("error", () => resolve(false));
    child.on("exit", (code) => resolve(code === 0));
  });
}

const withCommand = await hasDockerCommand();
const variants = {
  rawAllAtOnce: () => raw(TASKS),
  raw4: () => raw(4),
  raw6: () => raw(6),
  raw8: () => raw(8),
  berth: () => berth(undefined),
  berthGate4: () => berth(4),
  berthGate8: () => berth(8),
  berthNoGate: () => berth(TASKS),
  ...(withCommand ? { dockerRun } : {}),
};
/** `BENCH_VARIANTS=berth,raw4` runs these alone. */
const wanted = process.env.BENCH_VARIANTS?.split(",");
await raw(4);
const runs = await interleaved<string, Times>(
  ROUNDS,
  Object.fromEntries(
    Object.entries(variants)
      .filter(([name]) => wanted?.includes(name) ?? true)
      .map(([name, run]) => [
        name,
        async () => {
          const times = await run();
          progress(`${name}: p50 ${round(median(times))} ms, last ${round(Math.max(...times))} ms`);
          return times;
        },
      ]),
  ),
);
client.close();
const seconds = (of: (times: Times) => number, all: readonly Times[]) =>
  spreadOf(all.map((times) => of(times) / 1_000));
const figures = Object.fromEntries(
  Object.entries(runs).map(([name, all]) => [
    name,
    {
      p50: seconds((times) => median(times), all),
      p99: seconds((times) => percentile(times, 0.99), all),
      last: seconds((times) => Math.max(...times), all),
    },
  ]),
);
const [own, allAtOnce] = [figures.berth, figures.rawAllAtOnce];
const bestLast = Math.min(...["raw4", "raw6", "raw8"].map((name) => figures[name]?.last.median ?? Infinity));
const ratios = {
  p50OverRawAllAtOnce: round((own?.p50.median ?? 0) / (allAtOnce?.p50.median ?? 1)),
  lastOverRawAtBest: round((own?.last.median ?? 0) / bestLast),
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
