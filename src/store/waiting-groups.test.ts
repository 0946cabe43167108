import { describe, expect, it } from "vitest";
import type { Mutation } from "../ports/state-store.ts";
import { WaitingGroups } from "./waiting-groups.ts";

const commit = (key: string): readonly Mutation[] => [{ type: "putMeta", key, value: "" }];

describe("WaitingGroups", () => {
  it("gives commits of one group one answer, and those that may be refused alone one of their own", async () => {
    const waiting = new WaitingGroups();
    const together = [waiting.add(commit("a"), false), waiting.add(commit("b"), false)];
    const alone = waiting.add(commit("c"), true);
    expect(together[0]).toBe(together[1]);
    expect([waiting.commits, waiting.isEmpty]).toEqual([3, false]);
    const [first, second] = waiting.take();
    expect([first?.commits, second?.commits]).toEqual([[commit("a"), commit("b")], [commit("c")]]);
    expect([waiting.commits, waiting.isEmpty]).toEqual([0, true]);
    first?.resolve();
    second?.reject(new Error("refused"));
    await expect(Promise.all(together)).resolves.toEqual([undefined, undefined]);
    await expect(alone).rejects.toThrow("refused");
  });

  it("keeps those that are kept, and counts no others", () => {
    const waiting = new WaitingGroups();
    for (const key of ["a", "b", "c"]) void waiting.add(commit(key), true);
    void waiting.add(commit("d"), false);
    waiting.keep(({ commits }) => commits.length > 1);
    expect([waiting.commits, waiting.take().length]).toEqual([2, 1]);
    waiting.keep(() => true);
    expect(waiting.commits).toBe(0);
  });
});
