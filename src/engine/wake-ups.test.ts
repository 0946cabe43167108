import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { asEpochMs } from "../core/brand.ts";
import { SimulatedClock } from "../testing/simulated-clock.ts";
import { type WakeUp, WakeUps } from "./wake-ups.ts";

class World {
  readonly clock = new SimulatedClock();
  readonly wakeUps = new WakeUps(this.clock);
  readonly woken: string[] = [];
  readonly #began = this.clock.now();

  /** Writes down the name and when it was woken, ms after the beginning. */
  add(name: string, afterMs: number, then = () => {}): WakeUp {
    const wake = () => {
      this.woken.push(`${name} ${this.clock.now() - this.#began}`);
      then();
    };
    return this.wakeUps.add(this.at(afterMs), { wake });
  }

  at(afterMs: number) {
    return asEpochMs(this.#began + afterMs);
  }
}

describe("WakeUps", () => {
  it("wakes each at its time, and those of one time in the order in which they asked", async () => {
    const world = new World();
    world.add("late", 30);
    world.add("a", 10);
    world.add("b", 10);
    world.add("early", 5);
    await world.clock.advance(100);
    expect(world.woken).toEqual(["early 5", "a 10", "b 10", "late 30"]);
  });

  it("has one timer for all, and none for nobody", async () => {
    const world = new World();
    const wishes = [30, 10, 20].map((afterMs) => world.add(`${afterMs}`, afterMs));
    expect(world.clock.pending).toBe(1);
    expect(world.clock.nextAt).toBe(world.at(10));
    for (const wish of wishes.slice(1)) world.wakeUps.cancel(wish);
    expect(world.clock.nextAt).toBe(world.at(30));
    await world.clock.advance(30);
    expect(world.woken).toEqual(["30 30"]);
    expect(world.clock.pending).toBe(0);
    world.wakeUps.cancel(world.add("never", 5));
    expect(world.clock.pending).toBe(0);
  });

  it("lets others have their turn before one that asks at once for a time that has passed", async () => {
    const world = new World();
    let turns = 0;
    const again = () => {
      turns += 1;
      if (turns < 3) world.add("again", 0, again);
    };
    world.add("again", 10, again);
    world.add("other", 10);
    await world.clock.advance(20);
    expect(world.woken).toEqual(["again 10", "other 10", "again 10", "again 10"]);
  });

  it("does not wake who is cancelled by one that is woken at the same time", async () => {
    const world = new World();
    const wishes: WakeUp[] = [];
    world.add("first", 10, () => world.wakeUps.cancel(wishes[0] as WakeUp));
    wishes.push(world.add("second", 10));
    await world.clock.advance(20);
    expect(world.woken).toEqual(["first 10"]);
  });

  it("wakes nobody before their time when the host's time is set back", async () => {
    const world = new World();
    world.add("task", 10);
    world.clock.jump(-50);
    await world.clock.advance(59);
    expect(world.woken).toEqual([]);
    await world.clock.advance(1);
    expect(world.woken).toEqual(["task 10"]);
  });

  it("goes on with the others after one that throws", async () => {
    const world = new World();
    world.wakeUps.add(world.at(10), {
      wake: () => {
        throw new Error("broken");
      },
    });
    world.add("other", 10);
    expect(() => world.clock.advanceSync(10)).toThrow("broken");
    world.clock.advanceSync(10);
    expect(world.woken).toEqual(["other 10"]);
  });

  it("wakes of any wishes those that nobody took back, in order", async () => {
    const wishes = fc.array(fc.record({ afterMs: fc.nat(50), isCancelled: fc.boolean() }), { maxLength: 300 });
    await fc.assert(
      fc.asyncProperty(wishes, async (all) => {
        const world = new World();
        const made = all.map(({ afterMs }, index) => world.add(`${index}`, afterMs));
        all.forEach(({ isCancelled }, index) => {
          if (isCancelled) world.wakeUps.cancel(made[index] as WakeUp);
        });
        await world.clock.advance(100);
        const left = all.map((wish, index) => ({ ...wish, index })).filter(({ isCancelled }) => !isCancelled);
        const expected = left
          .toSorted((a, b) => a.afterMs - b.afterMs)
          .map(({ afterMs, index }) => `${index} ${afterMs}`);
        expect(world.woken).toEqual(expected);
        expect(world.clock.pending).toBe(0);
      }),
      { numRuns: 50 },
    );
  });
});
