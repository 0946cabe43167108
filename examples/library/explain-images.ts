/**
 * Asks the image manager what its next clean-up would do, and why, while a task uses an image and afterwards; deletes
 * nothing: `node examples/library/explain-images.ts [IMAGE]`.
 */
import { homedir } from "node:os";
import { createDockerClient, createTask, DockerTaskEngine, resolveEndpoint } from "berth";

const [image = "busybox:latest"] = process.argv.slice(2);
const docker = createDockerClient(resolveEndpoint(process.env, homedir()));
const engine = new DockerTaskEngine({ client: docker, imageCleanup: { minimumAgeMs: 0, excluded: ["keep/this:1"] } });
await engine.init();

const containerDefinitions = [{ name: "job", image, memory: 32, command: ["sh", "-c", "exit 0"] }];
const task = createTask({ family: "images", containerDefinitions });
await engine.addTask(task);
for await (const { change, acknowledge } of engine.stateChangeEvents()) {
  await acknowledge();
  if (change.type === "task" && change.status === "STOPPED") break;
}

function explain(when: string): void {
  for (const verdict of engine.imageManager.explainCleanup()) {
    const fate = verdict.type === "keep" ? `stays: ${verdict.reason}` : "goes";
    console.log(`${when}: ${verdict.names.join(", ")} ${fate}`);
  }
}

explain("while the container is there");
await engine.removeTask(task.arn);
explain("afterwards");
await engine.shutdown();
docker.close();
