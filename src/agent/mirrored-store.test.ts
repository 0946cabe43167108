import { describe, expect, it } from "vitest";
import { asTaskArn } from "../core/brand.ts";
import type { Mutation } from "../ports/state-store.ts";
import { FailingStateStore, faultsAt } from "../store/failing-state-store.ts";
import { MemoryStateStore } from "../store/memory-state-store.ts";
import { aTask } from "../testing/builders.ts";
import { MirroredStore } from "./mirrored-store.ts";

const meta = (value: string): readonly Mutation[] => [{ type: "putMeta", key: "last", value }];
const RESTORED = { tasks: [aTask()], changes: [], images: [], meta: { engineId: "e1" } };

/** A saver that ends its saves when the test says so. */
class SlowSaver {
  readonly begun: (() => void)[] = [];
  save(): Promise<void> {
    return new Promise((resolve) => this.begun.push(resolve));
  }
}

const putTask = (id: string): readonly Mutation[] => [
  { type: "putTask", task: aTask({ arn: asTaskArn(`arn:${id}`) }) },
];

/** A mirror of a store that answers all commits with one promise. */
async function answeringAlike() {
  let keep = () => {};
  const saved = new Promise<void>((resolve) => {
    keep = resolve;
  });
  const inner = new MemoryStateStore();
  const alike = { load: () => inner.load(), commit: () => saved, close: () => inner.close() };
  const store = new MirroredStore(async () => alike, true);
  await store.load();
  return { store, keep };
}

describe("MirroredStore", () => {
  it("opens the store when it is needed first, and again when that failed", async () => {
    let opened = 0;
    const store = new MirroredStore(async () => {
      opened += 1;
      if (opened === 1) throw new Error("disk is away");
      return new MemoryStateStore();
    }, true);
    expect(opened).toBe(0);
    await expect(store.load()).rejects.toThrow("disk is away");
    await store.load();
    await store.commit(meta("1"));
    expect(opened).toBe(2);
  });

  it("shows what the store has confirmed, and nothing that failed", async () => {
    const inner = new FailingStateStore(new MemoryStateStore(), faultsAt({ 2: "failBefore" }));
    const store = new MirroredStore(async () => inner, true);
    await store.load();
    await store.commit(meta("1"));
    await expect(store.commit(meta("2"))).rejects.toMatchObject({ name: "StateStoreError" });
    expect(store.snapshot().meta).toEqual({ last: "1" });
  });

  it("shows each of the commits that the store answers with one promise, once that is kept, and none before", async () => {
    const { store, keep } = await answeringAlike();
    const commits = [store.commit(meta("1")), store.commit(putTask("a")), store.commit(putTask("b"))];
    await Promise.resolve();
    expect(store.snapshot()).toMatchObject({ tasks: [], meta: {} });
    keep();
    await Promise.all(commits);
    expect(store.snapshot().meta).toEqual({ last: "1" });
    expect(store.snapshot().tasks).toHaveLength(2);
  });

  it("shows a commit that the store answers with a promise that it has kept before", async () => {
    const { store, keep } = await answeringAlike();
    keep();
    for (const value of ["1", "2", "3"]) {
      await store.commit(meta(value));
      expect(store.snapshot().meta).toEqual({ last: value });
    }
  });

  it("puts a restored state into an empty store, whole or not at all", async () => {
    const inner = new MemoryStateStore();
    const failing = new FailingStateStore(inner, faultsAt({ 1: "failBefore" }));
    const store = new MirroredStore(async () => failing, true);
    store.restore(RESTORED);
    expect(store.snapshot()).toEqual(RESTORED);
    await expect(store.load()).rejects.toMatchObject({ name: "StateStoreError" });
    expect(inner.snapshot().tasks).toEqual([]);
    expect(await store.load()).toEqual(RESTORED);
    expect(inner.snapshot()).toEqual(RESTORED);
  });

  it("refuses to put a restored state over rows that are there", async () => {
    const inner = new MemoryStateStore({ ...RESTORED, meta: {} });
    const store = new MirroredStore(async () => inner, true);
    store.restore(RESTORED);
    await expect(store.load()).rejects.toThrow("Cannot restore state: the store holds 1 rows already");
    expect(inner.snapshot().meta).toEqual({});
  });

  it("a commit resolves when a save that began after it has ended; saves never overlap", async () => {
    const store = new MirroredStore(async () => new MemoryStateStore(), true);
    const saver = new SlowSaver();
    store.setSaver(saver);
    const ended: string[] = [];
    const commit = (value: string) => store.commit(meta(value)).then(() => ended.push(value));
    const first = commit("1");
    await turn();
    const second = commit("2");
    const third = commit("3");
    await turn();
    expect(saver.begun).toHaveLength(1);
    saver.begun[0]?.();
    await first;
    await turn();
    expect(ended).toEqual(["1"]);
    expect(saver.begun).toHaveLength(2);
    saver.begun[1]?.();
    await Promise.all([second, third]);
    expect(saver.begun).toHaveLength(2);
  });

  it("a saver that fails makes the commit fail", async () => {
    const store = new MirroredStore(async () => new MemoryStateStore(), true);
    store.setSaver({ save: () => Promise.reject(new Error("disk full")) });
    await expect(store.commit(meta("1"))).rejects.toMatchObject({ name: "StateStoreError", retryable: true });
    store.setSaver(undefined);
    await store.commit(meta("2"));
    expect(store.snapshot().meta).toEqual({ last: "2" });
  });

  it("closing a store that was never opened opens none", async () => {
    const store = new MirroredStore(async () => {
      throw new Error("opened");
    }, true);
    await store.close();
  });
});

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
