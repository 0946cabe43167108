/** The engine on the simulated daemon does what every engine does. */
import { DockerTaskEngine } from "../../src/index.ts";
import { exits, handlesSigterm, SimulatedHost } from "../../src/testing/index.ts";
import { describeTaskEngineContract, type EngineUnderTest, type ScriptedContainer } from "./task-engine.ts";

const SCRIPTS = { run: handlesSigterm(), exit3: exits(3, { afterMs: 50 }) } as const;

describeTaskEngineContract("DockerTaskEngine on the simulated daemon", async (): Promise<EngineUnderTest> => {
  const host = new SimulatedHost();
  const { clock, docker } = host;
  const client = docker.client();

  function make(): DockerTaskEngine {
    return new DockerTaskEngine({
      client: docker.client(),
      clock,
      random: host.random,
      dynamicPortRange: "32768-33767",
      probeHostPort: async () => true,
    });
  }

  function task(containers: readonly ScriptedContainer[]) {
    for (const { name, does } of containers) docker.container(name, { run: SCRIPTS[does] });
    return host.task(containers.map(({ does: _, ...members }) => members));
  }

  return {
    engine: make(),
    task,
    another: make,
    resolve: (promise) => clock.resolve(promise),
    until: (_, isReached) => clock.runUntil(isReached),
    containersOf: async ({ arn }) => {
      const labels = { "com.amazonaws.ecs.task-arn": arn };
      const found = await clock.resolve(client.listContainers({ all: true, labels }));
      return found.map(({ dockerName, state }) => ({ name: dockerName, isRunning: state === "running" }));
    },
    // The host goes with the test.
    cleanup: async () => undefined,
  };
});
