/** The clean-up of images as an engine runs it by itself. Source: engine-modern 13; engine-behaviour 6.4. */
import { describe, expect, it } from "vitest";
import type { DockerTaskEngineOptions } from "../../src/agent/compose-ports.ts";
import { DockerTaskEngine } from "../../src/agent/docker-task-engine.ts";
import { asEpochMs } from "../../src/core/brand.ts";
import { DEFAULT_ENGINE_CONFIG } from "../../src/engine/engine-options.ts";
import { ImageLocks } from "../../src/images/index.ts";
import type { Mutation } from "../../src/ports/state-store.ts";
import { MemoryStateStore } from "../../src/store/memory-state-store.ts";
import { SeededRandom, SimulatedClock, SimulatedDocker } from "../../src/testing/index.ts";
import { MemoryLog } from "../../src/testing/memory-log.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

/** Stays open for the engine that comes next. */
class KeptStore extends MemoryStateStore {
  onCommit: (mutations: readonly Mutation[]) => Promise<void> = async () => {};
  onClose: () => void = () => {};

  override async commit(mutations: readonly Mutation[]): Promise<void> {
    await this.onCommit(mutations);
    await super.commit(mutations);
  }

  override async close(): Promise<void> {
    this.onClose();
  }
}

async function setUp(options: Partial<DockerTaskEngineOptions> = {}) {
  const clock = new SimulatedClock();
  const docker = new SimulatedDocker({ clock, seed: 1 });
  const removals: string[] = [];
  docker.onCall(({ operation, subject }) => {
    if (operation === "removeImage") removals.push(subject);
  });
  const log = new MemoryLog();
  const store = new KeptStore();
  const open = (more: Partial<DockerTaskEngineOptions> = {}) =>
    new DockerTaskEngine({
      client: docker.client(),
      clock,
      random: new SeededRandom(1),
      log,
      store,
      engineId: "cleanup",
      ...options,
      ...more,
    });
  const engine = open();
  const world = { clock, docker, removals, log, store, open, engine };
  await clock.resolve(engine.init());
  return world;
}
type World = Awaited<ReturnType<typeof setUp>>;

/** Pulled for a container that is gone. */
async function pulled({ clock, docker, engine }: World, image: string): Promise<void> {
  docker.image(image, { where: "registry" });
  const use = { taskArn: `arn:task/${image}`, containerName: "web", image };
  const { signal } = new AbortController();
  await clock.resolve(engine.imageManager.pull({ ...use, behaviour: "default", signal }));
  await engine.imageManager.removeContainerReferenceFromImageState(use);
}

