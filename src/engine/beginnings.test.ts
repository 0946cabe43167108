import { describe, expect, it } from "vitest";
import { SimulatedClock } from "../testing/simulated-clock.ts";
import { Beginnings } from "./beginnings.ts";

function begin(count: number) {
  const clock = new SimulatedClock();
  const beginnings = new Beginnings(clock);
  const begun: number[] = [];
  for (let number = 0; number < count; number++) beginnings.add(() => begun.push(number));
  return { clock, beginnings, begun };
}

describe("beginnings of tasks", () => {
  it("are at once for a few", () => {
    expect(begin(32).begun).toHaveLength(32);
  });

  it("let the rest of the program have a turn after each portion, and keep their order", async () => {
    const { clock, begun } = begin(100);
    const afterEachTurn = [begun.length];
    for (let turn = 0; turn < 3; turn++) {
      const before = begun.length;
      await clock.runUntil(() => begun.length > before);
      afterEachTurn.push(begun.length);
    }
    expect(afterEachTurn).toEqual([32, 64, 96, 100]);
    expect(begun).toEqual(Array.from({ length: 100 }, (_, number) => number));
  });

  it("do not let a later one overtake those that wait", async () => {
    const { clock, beginnings, begun } = begin(40);
    beginnings.add(() => begun.push(40));
    await clock.advance(0);
    expect(begun).toEqual(Array.from({ length: 41 }, (_, number) => number));
  });

  it("take no time", async () => {
    const { clock, begun } = begin(1_000);
    await clock.advance(0);
    expect(begun).toHaveLength(1_000);
  });
});
