/** An engine id that two engines have, because the state of one was copied or put back. Each engine here is its claim alone. */
import { describe, expect, it, onTestFinished } from "vitest";
import { MemoryStateStore } from "../store/memory-state-store.ts";
import { MemoryLog } from "../testing/memory-log.ts";
import { SeededRandom } from "../testing/seeded-random.ts";
import { SimulatedClock } from "../testing/simulated-clock.ts";
import { SimulatedDocker } from "../testing/simulated-docker/index.ts";
import { EngineClaim } from "./engine-claim.ts";

const INTERVAL_MS = 15_000;

class World {
  readonly clock = new SimulatedClock();
  readonly docker = new SimulatedDocker({ clock: this.clock, seed: 1 });
  readonly log = new MemoryLog();
  /** Who works with a folder, for those that can see it. */
  readonly users = new Map<string, string>();
  readonly #random = new SeededRandom(1);

  /** Starts an engine with this state; a folder's identity is its inode. */
  async start(store: MemoryStateStore, folder: string, identity = folder, engineId = "engine-1"): Promise<Running> {
    const claim = new EngineClaim({
      client: this.docker.client(),
      clock: this.clock,
      random: this.#random,
      log: this.log,
      home: { place: async () => ({ folder, identity }), userOf: async (other) => this.users.get(other) },
      commit: (mutations) => store.commit(mutations),
      engineId,
      intervalMs: INTERVAL_MS,
    });
    const life = new AbortController();
    onTestFinished(() => life.abort());
    const begun = this.clock.now();
    await this.clock.resolve(store.load().then(({ meta }) => claim.take(meta, life.signal)));
    const running: Running = { claim, lost: [], end: () => life.abort(), waitedMs: this.clock.now() - begun };
    void claim.watch(life.signal, ({ message }) => running.lost.push(message));
    return running;
  }

  /** Whoever still works has had time to look. */
  async look(): Promise<void> {
    await this.clock.advance(INTERVAL_MS + 1_000);
  }

  async volumes(): Promise<readonly string[]> {
    const listed = await this.clock.resolve(this.docker.client().listVolumes({ labels: {} }));
    return listed.map(({ name }) => name);
  }
}

type Running = {
  readonly claim: EngineClaim;
  /** What it was told when it lost its claim. */
  readonly lost: string[];
  readonly end: () => void;
  readonly waitedMs: number;
};

async function copyOf(store: MemoryStateStore): Promise<MemoryStateStore> {
  const { meta } = await store.load();
  const copy = new MemoryStateStore();
  await copy.commit(Object.entries(meta).map(([key, value]) => ({ type: "putMeta", key, value })));
  return copy;
}

describe("EngineClaim claims an engine id on a Docker host", () => {
  it("at once, again after each end, orderly or not, and leaves one volume", async () => {
    const world = new World();
    const store = new MemoryStateStore();
    for (let start = 1; start <= 3; start += 1) {
      const engine = await world.start(store, "/data");
      expect(engine.waitedMs).toBeLessThan(1_000);
      await world.look();
      expect(engine.lost).toEqual([]);
      expect(await world.volumes()).toEqual([`berth-engine-engine-1-${start}`]);
      engine.end();
    }
  });

  it("at once when its folder was moved", async () => {
    const world = new World();
    const store = new MemoryStateStore();
    (await world.start(store, "/data", "inode 7")).end();
    expect((await world.start(store, "/moved", "inode 7")).waitedMs).toBeLessThan(1_000);
  });

  it("beside engines with other ids, whatever signs these have", async () => {
    const world = new World();
    const ids = ["a b", "a/b", "a_b", "a-b", "ä", "a_20.b"];
    const engines = [];
    for (const id of ids) engines.push(await world.start(new MemoryStateStore(), id, id, id));
    await world.look();
    expect(engines.flatMap(({ lost }) => lost)).toEqual([]);
    expect(new Set(await world.volumes()).size).toBe(ids.length);
  });

  it("leaves nothing behind when the engine ends without tasks", async () => {
    const world = new World();
    const engine = await world.start(new MemoryStateStore(), "/data");
    await world.clock.resolve(engine.claim.release());
    expect(await world.volumes()).toEqual([]);
  });

  it("anew when somebody removed its volume", async () => {
    const world = new World();
    const engine = await world.start(new MemoryStateStore(), "/data");
    await world.clock.resolve(world.docker.client().removeVolume("berth-engine-engine-1-1"));
    await world.look();
    expect(await world.volumes()).toEqual(["berth-engine-engine-1-1"]);
    expect(engine.lost).toEqual([]);
  });

  it("whichever commit or call a crash falls on", async () => {
    const world = new World();
    const store = new MemoryStateStore();
    await world.start(store, "/data").then(({ end }) => end());
    // Saved, and then nothing more happened.
    await store.commit([{ type: "putMeta", key: "claim", value: "2 of-an-engine-that-died" }]);
    const engine = await world.start(store, "/data");
    await world.look();
    expect(engine.lost).toEqual([]);
    expect(await world.volumes()).toEqual(["berth-engine-engine-1-3"]);
  });
});

