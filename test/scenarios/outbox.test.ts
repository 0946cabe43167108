/** State changes on their way to a reader who acknowledges some of them. Source: engine-behaviour 9.4. */
import { beforeEach, describe, expect, it } from "vitest";
import { DockerTaskEngine } from "../../src/agent/docker-task-engine.ts";
import type { StateChangeDelivery } from "../../src/engine/task-engine.ts";
import { MemoryStateStore } from "../../src/store/memory-state-store.ts";
import { SimulatedHost } from "../../src/testing/simulated-host.ts";

const host = new SimulatedHost();
/** Made on the host: no registry is asked, so that no digest is told early. */
const image = "made-here:1";
host.docker.image(image, { where: "daemon" });
let store = new MemoryStateStore();

async function startedEngine(): Promise<DockerTaskEngine> {
  const { clock, random } = host;
  const engine = new DockerTaskEngine({ client: host.docker.client(), clock, random, store, engineId: "outbox" });
  await clock.resolve(engine.init());
  return engine;
}

/** The next so many changes. */
async function read(engine: DockerTaskEngine, count: number): Promise<readonly StateChangeDelivery[]> {
  const feed = engine.stateChangeEvents()[Symbol.asyncIterator]();
  const read: StateChangeDelivery[] = [];
  while (read.length < count) {
    const next = await host.clock.resolve(feed.next());
    if (next.done !== true) read.push(next.value);
  }
  return read;
}

const words = (deliveries: readonly StateChangeDelivery[]) =>
  deliveries.map(({ change }) => `${change.type === "task" ? "task" : change.containerName} ${change.status}`);

const outstanding = (engine: DockerTaskEngine) => engine.toJSON().changes.map(({ sequence }) => sequence);

beforeEach(() => {
  store = new MemoryStateStore();
});

describe("state changes", () => {
  it("EH-8: what a reader took and did not acknowledge is told again to the next one, in order", async () => {
    const engine = await startedEngine();
    const task = host.task([{ name: "web", image }]);
    await host.clock.resolve(engine.addTask(task));
    await host.clock.runUntil(() => engine.getTaskByArn(task.arn)?.knownStatus === "RUNNING");
    const feed = engine.stateChangeEvents()[Symbol.asyncIterator]();
    const first = await host.clock.resolve(feed.next());
    const second = await host.clock.resolve(feed.next());
    if (first.done === true || second.done === true) throw new Error("two were to be told");
    await host.clock.resolve(first.value.acknowledge());
    await expect(host.clock.resolve(engine.stateChangeEvents()[Symbol.asyncIterator]().next())).rejects.toMatchObject({
      name: "TaskStateError",
    });
    await feed.return?.();
    expect(words(await read(engine, 1))).toEqual(["task RUNNING"]);
    engine.abandon();
  });

  it("EH-7, EH-8, EH-13: those that were acknowledged are gone for ever, those that were not are told again", async () => {
    const engine = await startedEngine();
    const task = host.task([{ name: "web", image }]);
    await host.clock.resolve(engine.addTask(task));
    await host.clock.runUntil(() => engine.getTaskByArn(task.arn)?.knownStatus === "RUNNING");
    const told = await read(engine, 2);
    expect(words(told)).toEqual(["web RUNNING", "task RUNNING"]);
    expect(outstanding(engine)).toEqual([1, 2]);
    await host.clock.resolve(told[0]?.acknowledge() ?? Promise.reject(new Error("two were told")));
    expect(outstanding(engine)).toEqual([2]);
    engine.abandon();
    store = store.reopen();

    const second = await startedEngine();
    const again = await read(second, 1);
    expect(words(again)).toEqual(["task RUNNING"]);
    await host.clock.resolve(again[0]?.acknowledge() ?? Promise.reject(new Error("one was told")));
    expect(outstanding(second)).toEqual([]);
    second.abandon();
    store = store.reopen();

    const third = await startedEngine();
    await host.clock.advance(60_000);
    expect(outstanding(third)).toEqual([]);
  });

  it("EH-16: a container's is told although its task is only on its way; the way itself is not", async () => {
    const engine = await startedEngine();
    const task = host.task([
      { name: "fast", image, essential: false },
      { name: "slow", image, dependsOn: [{ containerName: "fast", condition: "COMPLETE" }] },
    ]);
    await host.clock.resolve(engine.addTask(task));
    await host.clock.advance(10_000);
    expect(engine.getTaskByArn(task.arn)?.knownStatus).not.toBe("RUNNING");
    expect(words(await read(engine, 1))).toEqual(["fast RUNNING"]);
    expect(outstanding(engine)).toHaveLength(1);
  });
});
