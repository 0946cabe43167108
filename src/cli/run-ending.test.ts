import { describe, expect, it } from "vitest";
import { RunEnding } from "./run-ending.ts";

function anEnding() {
  const time = { now: 0 };
  return { time, ending: new RunEnding(() => time.now) };
}

describe("RunEnding", () => {
  it("keeps the first cause and raises the urgency with each signal", () => {
    const { ending, time } = anEnding();
    ending.signalled("SIGTERM");
    expect([ending.wayOut, ending.urgency]).toEqual([{ type: "signal", signal: "SIGTERM" }, 1]);
    time.now = 500;
    ending.signalled("SIGINT");
    expect([ending.wayOut, ending.urgency]).toEqual([{ type: "signal", signal: "SIGTERM" }, 2]);
    time.now = 1_000;
    ending.signalled("SIGINT");
    ending.signalled("SIGINT");
    expect(ending.urgency).toBe(3);
  });

  it("takes the echo of a signal for the same signal", () => {
    const { ending, time } = anEnding();
    ending.signalled("SIGINT");
    time.now = 20;
    ending.signalled("SIGINT");
    expect(ending.urgency).toBe(1);
    ending.signalled("SIGTERM");
    expect(ending.urgency).toBe(2);
  });

  it("stays with the timeout when a signal follows, which then kills", () => {
    const { ending, time } = anEnding();
    ending.timedOut(30_000);
    time.now = 500;
    ending.signalled("SIGINT");
    expect([ending.wayOut?.type, ending.urgency]).toEqual(["timeout", 2]);
  });

  it("aborts what may be cancelled at the first cause", () => {
    const { ending } = anEnding();
    expect(ending.signal.aborted).toBe(false);
    ending.pipeBroke();
    expect(ending.signal.aborted).toBe(true);
  });

  it("keeps the way out of a task that has ended, and only hurries its clean-up", async () => {
    const { ending } = anEnding();
    ending.settle();
    ending.timedOut(1);
    expect(ending.urgency).toBe(0);
    const hurried = ending.reached(1);
    ending.signalled("SIGINT");
    await hurried;
    expect(ending.wayOut).toBeUndefined();
  });

  it("goes the short way when Berth itself fails", () => {
    const { ending } = anEnding();
    const error = new Error("boom");
    ending.crashed(error);
    expect([ending.wayOut, ending.urgency]).toEqual([{ type: "crash", error }, 2]);
  });
});
