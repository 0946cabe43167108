/**
 * What goes wrong has a name; docs/errors.md says of each when it is raised and what to do:
 * `npm run example -- errors-by-name [IMAGE]`
 */
import { homedir } from "node:os";
import {
  asDockerName,
  ContainerNetworkingError,
  createDockerClient,
  createTask,
  createTaskEngine,
  ENGINE_ERRORS,
  EngineError,
  environmentSource,
  formatReason,
  InvalidTaskDefinitionError,
  resolveEndpoint,
  SecretsAdapter,
  TaskEnvironmentStore,
} from "berth";

const [image = "busybox:latest"] = process.argv.slice(2);
const docker = createDockerClient(resolveEndpoint(process.env, homedir()));
const environment = new TaskEnvironmentStore();
const resources = [new SecretsAdapter([environmentSource({})], environment)];
const engine = createTaskEngine({ client: docker, environment, resources });
await engine.init();

// In tasks: as their reasons.
const secrets = [{ name: "PASSWORD", valueFrom: "/no/such/secret" }];
const executionRoleArn = "arn:aws:iam::000000000000:role/job";
const containerDefinitions = [{ name: "job", image, memory: 32, secrets }];
const task = createTask({ family: "failing", executionRoleArn, containerDefinitions });
await engine.addTask(task);
for await (const { change, acknowledge } of engine.stateChangeEvents()) {
  await acknowledge();
  if (change.type !== "task" || change.status !== "STOPPED") continue;
  console.log(`task: ${change.stopCode}, ${change.reason}`);
  break;
}
await engine.removeTask(task.arn);

// In calls: as classes with `errorName`.
try {
  await docker.createContainer({ name: asDockerName("berth-example"), body: { Image: "no/such/image:1" } });
} catch (error) {
  if (error instanceof ENGINE_ERRORS.CannotCreateContainerError) console.log(`container: ${error.errorName}`);
  if (error instanceof EngineError) console.log(`may be tried again: ${error.retryable}`);
}
try {
  createTask({ family: "no containers", containerDefinitions: [] });
} catch (error) {
  if (error instanceof InvalidTaskDefinitionError) console.log(`definition: ${error.problems.length} problems`);
}
const { name, message } = new ContainerNetworkingError("no address");
console.log(formatReason({ name, message }));

await engine.shutdown();
docker.close();
