/**
 * A task that the engine has is updated by addTask, and a task that can never start is taken and STOPPED with its reason:
 * `npm run example -- update-a-task [IMAGE]`
 */
import { homedir } from "node:os";
import {
  asContainerName,
  type Container,
  createDockerClient,
  createTask,
  createTaskEngine,
  resolveEndpoint,
  type Task,
} from "berth";

const [image = "busybox:latest"] = process.argv.slice(2);
const docker = createDockerClient(resolveEndpoint(process.env, homedir()));
const engine = createTaskEngine({ client: docker });
await engine.init();

async function until(task: Task, status: Task["knownStatus"]): Promise<Task> {
  for (;;) {
    const known = engine.getTaskByArn(task.arn);
    if (known?.knownStatus === status) return known;
    await new Promise<void>((resolve) => {
      const unsubscribe = engine.subscribe(() => {
        unsubscribe();
        resolve();
      });
    });
  }
}

const sleeper = { image, memory: 32, command: ["sh", "-c", "sleep 3600"], stopTimeout: 1 };
const task = createTask({ family: "updated", containerDefinitions: [{ ...sleeper, name: "sleeper" }] });
await engine.addTask(task);
await until(task, "RUNNING");
await engine.addTask(task);
console.log(`added twice: ${engine.listTasks().length} task`);
// What a control plane sends when the task is to end.
await engine.addTask({ ...task, desiredStatus: "STOPPED" });
const stopped = await until(task, "STOPPED");
console.log(`updated to STOPPED: ${stopped.stopCode}, exit code ${stopped.containers[0]?.exitCode}`);

// parseTaskDefinition, and so createTask, refuse a cycle; an engine may be given one all the same.
const pair = createTask({ family: "circular", containerDefinitions: ["a", "b"].map((name) => ({ ...sleeper, name })) });
const waitFor = (name: string): Container["dependencies"] => [
  { containerName: asContainerName(name), condition: "START", source: "dependsOn" },
];
const containers = pair.containers.map((each) => ({ ...each, dependencies: waitFor(each.name === "a" ? "b" : "a") }));
const circular: Task = { ...pair, containers };
await engine.addTask(circular);
console.log(`circular: ${(await until(circular, "STOPPED")).stoppedReason?.split(",", 1)}`);

for (const { arn } of engine.listTasks()) await engine.removeTask(arn);
await engine.shutdown();
docker.close();
