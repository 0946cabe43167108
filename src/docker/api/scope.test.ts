import { describe, expect, it } from "vitest";
import { SimulatedClock } from "../../testing/simulated-clock.ts";
import { createScopes, orAborted } from "./scope.ts";

const CLOSED = { failure: { type: "closed" } };

function world() {
  const clock = new SimulatedClock();
  return { clock, scopes: createScopes(clock), caller: new AbortController() };
}

describe("A scope", () => {
  it("is cut short by its caller, with the caller's reason, and tells each listener once", () => {
    const { scopes, caller } = world();
    const scope = scopes.open(caller.signal);
    const told: string[] = [];
    scope.onAbort(() => told.push("first"));
    scope.onAbort(() => told.push("taken back"))();
    scope.signal.addEventListener("abort", () => told.push("signal"));
    const reason = new Error("the engine ends");
    caller.abort(reason);
    scope.cancel({ type: "closed" });
    expect(told.toSorted()).toEqual(["first", "signal"]);
    expect([scope.aborted, scope.reason, scope.signal.reason]).toEqual([true, reason, reason]);
  });

  it("has a signal that tells what was before it was asked for", () => {
    const { scopes, caller } = world();
    caller.abort(new Error("before"));
    const scope = scopes.open(caller.signal);
    expect([scope.aborted, scope.signal.aborted]).toEqual([true, true]);
    expect(scope.signal.reason).toBe(caller.signal.reason);
  });

  it("is cut short when its limit passes, unless it ended before", async () => {
    const { clock, scopes } = world();
    const [late, ended, taken] = [scopes.open(), scopes.open(), scopes.open()];
    for (const scope of [late, ended]) scope.limit(1_000, { type: "inactive", limitMs: 1_000 });
    taken.limit(1_000, { type: "inactive", limitMs: 1_000 })();
    ended.end();
    await clock.advance(1_000);
    expect([late, ended, taken].map(({ aborted }) => aborted)).toEqual([true, false, false]);
    expect(late.reason).toMatchObject({ failure: { type: "inactive" } });
    expect(clock.pending).toBe(0);
  });

  it("hears nothing of its caller when it has ended", () => {
    const { scopes, caller } = world();
    const scope = scopes.open(caller.signal);
    scope.end();
    caller.abort();
    expect(scope.aborted).toBe(false);
  });

  it("ends with the client, also one that is opened later", () => {
    const { scopes } = world();
    const open = scopes.open();
    scopes.close();
    expect([open.reason, scopes.open().reason]).toMatchObject([CLOSED, CLOSED]);
  });
});

describe("orAborted()", () => {
  it("waits no longer than the call lasts", async () => {
    const { scopes } = world();
    const scope = scopes.open();
    const waiting = orAborted(new Promise(() => undefined), scope);
    scope.cancel({ type: "closed" });
    await expect(waiting).rejects.toMatchObject(CLOSED);
    await expect(orAborted(Promise.resolve(1), scope)).rejects.toMatchObject(CLOSED);
    await expect(orAborted(Promise.resolve(1), scopes.open())).resolves.toBe(1);
  });
});
