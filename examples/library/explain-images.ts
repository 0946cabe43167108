/**
 * Asks the image manager what its next clean-up would do with an image, and why, while a task uses it and afterwards;
 * deletes nothing: `npm run example -- explain-images [IMAGE]`. An engine cleans up by itself, every half hour.
 */
import { homedir } from "node:os";
import { createDockerClient, createTask, DockerTaskEngine, resolveEndpoint } from "berth";

const [image = "busybox:latest"] = process.argv.slice(2);
const docker = createDockerClient(resolveEndpoint(process.env, homedir()));
// Not pulled by this engine, the image would stay for ever: it may have been built here.
const imageCleanup = { minimumAgeMs: 0, removeNotPulled: true, excluded: ["keep/this:1"] };
const engine = new DockerTaskEngine({ client: docker, imageCleanup });
await engine.init();

const containerDefinitions = [{ name: "job", image, memory: 32, command: ["sh", "-c", "exit 0"] }];
const task = createTask({ family: "images", containerDefinitions });
await engine.addTask(task);
for await (const { change, acknowledge } of engine.stateChangeEvents()) {
  await acknowledge();
  if (change.type === "task" && change.status === "STOPPED") break;
}

async function explain(when: string): Promise<void> {
  for (const { type, names, reason } of await engine.imageManager.explainCleanup()) {
    if (names.includes(image)) console.log(`${when}: ${image} ${type === "keep" ? "stays" : "goes"}: ${reason}`);
  }
}

await explain("while the container is there");
await engine.removeTask(task.arn);
await explain("afterwards");
await engine.shutdown();
docker.close();
