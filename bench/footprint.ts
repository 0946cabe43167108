/**
 * Memory: heap of the engine per running one-container task, at 10 000 and 100 000 (simulated daemon, durable store), and
 * what the process takes of the machine's memory, idle and with 100 tasks on a real daemon.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout as pause } from "node:timers/promises";
import { createDockerClient } from "../src/docker/index.ts";
import type { DockerTaskEngine } from "../src/engine/docker-task-engine.ts";
import type { StateStore } from "../src/ports/state-store.ts";
import { DiskStateStore } from "../src/store/index.ts";
import { MemoryStateStore } from "../src/store/memory-state-store.ts";
import { heapAfterGc, rssMb } from "./lib/cpu.ts";
import { freshFolder } from "./lib/folder.ts";
import { TEST_IMAGE } from "./lib/real-world.ts";
import { progress, report, round } from "./lib/report.ts";
import { definitionOf, newTask, newTasks, ONE_CONTAINER, simulatedDocker, startEngine } from "./lib/simulated-world.ts";
import { endTasks, runTasks } from "./lib/waves.ts";
import { acrossTheWire } from "./lib/wire.ts";

const SIZES = (process.env.BENCH_TASKS ?? "10000,100000").split(",").map(Number);
const REAL_TASKS = 100;
const ROLE = process.env.BENCH_ROLE;

type Held = { engine: DockerTaskEngine | undefined; store: StateStore | undefined };

/** Bytes that the heap gives back when the engine and its store are let go of, while the daemon stays. */
async function heapPerTask(count: number, openStore: () => Promise<StateStore>): Promise<number> {
  const docker = simulatedDocker();
  const held: Held = { engine: undefined, store: await openStore() };
  const client = docker.client();
  held.engine = await startEngine({
    client: acrossTheWire(client),
    store: held.store as StateStore,
    startConcurrency: 1_000,
  });
  // As an agent gets them: each task has a definition of its own.
  const tasks = Array.from({ length: count }, () => newTask(structuredClone(ONE_CONTAINER)));
  await runTasks({ engine: held.engine, tasks, inFlight: 1_000 });
  await pause(200);
  const withEngine = heapAfterGc();
  held.engine.abandon();
  client.cut();
  await held.store?.close();
  held.engine = undefined;
  held.store = undefined;
  await pause(200);
  const withoutEngine = heapAfterGc();
  // Keeps the daemon alive up to here.
  if ([...docker.state.containers].length !== count) throw new Error("Cannot measure: containers are missing");
  return (withEngine - withoutEngine) / count;
}

/** A process of its own: the engine on the real daemon, asked for its size when it is idle and when all tasks run. */
async function agent(): Promise<void> {
  const client = createDockerClient({ endpoint: process.env.DOCKER_HOST ?? "" });
  const store = await DiskStateStore.open({ folder: freshFolder() });
  const engineId = `bench-${process.pid}`;
  const engine = await startEngine({ client, store, engineId });
  await pause(1_000);
  const idleMb = rssMb();
  const definition = definitionOf([{ name: "web", image: TEST_IMAGE, command: ["sleep", "600"] }]);
  await runTasks({ engine, tasks: newTasks(REAL_TASKS, definition), inFlight: REAL_TASKS });
  await pause(1_000);
  const fullMb = rssMb();
  await endTasks(engine);
  await engine.shutdown();
  client.close();
  process.stdout.write(JSON.stringify({ idleMb: round(idleMb), fullMb: round(fullMb) }));
  process.exit(0);
}

async function realMemory(): Promise<unknown> {
  if (process.env.DOCKER_HOST === undefined) return "not measured: DOCKER_HOST names no daemon";
  const child = spawn(process.execPath, [process.argv[1] ?? ""], {
    stdio: ["ignore", "pipe", "inherit"],
    env: { ...process.env, BENCH_ROLE: "agent" },
  });
  let text = "";
  child.stdout.on("data", (chunk) => (text += chunk));
  await once(child, "close");
  return JSON.parse(text);
}

if (ROLE === "agent") await agent();
const heap: Record<string, unknown> = {};
for (const count of SIZES) {
  const bytes = {
    withDiskStore: round(await heapPerTask(count, async () => DiskStateStore.open({ folder: freshFolder() }))),
    withMemoryStore: round(await heapPerTask(count, async () => new MemoryStateStore())),
  };
  heap[String(count)] = bytes;
  progress(`${count} tasks: ${JSON.stringify(bytes)}`);
}
const taskJsonBytes = JSON.stringify(newTask(ONE_CONTAINER)).length;
const rssWith100Tasks = await realMemory();
report("footprint", { heapBytesPerTask: heap, taskJsonBytes, rssWith100Tasks, target: "8 KB; 80 MB with 100 tasks" });
process.exit(0);
