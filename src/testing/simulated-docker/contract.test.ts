import { describeDockerClientContract } from "../../../test/contract/docker-client.ts";
import { SimulatedClock } from "../simulated-clock.ts";
import { runsCommand } from "./commands.ts";
import { SimulatedDocker } from "./simulated-docker.ts";

const IMAGE = "berth-test/busybox:latest";

describeDockerClientContract("the simulated daemon", async () => {
  const clock = new SimulatedClock();
  const stop = clock.runByItself();
  const docker = new SimulatedDocker({ clock, latency: { default: 1 } });
  docker.image(IMAGE, { run: runsCommand(), config: { cmd: ["sh"] } });
  const client = docker.client();
  return {
    client,
    image: IMAGE,
    cleanup: async () => {
      client.close();
      stop();
    },
  };
});
