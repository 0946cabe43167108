import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Backoff, backoffMs } from "./backoff.ts";

const backoff: Backoff = { tries: 9, firstMs: 10_000, maxMs: 60_000, factor: 2, jitter: 0 };

describe("backoffMs()", () => {
  it("UT-2: doubles from 10 s up to a minute, and begins anew with the next first try", () => {
    const waits = [1, 2, 3, 4, 5, 1].map((attempt) => backoffMs(backoff, attempt, 0));
    expect(waits).toEqual([10_000, 20_000, 40_000, 60_000, 60_000, 10_000]);
  });

  it("UT-2: adds a jitter within its bounds, and UT-3 waits one time less than it tries", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 8 }), fc.double({ min: 0, max: 0.999, noNaN: true }), (attempt, chance) => {
        const plain = backoffMs(backoff, attempt, chance) ?? 0;
        const spread = backoffMs({ ...backoff, jitter: 0.2 }, attempt, chance) ?? 0;
        expect(spread).toBeGreaterThanOrEqual(plain);
        expect(spread).toBeLessThanOrEqual(plain * 1.2);
      }),
    );
    expect(backoffMs(backoff, backoff.tries, 0)).toBeUndefined();
  });
});
