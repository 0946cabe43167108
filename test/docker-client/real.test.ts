/** The contract over the Docker daemon that the test set-up has prepared. */
import { createDockerClient } from "../../src/docker/index.ts";
import { describeDockerClientContract } from "../contract/docker-client.ts";
import { IMAGE, realDaemon } from "./real-daemon.ts";

describeDockerClientContract("createDockerClient()", async () => {
  const client = createDockerClient({ endpoint: realDaemon() });
  return { client, image: IMAGE, cleanup: async () => client.close() };
});
