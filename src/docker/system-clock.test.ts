import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { asEpochMs } from "../core/brand.ts";
import { systemClock } from "./system-clock.ts";

const DAY_MS = 86_400_000;

describe("systemClock.schedule()", () => {
  let woken = 0;
  const wake = () => {
    woken += 1;
  };
  const scheduleIn = (ms: number) => systemClock.schedule(asEpochMs(Date.now() + ms), wake);

  beforeEach(() => {
    vi.useFakeTimers();
    woken = 0;
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it.each([
    ["an instant", 5],
    ["longer than a timer of Node can", 60 * DAY_MS],
  ])("waits for %s, and wakes once", (_, ms) => {
    scheduleIn(ms);
    vi.advanceTimersByTime(ms - 1);
    expect(woken).toBe(0);
    vi.advanceTimersByTime(DAY_MS);
    expect(woken).toBe(1);
  });

  it("wakes soon for what has passed", () => {
    scheduleIn(-5);
    expect(woken).toBe(0);
    vi.advanceTimersByTime(1);
    expect(woken).toBe(1);
  });

  it.each([
    ["before its time", 5, 1],
    ["in the first part of a long wait", 60 * DAY_MS, DAY_MS],
    ["in a later part of a long wait", 60 * DAY_MS, 55 * DAY_MS],
    ["that has passed", -5, 0],
  ])("does not wake when it is cancelled %s", (_, ms, afterMs) => {
    const cancel = scheduleIn(ms);
    if (afterMs > 0) vi.advanceTimersByTime(afterMs);
    cancel();
    vi.advanceTimersByTime(90 * DAY_MS);
    expect(woken).toBe(0);
  });
});
