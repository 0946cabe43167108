/**
 * The program that is killed: takes up its state, adds the tasks that are not there yet, waits until all rest, stops
 * them, waits until all are cleaned up, and ends with 0. It may die anywhere and be started again, any number of times.
 * Argument: a file with a {@link ProgramPlan}.
 */
import { readFileSync } from "node:fs";
import { composeEngine, withPullBehaviour } from "../../src/agent/compose-engine.ts";
import { describeBlocker } from "../../src/core/blocker.ts";
import { asTaskArn } from "../../src/core/brand.ts";
import { EngineError } from "../../src/core/errors.ts";
import type { Task } from "../../src/core/task.ts";
import { createDockerClient } from "../../src/docker/index.ts";
import { systemClock } from "../../src/docker/system-clock.ts";
import type { TaskEngine } from "../../src/engine/task-engine.ts";
import { DiskStateStore } from "../../src/store/index.ts";
import { Failpoints, killedClient, killedStore } from "./failpoints.ts";
import { type Entry, readEntries, writeEntry } from "./journal.ts";
import { doublesAmong, labelledObjects, strangersAmong, withoutIntent } from "./ownership.ts";
import type { ProgramPlan } from "./plan.ts";
import { buildShape, shapeOf, taskArnOf } from "./shapes.ts";

const CLEANUP_WAIT_MS = 300;

const plan: ProgramPlan = JSON.parse(readFileSync(process.argv[2] ?? "", "utf8"));
const past = readEntries(plan.journal);
const run = past.filter(({ type }) => type === "opened").length + 1;
const note = (entry: Entry) => writeEntry(plan.journal, entry);
const fail = (text: string) => note({ type: "problem", run, text });
let phase = 1 + past.filter(({ type }) => type === "reached").length;

const docker = createDockerClient({ endpoint: plan.endpoint });
const failpoints = new Failpoints({ ...plan.failpoints, seed: plan.seed });
const store = await DiskStateStore.open({ folder: plan.folder });
note({ type: "opened", run });
process.stdout.write("open\n");
for (const text of await withoutIntent(docker, plan.engineId, (await store.load()).tasks))
  fail(`at start ${run} ${text}`);
const engine = await composeEngine({
  client: killedClient({ ...docker, createContainer }, failpoints, () => phase),
  store: killedStore(store, failpoints),
  engineId: plan.engineId,
  region: "us-east-1",
  config: { machine: { ...withPullBehaviour("prefer-cached"), cleanupWaitMs: CLEANUP_WAIT_MS } },
});
process.on("SIGTERM", () => {
  process.stderr.write(`${engine.listTasks().map(explain).join("\n")}\n`);
  process.exit(1);
});

await engine.init();
const reading = readChanges(engine);
await addMissing();
await checkOwnership();
if (phase === 1) {
  await until(() => arns().every((_, index) => rests(index)));
  reach(1);
}
await Promise.all(arns().map((arn) => stop(arn)));
await until(() => engine.listTasks().length === 0);
reach(2);
await engine.shutdown();
await reading;
docker.close();

function arns(): readonly string[] {
  return Array.from({ length: plan.tasks }, (_, index) => taskArnOf(plan.seed, index));
}

/** A task that was added and is not there any more has been stopped and cleaned up. */
async function addMissing(): Promise<void> {
  const added = new Set(past.flatMap((entry) => (entry.type === "added" ? [entry.taskArn] : [])));
  const missing = arns().flatMap((taskArn, index) => {
    if (added.has(taskArn)) return [];
    if (engine.getTaskByArn(asTaskArn(taskArn)) === undefined) return [index];
    note({ type: "added", run, taskArn });
    return [];
  });
  await Promise.all(missing.map(add));
}

async function add(index: number): Promise<void> {
  const task = buildShape(plan.seed, index, systemClock.now());
  await engine.addTask(task);
  note({ type: "added", run, taskArn: task.arn });
}

async function createContainer(...args: Parameters<typeof docker.createContainer>) {
  const { name } = args[0];
  await stopIfDoomed(name);
  try {
    return await docker.createContainer(...args);
  } catch (error) {
    // Before a kill at a failpoint every create has had its answer, so a restart can know all that is there.
    const isTaken = error instanceof EngineError && error.status === 409;
    if (isTaken && plan.failpoints.share > 0) fail(`start ${run} asked for ${name}, which was there`);
    throw error;
  }
}

/** The stop is saved before the create goes out; whoever dies then has to find what came of it. */
async function stopIfDoomed(dockerName: string): Promise<void> {
  const task = engine.listTasks().find(({ containers }) => containers.some((each) => each.dockerName === dockerName));
  if (task !== undefined && shapeOf(arns().indexOf(task.arn)).stopsAtCreate) await stop(task.arn);
}

async function stop(taskArn: string): Promise<void> {
  await engine.stopTask(asTaskArn(taskArn), { reason: "end of the life" });
}

function rests(index: number): boolean {
  const task = engine.getTaskByArn(asTaskArn(taskArnOf(plan.seed, index)));
  const { rests: wanted, starts, stopsAtCreate } = shapeOf(index);
  if (stopsAtCreate) return true;
  if (task === undefined) return wanted === "STOPPED";
  const restarted = task.containers.every((each) => each.restart.count === (starts[each.name] ?? 1) - 1);
  return task.knownStatus === wanted && restarted;
}

async function checkOwnership(): Promise<void> {
  const known = () => engine.listTasks().map(({ arn }): string => arn);
  const before = known();
  const objects = await labelledObjects(docker, plan.engineId);
  for (const stranger of strangersAmong(objects, new Set([...before, ...known()]))) {
    fail(`after start ${run} ${stranger.kind} ${stranger.name} has no owner`);
  }
  for (const double of doublesAmong(objects)) fail(`after start ${run} there are two of ${double.owner}`);
}

/** Written down first, acknowledged then: who dies between the two is told again. */
async function readChanges(source: TaskEngine): Promise<void> {
  for await (const { change, acknowledge } of source.stateChangeEvents()) {
    note({ type: "change", run, change });
    await acknowledge();
  }
}

function until(holds: () => boolean): Promise<void> {
  return new Promise((resolve) => {
    const look = () => {
      if (!holds()) return;
      unsubscribe();
      resolve();
    };
    const unsubscribe = engine.subscribe(look);
    look();
  });
}

function reach(reached: 1 | 2): void {
  // A start that died after the note and before its own end comes here again.
  if (phase <= reached) note({ type: "reached", run, phase: reached });
  phase = Math.max(phase, reached + 1);
}

function explain(task: Task): string {
  const states = task.containers.map((each) => `${each.name} ${each.knownStatus}`).join(", ");
  return `${task.arn} ${task.knownStatus} (${states}): ${engine.whyBlocked(task.arn).map(describeBlocker).join("; ")}`;
}
