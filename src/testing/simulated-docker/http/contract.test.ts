import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describeDockerClientContract } from "../../../../test/contract/docker-client.ts";
import { createDockerClient } from "../../../docker/index.ts";
import { realTimeClock } from "../../real-time-clock.ts";
import { runsCommand } from "../commands.ts";
import { SimulatedDocker } from "../simulated-docker.ts";
import { SimulatedDockerServer } from "./server.ts";

const IMAGE = "berth-test/busybox:latest";

describeDockerClientContract("the real client on the simulated daemon's socket", async () => {
  const folder = await mkdtemp(join(tmpdir(), "berth-sim-"));
  const clock = realTimeClock({ speed: 10 });
  const docker = new SimulatedDocker({ clock });
  docker.image(IMAGE, { run: runsCommand(), config: { cmd: ["sh"] } });
  const server = await SimulatedDockerServer.listen(docker, { socketPath: join(folder, "docker.sock") });
  const client = createDockerClient({ endpoint: server.endpoint, clock });
  return {
    client,
    image: IMAGE,
    cleanup: async () => {
      client.close();
      await server.close();
      await rm(folder, { recursive: true });
    },
  };
});
