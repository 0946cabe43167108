/** The simulated daemon in virtual time, images that come and go, and a daemon that restarts now and then. */
import { composeEngine } from "../../src/agent/compose-engine.ts";
import { ENGINE_ID_LABEL } from "../../src/core/labels.ts";
import { DEFAULT_ENGINE_CONFIG } from "../../src/engine/engine-options.ts";
import type { StateStore } from "../../src/ports/state-store.ts";
import {
  commandNotFound,
  instantLatency,
  SeededRandom,
  SimulatedClock,
  SimulatedDocker,
} from "../../src/testing/index.ts";
import { dockerGauges, processGauges, type Reading, SignalSpy } from "./gauges.ts";
import { NO_COMMAND, type Shape, shapesOn } from "./shapes.ts";
import { REST_MS, type SoakWorld } from "./soak.ts";

const IMAGES = 7;
/** Two images are used at a time; the others are removed by the clean-up, and pulled again when it is their turn. */
const TASKS_PER_IMAGE = 3_000;
const ENGINE_ID = "soak";
const DAEMON_RESTART_EVERY_MS = 3_600_000;

/**
 * @param store in memory, or on a disk, for which virtual time waits
 * @param ofProcess what is counted besides timers and the daemon's objects
 */
export function simulatedWorld(seed: number, store: StateStore, ofProcess: () => Reading = processGauges): SoakWorld {
  const clock = new SimulatedClock();
  const random = new SeededRandom(seed);
  const docker = new SimulatedDocker({ clock, seed, latency: instantLatency, liveRestore: true });
  for (let number = 0; number < IMAGES; number += 1) docker.image(imageName(number), { where: "registry" });
  docker.container(NO_COMMAND, { run: commandNotFound() });
  const spy = new SignalSpy();
  const observer = docker.client();
  const restarts = setRestarts(clock, docker);
  let disconnect = () => {};
  return {
    clock,
    random,
    spy,
    start: async () => {
      const client = docker.client();
      const engine = await composeEngine({
        client: spy.over(client),
        store: heldStore(clock, store),
        engineId: ENGINE_ID,
        clock,
        random: random.fork("engine"),
        // Few: what is not given back is missed soon.
        dynamicPortRange: "32768-33267",
        probeHostPort: async () => true,
        hostTotals: { cpuUnits: 65_536, memoryMiB: 4_096, reservedTcp: [], reservedUdp: [], gpus: [] },
        imageCleanup: { intervalMs: 600_000, minimumAgeMs: 300_000 },
        config: {
          machine: {
            ...DEFAULT_ENGINE_CONFIG.machine,
            pullBehaviour: "once",
            cleanupWaitMs: 10_000,
            cleanupJitterMs: 2_000,
          },
        },
      });
      await clock.resolve(engine.init());
      disconnect = () => client.cut();
      return engine;
    },
    gauges: async () => ({
      timers: clock.pending,
      ...(await clock.resolve(dockerGauges(observer, { [ENGINE_ID_LABEL]: ENGINE_ID }))),
      ...ofProcess(),
    }),
    pass: (ms) => clock.advance(ms),
    shutdown: async (engine) => {
      restarts.stop();
      await clock.resolve(engine.shutdown());
      disconnect();
      disconnect = () => {};
      // Cancelled timers are let go of on the way.
      await clock.advance(REST_MS);
    },
  };
}

/** Tasks of all shapes in turn, on images that change. */
export function simulatedShapes(): (index: number) => Shape {
  const sets = Array.from({ length: IMAGES }, (_, number) => shapesOn(imageName(number), "soak/none:1"));
  return (index) => {
    const shapes = sets[Math.floor(index / TASKS_PER_IMAGE) % IMAGES] ?? [];
    return shapes[index % shapes.length] as Shape;
  };
}

function imageName(number: number): string {
  return `soak/app-${number}:1`;
}

/** A daemon that goes away and comes back with its containers still running: every feed and stream begins anew. */
function setRestarts(clock: SimulatedClock, docker: SimulatedDocker): { readonly stop: () => void } {
  let cancel = () => {};
  const again = () => {
    cancel = clock.schedule((clock.now() + DAEMON_RESTART_EVERY_MS) as ReturnType<SimulatedClock["now"]>, () => {
      docker.restartDaemon({ downMs: 2_000 });
      again();
    });
  };
  again();
  return { stop: () => cancel() };
}

/** Real work on a disk takes no virtual time, but virtual time waits for it. */
function heldStore(clock: SimulatedClock, store: StateStore): StateStore {
  return {
    load: () => clock.hold(store.load()),
    commit: (mutations) => clock.hold(store.commit(mutations)),
    close: () => clock.hold(store.close()),
  };
}
