import { describe, expect, it } from "vitest";
import { asDockerId, asEpochMs } from "../../core/brand.ts";
import type { Task } from "../../core/task.ts";
import type { EngineEvent } from "../../engine/task-engine.ts";
import type { ContainerStats, DockerClient } from "../../ports/docker-client.ts";
import { aContainer, aDefinition, aTask } from "../../testing/builders.ts";
import { SeededRandom } from "../../testing/seeded-random.ts";
import { SimulatedClock } from "../../testing/simulated-clock.ts";
import { StatsEngine } from "./stats-engine.ts";

type Feed = {
  readonly dockerId: string;
  push(sample: ContainerStats): Promise<void>;
  fail(): Promise<void>;
  isOpen(): boolean;
};

const FIRST_INSTANT = new SimulatedClock().now();

/** An engine and a daemon that say what the test lets them say. */
class World {
  readonly clock = new SimulatedClock();
  readonly feeds: Feed[] = [];
  readonly #listeners = new Set<(event: EngineEvent) => void>();
  #tasks: readonly Task[] = [];
  readonly stats: StatsEngine;

  constructor(historyLimit = 3, pollIntervalMs?: number) {
    const engine = {
      listTasks: () => this.#tasks,
      subscribe: (listener: (event: EngineEvent) => void) => {
        this.#listeners.add(listener);
        return () => this.#listeners.delete(listener);
      },
    };
    const client: Pick<DockerClient, "stats"> = {
      stats: (dockerId, { signal, once = false }) => (once ? this.#look(dockerId) : this.#open(dockerId, signal)),
    };
    this.stats = new StatsEngine({
      engine,
      client,
      clock: this.clock,
      random: new SeededRandom(1),
      historyLimit,
      ...(pollIntervalMs === undefined ? {} : { pollIntervalMs }),
    });
  }

  have(...tasks: readonly Task[]): void {
    this.#tasks = tasks;
  }

  async say(event: EngineEvent): Promise<void> {
    for (const listener of this.#listeners) listener(event);
    await settle();
  }

  get feed(): Feed {
    const last = this.feeds.at(-1);
    if (last === undefined) throw new Error("a stream was opened");
    return last;
  }

  /** When each look was taken, in ms since the world began. */
  readonly looks: number[] = [];

  async *#look(dockerId: string): AsyncGenerator<ContainerStats> {
    const now = this.clock.now();
    this.looks.push(now - FIRST_INSTANT);
    if (dockerId === "gone") throw new Error("no such container");
    yield sample(now, this.looks.length);
  }

  async *#open(dockerId: string, signal: AbortSignal): AsyncGenerator<ContainerStats> {
    const waiting: (ContainerStats | Error)[] = [];
    let isOpen = true;
    let wake: () => void = () => undefined;
    signal.addEventListener("abort", () => wake());
    const put = async (item: ContainerStats | Error) => {
      waiting.push(item);
      wake();
      await settle();
    };
    this.feeds.push({ dockerId, push: put, fail: () => put(new Error("cut")), isOpen: () => isOpen });
    try {
      while (!signal.aborted) {
        const item = waiting.shift();
        if (item instanceof Error) throw item;
        if (item !== undefined) yield item;
        else await new Promise<void>((resolve) => (wake = resolve));
      }
    } finally {
      isOpen = false;
    }
  }
}

/** Lets everything run that only waits for its turn. */
async function settle(): Promise<void> {
  await new Promise<void>((resolve) => setImmediate(resolve));
}

function sample(at: number, cpuTotalNs = at): ContainerStats {
  return {
    readAt: asEpochMs(at),
    cpuTotalNs,
    systemCpuNs: 1,
    onlineCpus: 1,
    memoryUsageBytes: 10,
    memoryCacheBytes: 4,
    memoryLimitBytes: 100,
    networkRxBytes: 5,
    networkTxBytes: 6,
    blockReadBytes: 0,
    blockWriteBytes: 0,
    pids: 1,
  };
}

function running(partial: Parameters<typeof aContainer>[0] = {}, networkMode: "bridge" | "host" | "awsvpc" = "bridge") {
  const container = aContainer({ knownStatus: "RUNNING", dockerId: asDockerId("d1"), ...partial });
  return aTask({ definition: aDefinition({ networkMode }), containers: [container] });
}
const stopped = running({ knownStatus: "STOPPED" });

