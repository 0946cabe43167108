import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { asEpochMs } from "../core/brand.ts";
import { LongWaits } from "./long-waits.ts";
import { systemClock } from "./system-clock.ts";

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;

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
    ["a minute", MINUTE_MS],
    ["hours", 3 * HOUR_MS + 7],
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

  it("wakes those who wait long in the order of their times", () => {
    const order: string[] = [];
    for (const [name, ms] of [
      ["last", 2 * HOUR_MS],
      ["first", HOUR_MS],
      ["second", HOUR_MS],
    ] as const) {
      systemClock.schedule(asEpochMs(Date.now() + ms), () => order.push(name));
    }
    vi.advanceTimersByTime(2 * HOUR_MS);
    expect(order).toEqual(["first", "second", "last"]);
  });

  it("wakes within a minute whose time came while the host slept, with its timers", () => {
    let sleptMs = 0;
    const waits = new LongWaits(() => performance.now() + sleptMs);
    waits.add(3 * HOUR_MS, wake);
    sleptMs = 4 * HOUR_MS;
    vi.advanceTimersByTime(MINUTE_MS);
    expect(woken).toBe(1);
  });

  it.each([-HOUR_MS, HOUR_MS, 12 * HOUR_MS])(
    "lets a long wait be as long as it is, though the host's time is set by %i ms",
    (ms) => {
      scheduleIn(HOUR_MS);
      vi.setSystemTime(Date.now() + ms);
      vi.advanceTimersByTime(HOUR_MS - 1);
      expect(woken).toBe(0);
      vi.advanceTimersByTime(1);
      expect(woken).toBe(1);
    },
  );

  it("lets short waits be as long as they are, whatever the host's time does and who else is due", () => {
    scheduleIn(HOUR_MS);
    let isShortOver = false;
    systemClock.schedule(asEpochMs(Date.now() + 5_000), () => {
      isShortOver = true;
    });
    vi.setSystemTime(Date.now() + 4 * HOUR_MS);
    vi.advanceTimersByTime(4_999);
    expect(isShortOver).toBe(false);
    vi.advanceTimersByTime(1);
    expect([isShortOver, woken]).toEqual([true, 0]);
    vi.advanceTimersByTime(HOUR_MS);
    expect(woken).toBe(1);
  });

  it("wakes the others though one who waited long throws", () => {
    systemClock.schedule(asEpochMs(Date.now() + HOUR_MS), () => {
      throw new Error("mine");
    });
    scheduleIn(HOUR_MS);
    expect(() => vi.advanceTimersByTime(HOUR_MS)).toThrow("mine");
    vi.advanceTimersByTime(1);
    expect(woken).toBe(1);
  });

  it("lets the process end when nobody waits any more", () => {
    const cancels = [scheduleIn(HOUR_MS), scheduleIn(2 * HOUR_MS)];
    vi.advanceTimersByTime(5 * MINUTE_MS);
    for (const cancel of cancels) cancel();
    expect(vi.getTimerCount()).toBe(0);
    scheduleIn(HOUR_MS);
    vi.advanceTimersByTime(HOUR_MS);
    expect([woken, vi.getTimerCount()]).toEqual([1, 0]);
  });

  it("may be asked for a long wait by one that is over", () => {
    systemClock.schedule(asEpochMs(Date.now() + HOUR_MS), () => void scheduleIn(HOUR_MS));
    vi.advanceTimersByTime(2 * HOUR_MS - 1);
    expect(woken).toBe(0);
    vi.advanceTimersByTime(1);
    expect(woken).toBe(1);
  });
});
