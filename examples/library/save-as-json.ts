/**
 * Keeps the engine's state in a file of one's own, and carries on from it: `npm run example -- save-as-json FILE [IMAGE]`
 */
import { readFile, rename, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { createDockerClient, createTask, createTaskEngine, resolveEndpoint, type TaskEngine } from "berth";

const [file, image = "busybox:latest"] = process.argv.slice(2);
if (file === undefined) throw new Error("Cannot begin: name a file for the state");
const docker = createDockerClient(resolveEndpoint(process.env, homedir()));

/** Reads and acknowledges until the task gets there. */
async function until(engine: TaskEngine, status: string): Promise<void> {
  for await (const { change, acknowledge } of engine.stateChangeEvents()) {
    await acknowledge();
    if (change.type === "task" && change.status === status) return;
  }
}

const first = createTaskEngine({ client: docker });
let saves = 0;
first.setSaver({
  // Called before anything is done on the strength of a change; written beside, then put in place at once.
  save: async () => {
    saves += 1;
    await writeFile(`${file}.new`, JSON.stringify(first), { mode: 0o600 });
    await rename(`${file}.new`, file);
  },
});
await first.init();
const sleeper = { name: "sleeper", image, memory: 32, command: ["sh", "-c", "sleep 3600"], stopTimeout: 1 };
await first.addTask(createTask({ family: "kept", containerDefinitions: [sleeper] }));
await until(first, "RUNNING");
await first.shutdown();
console.log(saves > 0 ? "saved, and shut down: the container runs on" : "never saved");

const second = createTaskEngine({ client: docker });
second.restoreFromJSON(await readFile(file, "utf8"));
console.log(`restored, before init: ${second.toJSON().tasks.length} task in the state`);
await second.init();
const [task] = second.listTasks();
console.log(`after init: ${task?.definition.family} is ${task?.knownStatus}`);
if (task !== undefined) {
  await second.stopTask(task.arn);
  await until(second, "STOPPED");
  await second.removeTask(task.arn);
}
console.log(`at the end: ${second.toJSON().tasks.length} tasks in the state`);
await second.shutdown();
docker.close();
