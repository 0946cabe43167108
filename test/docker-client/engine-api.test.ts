/** What others than the engine do to containers, over the Docker daemon that the test set-up has prepared. */
import { createDockerClient } from "../../src/docker/index.ts";
import { describeEngineApiContract } from "../contract/engine-api.ts";
import { IMAGE, realDaemon } from "./real-daemon.ts";

describeEngineApiContract("a real daemon", async () => {
  const endpoint = realDaemon();
  const client = createDockerClient({ endpoint });
  return { client, image: IMAGE, endpoint, cleanup: async () => client.close() };
});
