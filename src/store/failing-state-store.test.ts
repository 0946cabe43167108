import { describe, expect, it } from "vitest";
import { FailingStateStore, faultsAt } from "./failing-state-store.ts";
import { MemoryStateStore } from "./memory-state-store.ts";

const put = (value: string) => [{ type: "putMeta", key: "last", value }] as const;

describe("FailingStateStore", () => {
  it("fails before or after storing, at the commits of the script", async () => {
    const inner = new MemoryStateStore();
    const store = new FailingStateStore(inner, faultsAt({ 2: "failBefore", 3: "failAfter" }));
    await store.commit(put("1"));
    await expect(store.commit(put("2"))).rejects.toMatchObject({ name: "StateStoreError", retryable: true });
    expect(inner.snapshot().meta).toEqual({ last: "1" });
    await expect(store.commit(put("3"))).rejects.toMatchObject({ indeterminate: true });
    expect(inner.snapshot().meta).toEqual({ last: "3" });
    await store.commit(put("4"));
    expect((await store.load()).meta).toEqual({ last: "4" });
  });

  it.each([
    ["hangBefore", {}],
    ["hangAfter", { last: "1" }],
  ] as const)("never answers with %s", async (fault, meta) => {
    const inner = new MemoryStateStore();
    const store = new FailingStateStore(inner, faultsAt({ 1: fault }));
    let settled = false;
    const note = () => {
      settled = true;
    };
    store.commit(put("1")).then(note, note);
    await store.commit(put("2"));
    await store.close();
    expect(settled).toBe(false);
    expect(inner.snapshot().meta).toEqual({ ...meta, last: "2" });
  });

  it("shows the script what is called", async () => {
    const calls: string[] = [];
    const store = new FailingStateStore(new MemoryStateStore(), ({ operation, number, mutations }) => {
      calls.push(`${operation} ${number} ${mutations.length}`);
      return operation === "load" ? "failBefore" : undefined;
    });
    await store.commit(put("1"));
    await expect(store.load()).rejects.toThrow("Cannot load state: failure of the script");
    expect(calls).toEqual(["commit 1 1", "load 1 0"]);
  });
});
