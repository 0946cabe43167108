/**
 * One task from `addTask` to STOPPED, one after the other, on a real daemon and with a durable store: the wall time less
 * what Docker had in hand, which is its calls and the time from an answered start to the event of the end. Of the rest it
 * is told how much was waiting for the disk: saving before acting is Berth's choice, how long a sync takes is not.
 */
import { setTimeout as pause } from "node:timers/promises";
import type { DockerTaskEngine } from "../src/engine/docker-task-engine.ts";
import { DiskStateStore } from "../src/store/index.ts";
import { CpuTimer } from "./lib/cpu.ts";
import { freshFolder } from "./lib/folder.ts";
import { covered, type Interval, realClient, Stopwatch, TEST_IMAGE } from "./lib/real-world.ts";
import { report } from "./lib/report.ts";
import { definitionOf, newTask, startEngine } from "./lib/simulated-world.ts";
import { quantilesOf } from "./lib/stats.ts";

const TASKS = 100;

type Sample = {
  readonly wallMs: number;
  readonly dockerMs: number;
  /** Waiting for the disk and not for Docker. */
  readonly diskMs: number;
  readonly cpuMs: number;
};

const inner = realClient();
const { version } = await inner.version();
const watch = new Stopwatch(inner);
const store = await DiskStateStore.open({ folder: freshFolder() });
const saves: Interval[] = [];
const commit = store.commit.bind(store);
store.commit = async (mutations) => {
  const from = performance.now();
  await commit(mutations);
  saves.push({ from, to: performance.now() });
};
const engine = await startEngine({ client: watch.client, store, engineId: `bench-${process.pid}` });
void acknowledgeAll(engine);
const definition = definitionOf([{ name: "job", image: TEST_IMAGE, command: ["true"] }]);

async function oneTask(): Promise<Sample> {
  watch.reset();
  saves.length = 0;
  const task = newTask(definition);
  const timer = new CpuTimer();
  const from = performance.now();
  const ended = new Promise<number>((resolve) => {
    const unsubscribe = engine.subscribe((event) => {
      if (event.type !== "task" || event.task.arn !== task.arn || event.task.knownStatus !== "STOPPED") return;
      unsubscribe();
      resolve(performance.now());
    });
  });
  await engine.addTask(task);
  const to = await ended;
  const docker = [...watch.calls, ...lives()];
  const dockerMs = covered(docker, { from, to });
  const diskMs = covered([...docker, ...saves], { from, to }) - dockerMs;
  const sample = { wallMs: to - from, dockerMs, diskMs, cpuMs: timer.cpuMs };
  await engine.removeTask(task.arn);
  return sample;
}

/** From the answer of a start to the news of the end: the container's own time. */
function lives(): readonly Interval[] {
  const started = watch.calls.find(({ operation }) => operation === "startContainer");
  const died = watch.events.find(({ event }) => event.action === "die");
  return started === undefined || died === undefined ? [] : [{ from: started.to, to: died.at }];
}

async function acknowledgeAll(from: DockerTaskEngine): Promise<void> {
  for await (const { acknowledge } of from.stateChangeEvents()) await acknowledge();
}

for (let number = 0; number < 20; number += 1) await oneTask();
const samples: Sample[] = [];
for (let number = 0; number < TASKS; number += 1) {
  samples.push(await oneTask());
  await pause(5);
}
await engine.shutdown();
inner.close();
report(
  "overhead",
  {
    berthMs: quantilesOf(samples.map(({ wallMs, dockerMs }) => wallMs - dockerMs)),
    berthWithoutDiskMs: quantilesOf(samples.map(({ wallMs, dockerMs, diskMs }) => wallMs - dockerMs - diskMs)),
    diskMs: quantilesOf(samples.map(({ diskMs }) => diskMs)),
    dockerMs: quantilesOf(samples.map(({ dockerMs }) => dockerMs)),
    wallMs: quantilesOf(samples.map(({ wallMs }) => wallMs)),
    berthCpuMs: quantilesOf(samples.map(({ cpuMs }) => cpuMs)),
    target: "p50 5 ms, p99 20 ms",
  },
  version,
);
process.exit(0);
