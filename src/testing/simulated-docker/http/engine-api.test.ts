import { describeEngineApiContract } from "../../../../test/contract/engine-api.ts";
import { createDockerClient } from "../../../docker/index.ts";
import { realTimeClock } from "../../real-time-clock.ts";
import { runsCommand } from "../commands.ts";
import { SimulatedDocker } from "../simulated-docker.ts";
import { SimulatedDockerServer } from "./server.ts";

const IMAGE = "berth-test/busybox:latest";

describeEngineApiContract("the simulated daemon's socket", async () => {
  const clock = realTimeClock({ speed: 10 });
  const docker = new SimulatedDocker({ clock });
  docker.image(IMAGE, { run: runsCommand(), config: { cmd: ["sh"] } });
  const server = await SimulatedDockerServer.listen(docker, { port: 0 });
  const client = createDockerClient({ endpoint: server.endpoint, clock });
  return {
    client,
    image: IMAGE,
    endpoint: server.endpoint,
    cleanup: async () => {
      client.close();
      await server.close();
    },
  };
});
