/** Two engines with the same state on one Docker host: a data folder was copied, while its engine worked or before. */
import { cp, mkdtemp, rename, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { createTask } from "../../src/agent/create-task.ts";
import { DockerTaskEngine } from "../../src/agent/docker-task-engine.ts";
import { parseTaskDefinition } from "../../src/core/definition/parse.ts";
import { ENGINE_ID_LABEL } from "../../src/core/labels.ts";
import type { Task } from "../../src/core/task.ts";
import { createDockerClient } from "../../src/docker/index.ts";
import { MemoryLog } from "../../src/testing/memory-log.ts";
import { IMAGE, realDaemon } from "../docker-client/real-daemon.ts";
import { eventually } from "./daemon-control.ts";
import { SERVES } from "./fault-world.ts";

const RELIST_MS = 500;
const DEFINITION = parseTaskDefinition({
  family: "copied-state",
  containerDefinitions: [{ name: "web", image: IMAGE, memory: 16, stopTimeout: 5, command: ["sh", "-c", SERVES] }],
});

let folder: string;
const engines: DockerTaskEngine[] = [];
const docker = createDockerClient({ endpoint: realDaemon() });

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "berth-copied-"));
});
afterEach(async () => {
  for (const engine of engines.splice(0)) await engine.shutdown();
  await rm(folder, { recursive: true, force: true });
});

function engineOn(name: string, log = new MemoryLog()): DockerTaskEngine {
  const dataDir = join(folder, name);
  const client = createDockerClient({ endpoint: realDaemon() });
  const engine = new DockerTaskEngine({ client, dataDir, log, config: { relistIntervalMs: RELIST_MS } });
  engines.push(engine);
  return engine;
}

async function copy(from: string, to: string): Promise<void> {
  const filter = (path: string) => !basename(path).endsWith(".sock");
  await cp(join(folder, from), join(folder, to), { recursive: true, filter });
}

async function run(engine: DockerTaskEngine): Promise<Task> {
  const task = createTask(DEFINITION);
  await engine.addTask(task);
  await eventually(() => engine.getTaskByArn(task.arn)?.knownStatus === "RUNNING", 30_000, "the task to run");
  return task;
}

async function isRunning(engine: DockerTaskEngine, task: Task): Promise<boolean> {
  const dockerId = engine.state.taskByArn(task.arn)?.containers[0]?.dockerId;
  return dockerId !== undefined && (await docker.inspectContainer(dockerId))?.status === "running";
}

async function end(engine: DockerTaskEngine, task: Task): Promise<void> {
  await engine.stopTask(task.arn);
  await eventually(() => engine.getTaskByArn(task.arn)?.knownStatus === "STOPPED", 30_000, "the task to end");
  await engine.removeTask(task.arn);
}

async function claims(): Promise<readonly string[]> {
  const listed = await docker.listVolumes({ labels: { [ENGINE_ID_LABEL]: true, "berth.claim": true } });
  return listed.map(({ labels }) => labels["berth.claim-folder"] ?? "").filter((each) => each.startsWith(folder));
}

it("refuses the copy while its original works, names both, and touches nothing", async () => {
  const original = engineOn("data");
  await original.init();
  const early = await run(original);
  await copy("data", "copy");
  const late = await run(original);
  await expect(engineOn("copy").init()).rejects.toMatchObject({
    name: "StateStoreError",
    message: `Cannot use the state in ${folder}/copy: it is a copy of ${folder}/data, and process ${process.pid} works with that one`,
  });
  await new Promise((resolve) => setTimeout(resolve, 3 * RELIST_MS));
  for (const task of [early, late]) {
    expect(await isRunning(original, task)).toBe(true);
    await end(original, task);
  }
  await original.shutdown();
  expect(await claims()).toEqual([]);
});

it("ends the original when the copy cannot see it, and removes nothing that was made since the copy", async () => {
  const log = new MemoryLog();
  const original = engineOn("data", log);
  await original.init();
  const early = await run(original);
  await copy("data", "copy");
  const late = await run(original);
  const superseded = new Promise((resolve) => {
    original.subscribe((event) => event.type === "superseded" && resolve(event.error.message));
  });
  // As in a container with file systems of its own: the path that the claim names leads nowhere.
  await rename(join(folder, "data"), join(folder, "elsewhere"));
  const heir = engineOn("copy");
  await heir.init();
  expect(await superseded).toMatch(/^Cannot go on with this state: another engine has gone on from it/);
  await expect(original.addTask(createTask(DEFINITION))).rejects.toMatchObject({ name: "EngineDisabledError" });
  await new Promise((resolve) => setTimeout(resolve, 3 * RELIST_MS));
  expect(await isRunning(heir, early)).toBe(true);
  expect(await isRunning(original, late)).toBe(true);
  await end(heir, early);
  await heir.shutdown();
  const lost = original.state.taskByArn(late.arn)?.containers[0]?.dockerId;
  if (lost !== undefined) await docker.removeContainer(lost, { force: true, removeVolumes: true });
});