describe("StatsEngine", () => {
  it("follows what runs already and what begins to run, with one stream each", async () => {
    const world = new World();
    const task = running();
    world.have(task);
    world.stats.start();
    await world.say({ type: "task", task });
    expect(world.feeds.map(({ dockerId }) => dockerId)).toEqual(["d1"]);
    await world.feed.push(sample(1_000));
    expect(world.stats.statsOf(task.arn)?.containers).toMatchObject([
      { name: "web", latest: { memoryBytes: 6 }, network: { received: { bytes: 5 } } },
    ]);
  });

  it("STAT-3: closes the stream as soon as the engine says that the container has stopped", async () => {
    const world = new World();
    world.have(running());
    world.stats.start();
    await settle();
    expect(world.stats.openStreams).toBe(1);
    await world.say({ type: "task", task: stopped });
    expect([world.stats.openStreams, world.feed.isOpen()]).toEqual([0, false]);
    await world.clock.advance(60_000);
    expect(world.feeds).toHaveLength(1);
  });

  it("keeps a bounded number of samples", async () => {
    const world = new World(3);
    const task = running();
    world.have(task);
    world.stats.start();
    await settle();
    for (const at of [1, 2, 3, 4, 5]) await world.feed.push(sample(at));
    const [container] = world.stats.statsOf(task.arn)?.containers ?? [];
    expect(container?.history.map(({ at }) => at)).toEqual([3, 4, 5]);
    const summary = world.stats.summaryOf(task.arn, asEpochMs(3)).get("web");
    expect(summary?.memoryBytes).toEqual({ min: 6, max: 6, sum: 12, sampleCount: 2 });
  });

  it("opens a stream again that breaks while the container runs, later each time", async () => {
    const world = new World();
    world.have(running());
    world.stats.start();
    await settle();
    await world.feed.fail();
    expect(world.feeds).toHaveLength(1);
    await world.clock.advance(1_000);
    await settle();
    expect(world.feeds).toHaveLength(2);
    await world.feed.fail();
    await world.clock.advance(1_000);
    await settle();
    expect(world.feeds).toHaveLength(2);
    await world.clock.advance(1_000);
    await settle();
    expect(world.feeds).toHaveLength(3);
  });

  it("STAT-2: a restart gets a stream of its own, and counters that go on", async () => {
    const world = new World();
    const task = running();
    world.have(task);
    world.stats.start();
    await settle();
    await world.feed.push(sample(1_000, 500));
    await world.say({ type: "task", task: running({ restart: { count: 1, pending: true } }) });
    expect(world.stats.openStreams).toBe(0);
    await world.say({ type: "task", task: running({ restart: { count: 1, pending: false } }) });
    await world.feed.push(sample(2_000, 700));
    const [container] = world.stats.statsOf(task.arn)?.containers ?? [];
    expect(container?.latest).toMatchObject({ cpuTotalNs: 1_200 });
    expect(container?.latest).not.toHaveProperty("cpuPercent");
  });

  it("tells no network of a container on the host's, and that of the task with awsvpc", async () => {
    const world = new World();
    const onHost = running({}, "host");
    world.have(onHost);
    world.stats.start();
    await settle();
    await world.feed.push(sample(1));
    expect(world.stats.statsOf(onHost.arn)?.containers[0]).not.toHaveProperty("network");

    const pause = aContainer({ name: "pause", type: "CNI_PAUSE", knownStatus: "RUNNING", dockerId: asDockerId("p") });
    const own = aTask({ id: "f".repeat(32), definition: aDefinition({ networkMode: "awsvpc" }), containers: [pause] });
    await world.say({ type: "task", task: own });
    await world.feed.push(sample(1));
    expect(world.stats.statsOf(own.arn)).toMatchObject({ containers: [], network: { sent: { bytes: 6 } } });
  });

  it("forgets a task that is removed, and everything ends with stop()", async () => {
    const world = new World();
    const task = running();
    world.have(task);
    world.stats.start();
    await settle();
    await world.say({ type: "removed", taskArn: task.arn });
    expect([world.stats.statsOf(task.arn), world.stats.openStreams]).toEqual([undefined, 0]);
    await world.say({ type: "task", task });
    world.stats.stop();
    await settle();
    expect(world.feeds.map((feed) => feed.isOpen())).toEqual([false, false]);
    await world.say({ type: "task", task });
    expect(world.feeds).toHaveLength(2);
  });

  it("STAT-4: polling makes no streams, and takes a sample in each interval while the container runs", async () => {
    const world = new World(10, 5_000);
    world.have(running());
    world.stats.start();
    for (let second = 0; second < 30; second += 1) {
      await world.clock.advance(1_000);
      await settle();
    }
    expect([world.feeds.length, world.stats.openStreams]).toEqual([0, 0]);
    expect(world.looks.map((at) => Math.floor(at / 5_000))).toEqual([0, 1, 2, 3, 4, 5]);
    expect(new Set(world.looks.map((at) => at % 5_000)).size).toBeGreaterThan(1);
    expect(world.stats.statsOf(stopped.arn)?.containers[0]?.history).toHaveLength(6);
    await world.say({ type: "task", task: stopped });
    await world.clock.advance(60_000);
    await settle();
    expect(world.looks).toHaveLength(6);
  });

  it("STAT-4: goes on polling after a look that fails, and keeps to 10 s for an interval out of bounds", async () => {
    const world = new World(10, 100);
    world.have(running({ dockerId: asDockerId("gone") }));
    world.stats.start();
    for (let second = 0; second < 30; second += 1) {
      await world.clock.advance(1_000);
      await settle();
    }
    expect(world.looks.map((at) => Math.floor(at / 10_000))).toEqual([0, 1, 2]);
  });

  it("tells each sample to who listens, until he does not", async () => {
    const world = new World();
    world.have(running());
    world.stats.start();
    await settle();
    const heard: number[] = [];
    const end = world.stats.subscribe(({ usage }) => heard.push(usage.at));
    await world.feed.push(sample(1));
    end();
    await world.feed.push(sample(2));
    expect(heard).toEqual([1]);
  });
});
