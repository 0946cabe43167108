/**
 * Finds tasks and containers by what Docker and the network call them: `npm run example -- look-up [IMAGE]`
 */
import { homedir } from "node:os";
import { createDockerClient, createTask, createTaskEngine, resolveEndpoint } from "berth";

const [image = "busybox:latest"] = process.argv.slice(2);
const docker = createDockerClient(resolveEndpoint(process.env, homedir()));
const engine = createTaskEngine({ client: docker });
await engine.init();

const sleeper = { image, memory: 32, command: ["sh", "-c", "sleep 3600"], stopTimeout: 1 };
const containerDefinitions = [
  { ...sleeper, name: "web" },
  { ...sleeper, name: "cache" },
];
const task = createTask({ family: "lookup", networkMode: "bridge", containerDefinitions });
await engine.addTask(task);

const { state } = engine;
for await (const { change, acknowledge } of engine.stateChangeEvents()) {
  await acknowledge();
  if (change.type !== "task") continue;
  if (change.status === "STOPPED") break;
  if (change.status !== "RUNNING") continue;

  const web = state.containerMapByArn(task.arn)?.get("web");
  if (web?.dockerId === undefined) throw new Error("Cannot find container web");
  // Docker tells addresses at the next look, which may be a moment after the start.
  while (state.ipAddressesByTaskArn(task.arn).length < 2) await new Promise((resolve) => engine.subscribe(resolve));
  const [address = ""] = state.ipAddressesByTaskArn(task.arn);
  console.log(`${state.allTasks().length} task with ${state.allContainerIds().length} containers`);
  console.log(`by ARN: ${state.taskByArn(task.arn)?.definition.family}`);
  console.log(`by Docker id: container ${state.containerById(web.dockerId)?.container.name}`);
  console.log(`by Docker id: task ${state.taskById(web.dockerId)?.definition.family}`);
  console.log(`by the id that docker ps shows: ${state.tasksByShortId(web.dockerId.slice(0, 12)).length} task`);
  console.log(`by address: container ${state.containerByIpAddress(address)?.container.name}`);
  console.log(`by address: task ${state.taskByIpAddress(address)?.definition.family}`);
  await engine.stopTask(task.arn);
}

console.log(`addresses of a stopped task: ${state.ipAddressesByTaskArn(task.arn).length}`);
await engine.removeTask(task.arn);
console.log(`${engine.listTasks().length} tasks`);
await engine.shutdown();
docker.close();
