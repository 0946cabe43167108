/**
 * Starts a database before what needs it, and stops it after: `npm run example -- stop-in-order [IMAGE]`.
 */
import { homedir } from "node:os";
import { createDockerClient, createTask, createTaskEngine, resolveEndpoint } from "berth";

const [image = "busybox:latest"] = process.argv.slice(2);
const docker = createDockerClient(resolveEndpoint(process.env, homedir()));
const engine = createTaskEngine({ client: docker });
await engine.init();

const common = { image, memory: 32, command: ["sh", "-c", "sleep 3600"], stopTimeout: 1 };
const after = (containerName: string) => ({ dependsOn: [{ containerName, condition: "START" as const }] });
const task = createTask({
  family: "ordered",
  containerDefinitions: [
    { ...common, name: "web", ...after("api") },
    { ...common, name: "api", ...after("database") },
    { ...common, name: "database" },
  ],
});
await engine.addTask(task);

for await (const { change, acknowledge } of engine.stateChangeEvents()) {
  await acknowledge();
  if (change.status === "MANIFEST_PULLED") continue;
  console.log(`${change.type === "task" ? "task" : change.containerName} ${change.status}`);
  if (change.type !== "task") continue;
  if (change.status === "STOPPED") break;
  await engine.stopTask(task.arn, { reason: "seen enough" });
}

await engine.removeTask(task.arn);
await engine.shutdown();
docker.close();
