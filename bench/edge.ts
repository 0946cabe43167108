/**
 * A dependency is satisfied: how soon is the dependant's next Docker call on its way? Per condition, on a real daemon
 * with a durable store. The clock starts when the news is in this process: the answer of a start, or an event.
 */
import type { Task } from "../src/core/task.ts";
import { DiskStateStore } from "../src/store/index.ts";
import { freshFolder } from "./lib/folder.ts";
import { covered, realClient, Stopwatch, TEST_IMAGE } from "./lib/real-world.ts";
import { progress, report } from "./lib/report.ts";
import { definitionOf, newTask, startEngine } from "./lib/simulated-world.ts";
import { quantilesOf } from "./lib/stats.ts";

const TASKS = Number(process.env.BENCH_TASKS ?? 30);
const DEPENDANT = { repository: "berth-test/dependant", tag: "latest" };
const DEPENDANT_IMAGE = `${DEPENDANT.repository}:${DEPENDANT.tag}`;

/** What the dependency does, and what in Docker says that the condition holds. */
const CONDITIONS = {
  START: { command: ["sleep", "600"], news: "started" },
  COMPLETE: { command: ["sh", "-c", "exit 3"], news: "die" },
  SUCCESS: { command: ["true"], news: "die" },
  HEALTHY: { command: ["sleep", "600"], news: "health_status: healthy" },
} as const;

type Condition = keyof typeof CONDITIONS;
type Sample = { readonly ms: number; readonly withoutDockerMs: number };

const inner = realClient();
const { version } = await inner.version();
await inner.tagImage(TEST_IMAGE, DEPENDANT);
const watch = new Stopwatch(inner);
const store = await DiskStateStore.open({ folder: freshFolder() });
const engine = await startEngine({ client: watch.client, store, engineId: `bench-${process.pid}` });
void (async () => {
  for await (const { acknowledge } of engine.stateChangeEvents()) await acknowledge();
})();

async function sample(condition: Condition): Promise<Sample> {
  const { command, news } = CONDITIONS[condition];
  const healthCheck = condition === "HEALTHY" ? { healthCheck: { command: ["CMD", "true"], interval: 5 } } : {};
  const definition = definitionOf([
    { name: "dependency", image: TEST_IMAGE, command, essential: false, ...healthCheck },
    {
      name: "dependant",
      image: DEPENDANT_IMAGE,
      command: ["sleep", "600"],
      dependsOn: [{ containerName: "dependency", condition }],
    },
  ]);
  watch.reset();
  const task = newTask(definition);
  await engine.addTask(task);
  await reached(task, (now) => now.containers[1]?.knownStatus === "RUNNING");
  const dependencyId = engine.getTaskByArn(task.arn)?.containers[0]?.dockerId;
  const satisfied =
    news === "started"
      ? watch.calls.find(({ operation }) => operation === "startContainer")?.to
      : watch.events.find(({ event }) => event.action === news && event.dockerId === dependencyId)?.at;
  const issued = watch.calls
    .filter(({ subject, from }) => subject === DEPENDANT_IMAGE && from >= (satisfied ?? 0))
    .map(({ from }) => from);
  await engine.stopTask(task.arn, { force: true });
  await reached(task, (now) => now.knownStatus === "STOPPED");
  await engine.removeTask(task.arn);
  if (satisfied === undefined || issued.length === 0) throw new Error(`Cannot see when ${condition} was satisfied`);
  const to = Math.min(...issued);
  const calls = watch.calls.filter(({ subject }) => subject !== DEPENDANT_IMAGE);
  const inDocker = covered(calls, { from: satisfied, to });
  return { ms: to - satisfied, withoutDockerMs: to - satisfied - inDocker };
}

async function reached({ arn }: Task, holds: (task: Task) => boolean): Promise<void> {
  const known = engine.getTaskByArn(arn);
  if (known !== undefined && holds(known)) return;
  await new Promise<void>((resolve) => {
    const unsubscribe = engine.subscribe((event) => {
      if (event.type !== "task" || event.task.arn !== arn || !holds(event.task)) return;
      unsubscribe();
      resolve();
    });
  });
}

const figures: Record<string, unknown> = {};
const names = Object.keys(CONDITIONS) as Condition[];
const samples = new Map<Condition, Sample[]>(names.map((name) => [name, []]));
for (const name of names) await sample(name);
for (let number = 0; number < TASKS; number += 1) {
  for (const name of names) if (name !== "HEALTHY" || number % 3 === 0) samples.get(name)?.push(await sample(name));
  if (number % 10 === 9) progress(`${number + 1} rounds`);
}
for (const [name, all] of samples) {
  figures[name] = {
    ms: quantilesOf(all.map(({ ms }) => ms)),
    withoutDockerMs: quantilesOf(all.map(({ withoutDockerMs }) => withoutDockerMs)),
  };
}
await engine.shutdown();
await inner.removeImage(DEPENDANT_IMAGE).catch((error: Error) => progress(error.message));
inner.close();
report("edge", { ...figures, target: "p99 10 ms" }, version);
process.exit(0);
