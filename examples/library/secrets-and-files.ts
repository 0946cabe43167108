/**
 * Secrets and environment files from local stores; a secret's value is in no row, label or event:
 * `npm run example -- secrets-and-files FOLDER [IMAGE]`
 */
import { mkdir, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import {
  type ContainerDefinitionInput,
  createDockerClient,
  createTask,
  createTaskEngine,
  EnvironmentFilesAdapter,
  environmentSource,
  resolveEndpoint,
  SecretsAdapter,
  TaskEnvironmentStore,
  tableSource,
} from "berth";

const [folder, image = "busybox:latest"] = process.argv.slice(2);
if (folder === undefined) throw new Error("Cannot begin: name a folder for environment files");
// The folder stands for S3: bucket, then key.
await mkdir(join(folder, "my-bucket"), { recursive: true });
await writeFile(join(folder, "my-bucket", "app.env"), "COLOUR=green\n");

const docker = createDockerClient(resolveEndpoint(process.env, homedir()));
const environment = new TaskEnvironmentStore();
const secrets = tableSource("my table", { "/app/password": "hunter2" });
const engine = createTaskEngine({
  client: docker,
  environment,
  resources: [
    new SecretsAdapter([secrets, environmentSource(process.env)], environment),
    new EnvironmentFilesAdapter(folder, environment),
  ],
});
await engine.init();

const container: ContainerDefinitionInput = {
  name: "job",
  image,
  memory: 32,
  command: ["sh", "-c", '[ -n "$PASSWORD" ] || exit 8; [ "$COLOUR" = green ] || exit 9; exit 0'],
  secrets: [{ name: "PASSWORD", valueFrom: "/app/password" }],
  environmentFiles: [{ type: "s3", value: "arn:aws:s3:::my-bucket/app.env" }],
};
const task = createTask({
  family: "secrets",
  executionRoleArn: "arn:aws:iam::000000000000:role/x",
  containerDefinitions: [container],
});
await engine.addTask(task);
for await (const { change, acknowledge } of engine.stateChangeEvents()) {
  await acknowledge();
  if (change.type === "container" && change.status === "STOPPED") console.log(`exit code ${change.exitCode}`);
  if (change.type === "task" && change.status === "STOPPED") break;
}
console.log(`the value is in the saved state: ${JSON.stringify(engine).includes("hunter2")}`);
await engine.removeTask(task.arn);
await engine.shutdown();
docker.close();
