/** The real daemon at DOCKER_HOST and a store on disk, with statistics and metadata files of every container. */
import { setTimeout as pause } from "node:timers/promises";
import { TEST_IMAGE } from "../../bench/lib/real-world.ts";
import { composeEngine } from "../../src/agent/compose-engine.ts";
import { StatsEngine } from "../../src/agent/stats/stats-engine.ts";
import { ENGINE_ID_LABEL } from "../../src/core/labels.ts";
import { createDockerClient } from "../../src/docker/index.ts";
import { systemClock } from "../../src/docker/system-clock.ts";
import { DEFAULT_ENGINE_CONFIG } from "../../src/engine/engine-options.ts";
import type { DockerClient } from "../../src/ports/docker-client.ts";
import { SeededRandom } from "../../src/testing/index.ts";
import { dockerGauges, processGauges, SignalSpy } from "./gauges.ts";
import { type Shape, shapesOn } from "./shapes.ts";
import type { SoakWorld } from "./soak.ts";

/** Nobody listens on this port of the loopback interface: refused at once, and no registry is asked. */
const MISSING_IMAGE = "127.0.0.1:9/soak/none:1";

/** @param folder for the store and metadata files @throws {Error} without DOCKER_HOST */
export async function realWorld(seed: number, folder: string): Promise<SoakWorld> {
  const endpoint = process.env.DOCKER_HOST;
  if (endpoint === undefined) throw new Error("Cannot find Docker: DOCKER_HOST is not set");
  // Other soaks on this daemon are none of ours.
  const engineId = `soak-${process.pid}`;
  const labels = { [ENGINE_ID_LABEL]: engineId };
  const observer = createDockerClient({ endpoint });
  const spy = new SignalSpy();
  const random = new SeededRandom(`${seed}/${process.pid}`);
  let beside: { readonly client: DockerClient; readonly stats: StatsEngine } | undefined;
  // Its connections are open from now on.
  await dockerGauges(observer, labels);
  return {
    clock: systemClock,
    random,
    spy,
    start: async () => {
      const client = createDockerClient({ endpoint });
      const engine = await composeEngine({
        client: spy.over(client),
        dataDir: folder,
        engineId,
        containerMetadata: true,
        hostTotals: { cpuUnits: 65_536, memoryMiB: 16_384, reservedTcp: [], reservedUdp: [], gpus: [] },
        config: {
          machine: { ...DEFAULT_ENGINE_CONFIG.machine, pullBehaviour: "prefer-cached", cleanupWaitMs: 3_000 },
        },
      });
      await engine.init();
      const stats = new StatsEngine({ engine, client: spy.over(client) });
      stats.start();
      beside = { client, stats };
      return engine;
    },
    gauges: async () => ({
      ...(await dockerGauges(observer, labels)),
      statsStreams: beside?.stats.openStreams ?? 0,
      ...processGauges(),
    }),
    pass: (ms) => pause(ms),
    shutdown: async (engine) => {
      beside?.stats.stop();
      await engine.shutdown();
      beside?.client.close();
      beside = undefined;
    },
  };
}

export function realShapes(): (index: number) => Shape {
  const shapes = shapesOn(TEST_IMAGE, MISSING_IMAGE);
  return (index) => shapes[index % shapes.length] as Shape;
}