describe("an engine and its images", () => {
  it("IM-15: removes what is unused for an hour, five at a time, every half hour, without being told to", async () => {
    const world = await setUp();
    for (let index = 0; index < 7; index += 1) await pulled(world, `app:${index}`);
    await world.clock.advance(59 * MINUTE_MS);
    expect(world.removals).toEqual([]);
    await world.clock.advance(31 * MINUTE_MS);
    expect(world.removals).toEqual(["app:0", "app:1", "app:2", "app:3", "app:4"]);
    await world.clock.advance(30 * MINUTE_MS);
    expect(world.removals).toHaveLength(7);
    await world.clock.resolve(world.engine.shutdown());
  });

  it("an ImagePullDeleteLock that a program holds keeps the clean-up from what it uses, and nothing else", async () => {
    const lock = new ImageLocks();
    const world = await setUp({ imagePullDeleteLock: lock });
    for (const image of ["app:1", "app:2"]) await pulled(world, image);
    let release: () => void = () => undefined;
    const held = lock.use(
      "app:1",
      () =>
        new Promise<void>((resolve) => {
          release = resolve;
        }),
    );
    await world.clock.advance(5 * HOUR_MS);
    expect(world.removals).toEqual(["app:2"]);
    release();
    await held;
    await world.clock.advance(HOUR_MS);
    expect(world.removals).toEqual(["app:2", "app:1"]);
    await world.clock.resolve(world.engine.shutdown());
  });

  it("goes by age and number alone when Docker's disk cannot be seen, and says so once", async () => {
    const world = await setUp();
    await pulled(world, "app:1");
    await world.clock.advance(5 * HOUR_MS);
    expect(world.removals).toEqual(["app:1"]);
    const told = world.log.lines.filter(({ message }) => message.startsWith("Cannot see Docker's disk"));
    expect(told).toMatchObject([{ level: "info", fields: { reason: "the daemon is at simulated://docker" } }]);
    await world.clock.resolve(world.engine.shutdown());
  });

  it("goes on beyond its number while the disk is full", async () => {
    let used = 0.99;
    const world = await setUp({ imageCleanup: { imagesPerCycle: 1, diskPressure: { usedPart: async () => used } } });
    world.docker.onCall(({ operation }) => {
      if (operation === "removeImage") used -= 0.05;
    });
    for (let index = 0; index < 7; index += 1) await pulled(world, `app:${index}`);
    await world.clock.advance(90 * MINUTE_MS);
    expect([world.removals.length, used.toFixed(2)]).toEqual([4, "0.79"]);
    await world.clock.resolve(world.engine.shutdown());
  });

  it("leaves no timer when it is shut down, nor when it is abandoned, and no cycle comes any more", async () => {
    for (const end of ["shutdown", "abandon"] as const) {
      const world = await setUp();
      await pulled(world, "app:1");
      await world.clock.resolve(Promise.resolve(world.engine[end]()));
      await world.clock.advance(3 * HOUR_MS);
      expect([end, world.removals, world.clock.pending]).toEqual([end, [], 0]);
    }
  });

  it("starts no second process, whoever asks for it", async () => {
    const world = await setUp();
    const own = new AbortController();
    world.engine.imageManager.startImageCleanupProcess(own.signal);
    await world.clock.resolve(world.engine.init());
    for (let index = 0; index < 12; index += 1) await pulled(world, `app:${index}`);
    await world.clock.advance(90 * MINUTE_MS);
    expect(world.removals).toHaveLength(5);
    await world.clock.resolve(world.engine.shutdown());
    expect(world.clock.pending).toBe(0);
  });

  it("cuts a removal off when it is shut down, and the next engine carries on with what was saved", async () => {
    const world = await setUp();
    for (const name of ["app:1", "app:2", "app:3"]) await pulled(world, name);
    world.docker.onCall(({ operation, subject, outcome }) => {
      if (operation === "removeImage" && subject === "app:1" && outcome === "ok") {
        world.docker.faults.next("removeImage", { kind: "hang", forMs: HOUR_MS });
      }
    });
    await world.clock.advance(90 * MINUTE_MS);
    expect(world.store.snapshot().images.map(({ names }) => names)).toEqual([["app:2"], ["app:3"]]);
    const before = world.clock.elapsedMs;
    await world.clock.resolve(world.engine.shutdown());
    expect(world.clock.elapsedMs - before).toBeLessThan(1_000);
    expect(world.log.messages("error")).toEqual([]);
    expect(world.log.messages("warn")).toEqual([]);
    const next = world.open();
    await world.clock.resolve(next.init());
    await world.clock.advance(30 * MINUTE_MS);
    expect(next.imageManager.imageStates()).toEqual([]);
    expect(await world.clock.resolve(world.docker.client().listImages())).toEqual([]);
    await world.clock.resolve(next.shutdown());
  });

  it("IMC-6: keeps what a task has used but no pull has brought, unless told otherwise", async () => {
    for (const removeNotPulled of [false, true]) {
      const world = await setUp(removeNotPulled ? { imageCleanup: { removeNotPulled } } : {});
      world.docker.image("built-here:1", { where: "daemon" });
      const use = { taskArn: "arn:task/a", containerName: "web", image: "built-here:1" };
      await world.engine.imageManager.recordContainerReference(use);
      await world.engine.imageManager.removeContainerReferenceFromImageState(use);
      await world.clock.advance(24 * HOUR_MS);
      expect(world.removals).toEqual(removeNotPulled ? ["built-here:1"] : []);
      await world.clock.resolve(world.engine.shutdown());
    }
  });

  it("closes the store only when a cycle that is cut off has saved what it removed", async () => {
    const world = await setUp();
    await pulled(world, "app:1");
    const { clock, store } = world;
    const happened: string[] = [];
    store.onCommit = async (mutations) => {
      if (!mutations.some(({ type }) => type === "deleteImage")) return;
      happened.push("removed");
      await new Promise<void>((resolve) => clock.schedule(asEpochMs(clock.now() + 60_000), resolve));
      happened.push("saved");
    };
    store.onClose = () => happened.push("closed");
    await clock.advance(90 * MINUTE_MS + 30_000);
    expect(happened).toEqual(["removed"]);
    await clock.resolve(world.engine.shutdown());
    expect(happened).toEqual(["removed", "saved", "closed"]);
    expect(store.snapshot().images).toEqual([]);
  });

  it("IM-22: never begins under prefer-cached", async () => {
    const machine = { ...DEFAULT_ENGINE_CONFIG.machine, pullBehaviour: "prefer-cached" } as const;
    const world = await setUp({ config: { machine } });
    await pulled(world, "app:1");
    await world.clock.advance(24 * HOUR_MS);
    expect(world.removals).toEqual([]);
    expect(await world.clock.resolve(world.engine.imageManager.explainCleanup())).toMatchObject([
      { type: "keep", reason: "image clean-up is switched off" },
    ]);
    await world.clock.resolve(world.engine.shutdown());
  });
});
