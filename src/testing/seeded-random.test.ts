import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { SeededRandom } from "./seeded-random.ts";

const draws = (random: SeededRandom, count: number) => Array.from({ length: count }, () => random.next());

describe("SeededRandom", () => {
  it("gives the same draws for the same seed, and others for another", () => {
    expect(draws(new SeededRandom(7), 50)).toEqual(draws(new SeededRandom("7"), 50));
    expect(draws(new SeededRandom(7), 5)).not.toEqual(draws(new SeededRandom(8), 5));
  });

  it("next() fills [0, 1) evenly", () => {
    const buckets = Array.from({ length: 10 }, () => 0);
    for (const value of draws(new SeededRandom("even"), 100_000)) {
      buckets[Math.floor(value * 10)] = (buckets[Math.floor(value * 10)] ?? 0) + 1;
    }
    expect(buckets).toHaveLength(10);
    for (const count of buckets) expect(Math.abs(count - 10_000)).toBeLessThan(500);
  });

  it("int() keeps both ends", () => {
    fc.assert(
      fc.property(fc.integer(), fc.integer({ min: -1_000, max: 1_000 }), fc.nat(1_000), (seed, min, span) => {
        const value = new SeededRandom(seed).int(min, min + span);
        expect(value >= min && value <= min + span && Number.isInteger(value)).toBe(true);
      }),
    );
    const random = new SeededRandom(1);
    expect(new Set(Array.from({ length: 200 }, () => random.int(1, 3)))).toEqual(new Set([1, 2, 3]));
  });

  it("hex() has as many digits as asked for", () => {
    fc.assert(
      fc.property(fc.integer(), fc.nat(100), (seed, digits) => {
        expect(new SeededRandom(seed).hex(digits)).toMatch(new RegExp(`^[0-9a-f]{${digits}}$`));
      }),
    );
  });

  it("uuid() is of version 4", () => {
    const random = new SeededRandom(3);
    const ids = Array.from({ length: 1_000 }, () => random.uuid());
    for (const id of ids) expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(new Set(ids).size).toBe(1_000);
  });

  it("pick() takes from the list, and refuses an empty one", () => {
    const random = new SeededRandom(5);
    expect(new Set(Array.from({ length: 100 }, () => random.pick(["a", "b"])))).toEqual(new Set(["a", "b"]));
    expect(() => random.pick([])).toThrow(RangeError);
  });

  it("chance() draws nothing for 0 and 1", () => {
    const random = new SeededRandom(5);
    expect([random.chance(0), random.chance(1)]).toEqual([false, true]);
    expect(random.next()).toBe(new SeededRandom(5).next());
  });

  it("shuffle() keeps the items", () => {
    fc.assert(
      fc.property(fc.integer(), fc.array(fc.nat()), (seed, items) => {
        expect(new SeededRandom(seed).shuffle(items).sort()).toEqual([...items].sort());
      }),
    );
  });

  it("fork() gives a generator that does not depend on earlier draws", () => {
    const used = new SeededRandom(9);
    draws(used, 10);
    expect(draws(used.fork("ids"), 5)).toEqual(draws(new SeededRandom(9).fork("ids"), 5));
    expect(draws(used.fork("ids"), 5)).not.toEqual(draws(used.fork("faults"), 5));
  });
});
