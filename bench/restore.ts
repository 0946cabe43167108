/**
 * An engine is killed with tasks running, and another one starts on what it left on disk: until every task is matched
 * with Docker and under management again. The daemon is simulated; nothing may be started, stopped or made.
 */
import { cpSync } from "node:fs";
import type { DockerClient } from "../src/ports/docker-client.ts";
import { DiskStateStore } from "../src/store/index.ts";
import type { SimulatedDocker, SimulatedDockerClient } from "../src/testing/simulated-docker/index.ts";
import { CpuTimer } from "./lib/cpu.ts";
import { freshFolder } from "./lib/folder.ts";
import { progress, report } from "./lib/report.ts";
import { newTasks, SIMULATED, simulatedDocker, startEngine } from "./lib/simulated-world.ts";
import { spreadOf } from "./lib/stats.ts";
import { runTasks } from "./lib/waves.ts";

const SIZES = { 1000: 0.5, 10000: 3 } as const;
const ROUNDS = 5;

type Restored = { readonly openMs: number; readonly totalMs: number; readonly cpuMs: number; readonly touched: number };

/** Runs tasks, and dies. @returns the folder as a killed process leaves it */
async function killedWith(count: number, docker: SimulatedDocker): Promise<string> {
  const folder = freshFolder();
  const store = await DiskStateStore.open({ folder });
  const client = docker.client();
  const engine = await startEngine({ client, store, startConcurrency: 1_000 });
  await runTasks({ engine, tasks: newTasks(count), inFlight: 1_000 });
  engine.abandon();
  client.cut();
  const left = freshFolder();
  // Not closed, as after a kill; the lock of a process that lives would not be taken over.
  cpSync(folder, left, { recursive: true, filter: (path) => !path.endsWith(".sock") });
  await store.close();
  return left;
}

async function restore(left: string, count: number, docker: SimulatedDocker): Promise<Restored> {
  const folder = freshFolder();
  cpSync(left, folder, { recursive: true });
  let touched = 0;
  const ignore = docker.onCall(({ operation }) => {
    if (/^(?:create|start|stop|kill|remove)Container$/.test(operation)) touched += 1;
  });
  const timer = new CpuTimer();
  const store = await DiskStateStore.open({ folder });
  const openMs = timer.wallMs;
  const client: SimulatedDockerClient = docker.client();
  const engine = await startEngine({ client: client satisfies DockerClient, store, startConcurrency: 1_000 });
  await new Promise<void>((resolve) => {
    let waiting = engine.listTasks().filter((task) => !task.admitted).length;
    if (waiting === 0) return resolve();
    const admitted = new Set<string>();
    engine.subscribe((event) => {
      if (event.type !== "task" || !event.task.admitted || admitted.has(event.task.arn)) return;
      admitted.add(event.task.arn);
      waiting -= 1;
      if (waiting === 0) resolve();
    });
  });
  const result = { openMs, totalMs: timer.wallMs, cpuMs: timer.cpuMs, touched };
  const running = engine.listTasks().filter((task) => task.knownStatus === "RUNNING").length;
  if (running !== count) throw new Error(`Cannot restore: ${running} of ${count} tasks are RUNNING`);
  engine.abandon();
  client.cut();
  await store.close();
  ignore();
  return result;
}

const figures: Record<string, unknown> = {};
for (const [size, target] of Object.entries(SIZES)) {
  const count = Number(size);
  const docker = simulatedDocker();
  const left = await killedWith(count, docker);
  const runs: Restored[] = [];
  await restore(left, count, docker);
  for (let round = 0; round < ROUNDS; round += 1) runs.push(await restore(left, count, docker));
  figures[size] = {
    seconds: spreadOf(runs.map(({ totalMs }) => totalMs / 1_000)),
    openSeconds: spreadOf(runs.map(({ openMs }) => openMs / 1_000)),
    cpuSeconds: spreadOf(runs.map(({ cpuMs }) => cpuMs / 1_000)),
    containersTouched: Math.max(...runs.map(({ touched }) => touched)),
    targetSeconds: target,
  };
  progress(`${size}: ${JSON.stringify(figures[size])}`);
}
report("restore", { tasks: figures }, SIMULATED);
