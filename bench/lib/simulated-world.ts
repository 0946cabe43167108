/** The engine on an instant simulated daemon, in this process, with the machine's own clock. */
import { composeEngine, withPullBehaviour } from "../../src/agent/compose-engine.ts";
import { systemRandom } from "../../src/agent/system-random.ts";
import { asEpochMs } from "../../src/core/brand.ts";
import { parseTaskDefinition } from "../../src/core/definition/parse.ts";
import type { TaskDefinition } from "../../src/core/definition/types.ts";
import type { Task } from "../../src/core/task.ts";
import { buildTask } from "../../src/core/task-builder.ts";
import { systemClock } from "../../src/docker/system-clock.ts";
import type { DockerTaskEngine } from "../../src/engine/docker-task-engine.ts";
import type { DockerClient } from "../../src/ports/docker-client.ts";
import type { StateStore } from "../../src/ports/state-store.ts";
import { PAUSE_IMAGE } from "../../src/resources/pause-image.ts";
import { SimulatedDocker } from "../../src/testing/simulated-docker/index.ts";

export const REGION = "us-east-1";
export const SIMULATED = "simulated";

export function simulatedDocker(): SimulatedDocker {
  // Events of the past serve nobody here, and keeping them would be taken for the engine's memory.
  const docker = new SimulatedDocker({ clock: systemClock, seed: 1, eventLimit: 1 });
  docker.image("app");
  return docker;
}

export type EngineSetUp = {
  readonly client: DockerClient;
  readonly store: StateStore;
  readonly engineId?: string;
  readonly startConcurrency?: number;
};

/** An initialised engine with its images present. */
export async function startEngine(setUp: EngineSetUp): Promise<DockerTaskEngine> {
  const { client, store, engineId = "benchmark", startConcurrency } = setUp;
  const engine = await composeEngine({
    client,
    store,
    engineId,
    region: REGION,
    config: {
      machine: withPullBehaviour("prefer-cached"),
      ...(startConcurrency === undefined ? {} : { startConcurrency }),
    },
    dynamicPortRange: "32768-60999",
    probeHostPort: async () => true,
  });
  await engine.init();
  return engine;
}

export const ONE_CONTAINER = definitionOf([{ name: "web" }]);

export function definitionOf(containers: readonly Readonly<Record<string, unknown>>[]): TaskDefinition {
  return parseTaskDefinition({
    family: "benchmark",
    networkMode: "none",
    containerDefinitions: containers.map((each) => ({ image: "app", memory: 64, ...each })),
  });
}

export function newTasks(count: number, definition: TaskDefinition = ONE_CONTAINER): Task[] {
  return Array.from({ length: count }, () => newTask(definition));
}

export function newTask(definition: TaskDefinition): Task {
  return buildTask(definition, {
    cluster: "default",
    region: REGION,
    accountId: "000000000000",
    revision: 1,
    now: asEpochMs(Date.now()),
    hex: (digits) => systemRandom.hex(digits),
    uuid: () => systemRandom.uuid(),
    pauseImage: PAUSE_IMAGE,
    stopTimeoutMs: 30_000,
  });
}
