/**
 * A reader of state changes that falls behind holds up nothing but the clean-up of the tasks whose changes it has not
 * acknowledged, and gets every change in the end: `npm run example -- slow-reader [IMAGE]`
 */
import { homedir } from "node:os";
import {
  createDockerClient,
  createTask,
  createTaskEngine,
  DEFAULT_ENGINE_CONFIG,
  describeBlocker,
  resolveEndpoint,
} from "berth";

const [image = "busybox:latest"] = process.argv.slice(2);
const docker = createDockerClient(resolveEndpoint(process.env, homedir()));
const { machine } = DEFAULT_ENGINE_CONFIG;
const engine = createTaskEngine({ client: docker, config: { machine: { ...machine, cleanupWaitMs: 100 } } });
await engine.init();

const job = { name: "job", image, memory: 32, command: ["sh", "-c", "exit 0"] };
const tasks = ["one", "two"].map((family) => createTask({ family, containerDefinitions: [job] }));
for (const task of tasks) await engine.addTask(task);

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise<void>((resolve) => setTimeout(resolve, 20));
}

// Nobody reads. Both tasks run to their ends, and then wait for their reader.
const blockersOf = () => tasks.flatMap(({ arn }) => engine.whyBlocked(arn)).map(describeBlocker);
await until(() => engine.listTasks().every(({ knownStatus }) => knownStatus === "STOPPED"));
await until(() => blockersOf().length === tasks.length);
for (const blocker of blockersOf()) console.log(`before reading: ${blocker}`);

// Now somebody does, and acknowledges those of the first task only. At the end of a task its changes are behind it.
const ended = new Set<string>();
const told = new Map<string, string[]>(tasks.map(({ arn }) => [arn, []]));
for await (const { change, acknowledge } of engine.stateChangeEvents()) {
  told.get(change.taskArn)?.push(change.status);
  if (change.taskArn === tasks[0]?.arn) await acknowledge();
  if (change.type === "task" && change.status === "STOPPED") ended.add(change.taskArn);
  if (ended.size === tasks.length) break;
}
for (const { arn, definition } of tasks) console.log(`${definition.family}: ${told.get(arn)?.at(-1)} is told last`);
await until(() => engine.listTasks().length === 1);
console.log(`after acknowledging the first: ${engine.listTasks().map(({ definition }) => definition.family)} stays`);
// By hand it goes, read or not.
for (const { arn } of engine.listTasks()) await engine.removeTask(arn);
await engine.shutdown();
docker.close();
