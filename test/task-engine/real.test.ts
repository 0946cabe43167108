/** The engine on the real daemon does what every engine does. */
import { expect } from "vitest";
import type { Task } from "../../src/core/task.ts";
import { createDockerClient, createTask, DockerTaskEngine } from "../../src/index.ts";
import { describeTaskEngineContract, type EngineUnderTest, type ScriptedContainer } from "../contract/task-engine.ts";
import { IMAGE, realDaemon } from "../docker-client/real-daemon.ts";

const SCRIPTS = { run: "trap 'exit 0' TERM; sleep 3600 & wait", exit3: "exit 3" } as const;
const LIMIT_MS = 60_000;

describeTaskEngineContract("DockerTaskEngine on the real daemon", async (): Promise<EngineUnderTest> => {
  const client = createDockerClient({ endpoint: realDaemon() });
  const engines: DockerTaskEngine[] = [];
  const tasks: Task[] = [];

  function make(): DockerTaskEngine {
    const engine = new DockerTaskEngine({ client });
    engines.push(engine);
    return engine;
  }

  function task(containers: readonly ScriptedContainer[]): Task {
    const made = createTask({
      family: "contract",
      containerDefinitions: containers.map(({ does, ...members }) => ({
        image: IMAGE,
        memory: 64,
        stopTimeout: 2,
        entryPoint: ["/bin/sh", "-c"],
        command: [SCRIPTS[does]],
        ...members,
      })),
    });
    tasks.push(made);
    return made;
  }

  const listed = ({ arn }: Task) => client.listContainers({ all: true, labels: { "com.amazonaws.ecs.task-arn": arn } });

  return {
    engine: make(),
    task,
    another: make,
    resolve: (promise) => promise,
    until: (_, isReached) => expect.poll(isReached, { timeout: LIMIT_MS, interval: 10 }).toBe(true),
    containersOf: async (each) =>
      (await listed(each)).map(({ dockerName, state }) => ({ name: dockerName, isRunning: state === "running" })),
    cleanup: async () => {
      for (const engine of engines) await engine.shutdown();
      for (const { dockerId } of (await Promise.all(tasks.map(listed))).flat()) {
        await client.removeContainer(dockerId, { force: true, removeVolumes: true });
      }
      client.close();
    },
  };
});