describe("EngineClaim refuses", () => {
  it("a copy of a state with which another engine works, by both folders and its process", async () => {
    const world = new World();
    const store = new MemoryStateStore();
    const original = await world.start(store, "/data");
    world.users.set("/data", "process 42");
    const copy = world.start(await copyOf(store), "/copy");
    await expect(copy).rejects.toThrow(
      "Cannot use the state in /copy: it is a copy of /data, and process 42 works with that one",
    );
    await world.look();
    expect(original.lost).toEqual([]);
  });

  it("a state from which another engine has gone on, until its mark is removed", async () => {
    const world = new World();
    const store = new MemoryStateStore();
    (await world.start(store, "/data")).end();
    const older = await copyOf(store);
    (await world.start(store, "/data")).end();
    await expect(world.start(older, "/data")).rejects.toThrow(
      "Cannot go on with this state: another engine has gone on from it, with the state in /data; if no engine works with " +
        "that, and this one is to go on, remove its mark: docker volume rm berth-engine-engine-1-2",
    );
    await world.clock.resolve(world.docker.client().removeVolume("berth-engine-engine-1-2"));
    await world.start(older, "/data");
  });

  it("one of two that start at once from copies of a state that nobody works with", async () => {
    const world = new World();
    const store = new MemoryStateStore();
    (await world.start(store, "/data")).end();
    const starts = await Promise.allSettled([
      world.start(await copyOf(store), "/one"),
      world.start(await copyOf(store), "/two"),
    ]);
    expect(starts.map(({ status }) => status).toSorted()).toEqual(["fulfilled", "rejected"]);
  });
});

describe("EngineClaim passes on", () => {
  it("from an engine that the copy's cannot see: that one is told within its interval, and the copy's waits for longer", async () => {
    const world = new World();
    const store = new MemoryStateStore();
    const original = await world.start(store, "/data", "inode 7");
    const copy = await world.start(await copyOf(store), "/data", "inode 8");
    expect(copy.waitedMs).toBeGreaterThan(INTERVAL_MS);
    expect(original.lost).toEqual([expect.stringContaining("another engine has gone on from it")]);
    await world.look();
    expect(copy.lost).toEqual([]);
    expect(world.log.lines.map(({ message }) => message)).toEqual([
      "Waiting 20 s before acting: an engine with the state in /data may be at work yet, and ends when it sees this one",
    ]);
  });

  it("never by a look that fails", async () => {
    const world = new World();
    const engine = await world.start(new MemoryStateStore(), "/data");
    world.docker.faults.next("listVolumes", { kind: "errorBeforeEffect", status: 500, message: "no" });
    await world.look();
    expect(engine.lost).toEqual([]);
    expect(world.log.lines.map(({ message }) => message)).toEqual(["Cannot look at the engine's claim"]);
  });
});
