import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { asEpochMs } from "../core/brand.ts";
import { SeededRandom } from "./seeded-random.ts";
import { SimulatedClock } from "./simulated-clock.ts";

const later = (clock: SimulatedClock, ms: number, action: () => void) =>
  clock.schedule(asEpochMs(clock.now() + ms), action);

describe("SimulatedClock", () => {
  it("stands still until it is moved", async () => {
    const clock = new SimulatedClock({ startAt: 5_000 });
    expect(clock.now()).toBe(5_000);
    await clock.settle();
    expect(clock.now()).toBe(5_000);
    await clock.advance(250);
    expect(clock.now()).toBe(5_250);
    await clock.advanceTo(asEpochMs(6_000));
    expect(clock.elapsedMs).toBe(1_000);
  });

  it("schedule() fires in order of time, equals in the order they were set", () => {
    fc.assert(
      fc.property(fc.array(fc.nat(20), { maxLength: 60 }), (delays) => {
        const clock = new SimulatedClock();
        const fired: { readonly ms: number; readonly index: number }[] = [];
        for (const [index, ms] of delays.entries()) {
          later(clock, ms, () => {
            expect(clock.elapsedMs).toBe(ms);
            fired.push({ ms, index });
          });
        }
        clock.advanceSync(20);
        const expected = delays.map((ms, index) => ({ ms, index })).sort((a, b) => a.ms - b.ms || a.index - b.index);
        expect(fired).toEqual(expected);
        expect(clock.pending).toBe(0);
      }),
    );
  });

  it("schedule() can be cancelled, also from within another timer and after it fired", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(50), fc.boolean()), { maxLength: 300 }), (timers) => {
        const clock = new SimulatedClock();
        let fired = 0;
        const cancels = timers.map(([ms]) => later(clock, ms + 1, () => fired++));
        const unwanted = cancels.filter((_, index) => timers[index]?.[1]);
        later(clock, 0, () => {
          for (const cancel of unwanted) cancel();
        });
        clock.advanceSync(0);
        const live = timers.filter(([, cancelled]) => !cancelled).length;
        expect(clock.pending).toBe(live);
        clock.advanceSync(100);
        expect(fired).toBe(live);
        for (const cancel of cancels) cancel();
        expect(clock.pending).toBe(0);
      }),
    );
  });

  it("an instant in the past means soon", async () => {
    const clock = new SimulatedClock();
    let fired = false;
    clock.schedule(asEpochMs(0), () => {
      fired = true;
    });
    expect(fired).toBe(false);
    await clock.advance(0);
    expect(fired).toBe(true);
    expect(clock.elapsedMs).toBe(0);
  });

  it("advance() lets long chains of promises settle between two timers", async () => {
    const clock = new SimulatedClock();
    const trace: string[] = [];
    const chain = async (name: string) => {
      await clock.sleep(10);
      for (let step = 0; step < 500; step++) await undefined;
      trace.push(`${name} at ${clock.elapsedMs}`);
      await clock.sleep(5);
      trace.push(`${name} at ${clock.elapsedMs}`);
    };
    const both = Promise.all([chain("a"), chain("b")]);
    await clock.advance(12);
    expect(trace).toEqual(["a at 10", "b at 10"]);
    await clock.resolve(both);
    expect(trace.slice(2)).toEqual(["a at 15", "b at 15"]);
  });

  it("runUntil() stops at the condition, and says why it cannot reach one", async () => {
    const clock = new SimulatedClock();
    let count = 0;
    const tick = () => {
      count++;
      later(clock, 1_000, tick);
    };
    tick();
    await clock.runUntil(() => count === 4);
    expect(clock.elapsedMs).toBe(3_000);
    await expect(clock.runUntil(() => false, 10_000)).rejects.toThrow(
      "Cannot reach the condition: 10000 ms have passed",
    );
    await expect(new SimulatedClock().runUntil(() => false)).rejects.toThrow("nothing is scheduled");
  });

  it("runUntilIdle() runs all timers, and those that they set", async () => {
    const clock = new SimulatedClock();
    later(clock, 100, () => later(clock, 100, () => undefined));
    await clock.runUntilIdle();
    expect(clock.elapsedMs).toBe(200);
  });

  it("resolve() rejects with what the promise rejects with", async () => {
    const clock = new SimulatedClock();
    const failing = clock.sleep(10).then(() => Promise.reject(new Error("no")));
    await expect(clock.resolve(failing)).rejects.toThrow("no");
  });

  it("hold() keeps time still until real work is done", async () => {
    const clock = new SimulatedClock();
    const folder = await mkdtemp(join(tmpdir(), "clock-"));
    const file = join(folder, "file");
    let readAtMs = -1;
    later(clock, 10, () => {
      void clock.hold(
        writeFile(file, "text").then(async () => {
          await readFile(file);
          readAtMs = clock.elapsedMs;
        }),
      );
    });
    await clock.advance(1_000);
    expect(readAtMs).toBe(10);
    await rm(folder, { recursive: true });
  });

  it("jump() moves the wall clock and leaves the timers their distance", async () => {
    const clock = new SimulatedClock({ startAt: 100_000 });
    let firedAt = 0;
    later(clock, 1_000, () => {
      firedAt = clock.elapsedMs;
    });
    clock.jump(-50_000);
    expect(clock.now()).toBe(50_000);
    expect(clock.nextAt).toBe(51_000);
    await clock.advance(2_000);
    expect(firedAt).toBe(1_000);
    expect(clock.now()).toBe(52_000);
  });

  it("runByItself() leaps from timer to timer, until it is stopped", async () => {
    const clock = new SimulatedClock();
    const stop = clock.runByItself();
    await Promise.all([clock.sleep(86_400_000), clock.sleep(10)]);
    expect(clock.elapsedMs).toBe(86_400_000);
    stop();
    later(clock, 5, () => undefined);
    await clock.settle();
    expect(clock.elapsedMs).toBe(86_400_000);
  });

  it("with a random source equals fire in a drawn order, the same for the same seed", () => {
    const orderOf = (seed: number) => {
      const clock = new SimulatedClock({ random: new SeededRandom(seed) });
      const order: number[] = [];
      for (let index = 0; index < 20; index++) later(clock, 5, () => order.push(index));
      clock.advanceSync(5);
      return order;
    };
    expect(orderOf(1)).toEqual(orderOf(1));
    expect(orderOf(1)).not.toEqual(orderOf(2));
    expect([...orderOf(1)].sort((a, b) => a - b)).toEqual(Array.from({ length: 20 }, (_, index) => index));
  });
});
