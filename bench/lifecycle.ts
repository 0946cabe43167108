/**
 * add, RUNNING, exit, STOPPED, acknowledged: what a task costs the engine's process, on an instant simulated daemon and a
 * durable store on disk. The daemon is in this process too: its share is measured by the same calls without an engine,
 * and taken off.
 */
import type { DockerId } from "../src/core/brand.ts";
import type { CreateBody, DockerClient } from "../src/ports/docker-client.ts";
import type { StateStore } from "../src/ports/state-store.ts";
import { DiskStateStore } from "../src/store/index.ts";
import { MemoryStateStore } from "../src/store/memory-state-store.ts";
import type { SimulatedDocker } from "../src/testing/simulated-docker/index.ts";
import { CpuTimer } from "./lib/cpu.ts";
import { freshFolder } from "./lib/folder.ts";
import { progress, report, round } from "./lib/report.ts";
import { newTasks, SIMULATED, simulatedDocker, startEngine } from "./lib/simulated-world.ts";
import { interleaved, spreadOf } from "./lib/stats.ts";
import { runTasks } from "./lib/waves.ts";

const IN_FLIGHT = 1_000;
const SIZES = (process.env.BENCH_TASKS ?? "1000,10000,100000").split(",").map(Number);

/** The first tasks of this process, with the compiling of everything in them. */
const COLD = 1_000;
const WARM_UP = 10_000;

type Cost = { readonly cpuMs: number; readonly wallMs: number };

async function engineRun(count: number, store: StateStore): Promise<Cost> {
  const docker = simulatedDocker();
  const engine = await startEngine({ client: docker.client(), store });
  const tasks = newTasks(count);
  const timer = new CpuTimer();
  const exit = (dockerId: DockerId) => docker.state.getContainer(dockerId).process?.exit(0);
  await runTasks({ engine, tasks, inFlight: IN_FLIGHT, exit });
  const cost = { cpuMs: timer.cpuMs / count, wallMs: timer.wallMs / count };
  await engine.shutdown();
  return cost;
}

/**
 * The calls of one task, as the engine makes them, by nobody in particular. Looks at the image are not among them: tasks
 * that start together share them.
 */
async function bareRun(count: number): Promise<Cost> {
  const docker = simulatedDocker();
  const client = docker.client();
  const sample = await sampleBody(docker);
  const watching = new AbortController();
  const drained = drain(client, watching.signal);
  const timer = new CpuTimer();
  let next = 0;
  const worker = async () => {
    for (let number = next++; number < count; number = next++) await oneContainer(docker, client, sample, number);
  };
  await Promise.all(Array.from({ length: Math.min(count, IN_FLIGHT) }, worker));
  const cost = { cpuMs: timer.cpuMs / count, wallMs: timer.wallMs / count };
  watching.abort();
  await drained;
  return cost;
}

async function oneContainer(docker: SimulatedDocker, client: DockerClient, body: CreateBody, number: number) {
  const { dockerId } = await client.createContainer({ name: `bare-${number}` as never, body });
  await client.startContainer(dockerId);
  await client.inspectContainer(dockerId);
  docker.state.getContainer(dockerId).process?.exit(0);
  await client.inspectContainer(dockerId);
}

async function drain(client: DockerClient, signal: AbortSignal): Promise<void> {
  for await (const _ of client.events({ labels: {}, signal })) if (signal.aborted) return;
}

/** The body that the engine sends. */
async function sampleBody(docker: SimulatedDocker): Promise<CreateBody> {
  const engine = await startEngine({ client: docker.client(), store: new MemoryStateStore() });
  await runTasks({ engine, tasks: newTasks(1), inFlight: 1 });
  const [container] = [...docker.state.containers];
  await engine.shutdown();
  if (container === undefined) throw new Error("Cannot take a create body: no container was made");
  return container.body;
}

const sizes: Record<string, unknown> = {};
// Warm code on all sides, as in a process that has been up for a while: V8 goes on compiling for some thousands of tasks,
// and what it takes for that would be a third of the thousand that is measured first.
const cold = await engineRun(COLD, await DiskStateStore.open({ folder: freshFolder() }));
await engineRun(WARM_UP, new MemoryStateStore());
await engineRun(WARM_UP, await DiskStateStore.open({ folder: freshFolder() }));
await bareRun(WARM_UP);
for (const count of SIZES) {
  // Short runs differ most: the median of thirty says more than that of nine, and takes half a minute.
  const rounds = Math.min(31, Math.max(5, Math.ceil(90_000 / count)));
  const runs = await interleaved(rounds, {
    disk: async () => engineRun(count, await DiskStateStore.open({ folder: freshFolder() })),
    memory: () => engineRun(count, new MemoryStateStore()),
    daemonAlone: () => bareRun(count),
  });
  const cpu = (name: keyof typeof runs) => spreadOf(runs[name].map(({ cpuMs }) => cpuMs));
  const [disk, memory, daemonAlone] = [cpu("disk"), cpu("memory"), cpu("daemonAlone")];
  sizes[String(count)] = {
    cpuMsPerTask: { withDiskStore: disk, withMemoryStore: memory, daemonAlone },
    berthCpuMsPerTask: round(disk.median - daemonAlone.median),
    berthCpuMsPerTaskWithoutStore: round(memory.median - daemonAlone.median),
    tasksPerSecond: round(1_000 / spreadOf(runs.disk.map(({ wallMs }) => wallMs)).median),
  };
  progress(`${count} tasks: ${JSON.stringify(sizes[String(count)])}`);
}
report(
  "lifecycle",
  {
    tasks: sizes,
    firstTasksOfAProcess: { tasks: COLD, cpuMsPerTask: round(cold.cpuMs) },
    target: "0.30 ms CPU a task, no worse than linear",
  },
  SIMULATED,
);
