/**
 * Runs a task to its end and prints each state change: `npm run example -- run-a-task [IMAGE]`
 */
import { homedir } from "node:os";
import { createDockerClient, createTask, createTaskEngine, resolveEndpoint } from "berth";

const [image = "busybox:latest"] = process.argv.slice(2);
const docker = createDockerClient(resolveEndpoint(process.env, homedir()));
const engine = createTaskEngine({ client: docker });
await engine.init();
console.log(`Docker ${await engine.version()}`);

const task = createTask({
  family: "hello",
  containerDefinitions: [{ name: "hello", image, memory: 32, command: ["sh", "-c", "echo hello; exit 3"] }],
});
await engine.addTask(task);

for await (const { change, acknowledge } of engine.stateChangeEvents()) {
  const who = change.type === "task" ? "task" : change.containerName;
  const exit = change.type === "container" && change.exitCode !== undefined ? `, exit code ${change.exitCode}` : "";
  console.log(`${change.sequence} ${who} ${change.status}${exit}${change.reason ? `: ${change.reason}` : ""}`);
  await acknowledge();
  if (change.type === "task" && change.status === "STOPPED") break;
}

await engine.removeTask(task.arn);
await engine.shutdown();
docker.close();
