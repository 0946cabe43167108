/**
 * Every part of an engine can be given; each but the client has a default: `npm run example -- with-own-parts [IMAGE]`
 */
import { homedir } from "node:os";
import {
  ContainerChangeEventStream,
  CredentialsManager,
  createDockerClient,
  createTask,
  credentialsUri,
  DEFAULT_ENGINE_CONFIG,
  DockerTaskEngine,
  ImageManager,
  type MetadataManager,
  resolveEndpoint,
  silentLog,
  systemClock,
  systemRandom,
  TaskEngineState,
} from "berth";

const [image = "busybox:latest"] = process.argv.slice(2);
const client = createDockerClient(resolveEndpoint(process.env, homedir()));
const credentialsManager = new CredentialsManager();
const containerChangeEventStream = new ContainerChangeEventStream(silentLog);
const state = new TaskEngineState();
const metadataManager: MetadataManager = {
  create: async (_task, container) => ({ binds: [], env: [`WHO_AM_I=${container.name}`] }),
  update: async () => undefined,
  clean: async () => console.log("metadata: cleaned"),
};
const engine = new DockerTaskEngine({
  config: { ...DEFAULT_ENGINE_CONFIG, startConcurrency: 2 },
  client,
  credentialsManager,
  containerChangeEventStream,
  imageManager: new ImageManager({ docker: client, clock: systemClock, random: systemRandom }),
  state,
  metadataManager,
  resources: [],
});
await engine.init();

const command = ["sh", "-c", '[ "$WHO_AM_I" = job ] || exit 9; exit 0'];
const task = createTask({ family: "parts", containerDefinitions: [{ name: "job", image, memory: 32, command }] });
const role = { roleArn: "arn:aws:iam::000000000000:role/job", accessKeyId: "id", secretAccessKey: "key" };
const credentials = { ...role, sessionToken: "token", expiration: "2030-01-01T00:00:00Z" };
credentialsManager.setCredentials("some-id", { taskArn: task.arn, credentials });
containerChangeEventStream.subscribe("telemetry", ({ container }) => {
  if (container.knownStatus === "STOPPED") console.log(`telemetry: ${container.name} exit code ${container.exitCode}`);
});
await engine.addTask(task);
console.log(
  `credentials below ${credentialsUri("some-id")}: ${credentialsManager.getCredentials("some-id") !== undefined}`,
);
for await (const { change, acknowledge } of engine.stateChangeEvents()) {
  await acknowledge();
  if (change.type === "task" && change.status === "STOPPED") break;
}
console.log(`credentials of a stopped task: ${credentialsManager.getCredentials("some-id") !== undefined}`);
console.log(`the given state knows ${state.allTasks().length} task`);
await engine.removeTask(task.arn);
await engine.shutdown();
client.close();
