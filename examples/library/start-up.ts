/**
 * What works when: an engine that is made, initialised, disabled and shut down, and one whose Docker is not there.
 * `npm run example -- start-up [IMAGE]`
 */
import { homedir } from "node:os";
import {
  createDockerClient,
  createTask,
  createTaskEngine,
  DOCKER_DEFAULT_ENDPOINT,
  DOCKER_ENDPOINT_ENV_VARIABLE,
  EngineError,
  resolveEndpoint,
} from "berth";

/** The name of what a call fails with: throws of calls without a promise count too. */
async function errorOf(call: () => unknown): Promise<string> {
  try {
    await call();
    return "no error";
  } catch (error) {
    return error instanceof EngineError ? error.errorName : String(error);
  }
}

const [image = "busybox:latest"] = process.argv.slice(2);
console.log(`Docker: ${process.env[DOCKER_ENDPOINT_ENV_VARIABLE] === undefined ? DOCKER_DEFAULT_ENDPOINT : "as set"}`);

const away = createTaskEngine({ client: createDockerClient({ endpoint: "unix:///no/such/docker.sock" }) });
console.log(`init without a daemon: ${await errorOf(() => away.init())}`);
// Tries again after 200 ms to 2 s, until it works or the signal fires.
const patience = AbortSignal.timeout(500);
console.log(`mustInit gives up when its signal fires: ${await errorOf(() => away.mustInit({ signal: patience }))}`);

const docker = createDockerClient(resolveEndpoint(process.env, homedir()));
const engine = createTaskEngine({ client: docker });
console.log(`tasks before init: ${await errorOf(() => engine.listTasks())}`);
console.log(`toJSON before init: ${engine.toJSON().tasks.length} tasks`);
await engine.mustInit();

const sleeper = { name: "sleeper", image, memory: 32, command: ["sh", "-c", "sleep 3600"], stopTimeout: 1 };
const first = createTask({ family: "first", containerDefinitions: [sleeper] });
await engine.addTask(first);
engine.disable();
const second = createTask({ family: "second", containerDefinitions: [sleeper] });
console.log(`a new task after disable: ${await errorOf(() => engine.addTask(second))}`);
await engine.stopTask(first.arn);
for await (const { change, acknowledge } of engine.stateChangeEvents()) {
  await acknowledge();
  if (change.type === "task" && change.status === "STOPPED") break;
}
console.log(`the one before is managed on: ${engine.getTaskByArn(first.arn)?.knownStatus}`);
await engine.removeTask(first.arn);
await engine.shutdown();
console.log(`tasks after shutdown: ${await errorOf(() => engine.listTasks())}`);
docker.close();
