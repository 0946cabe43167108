import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { formatGoDuration } from "./duration.ts";

describe("formatGoDuration()", () => {
  it.each([
    [0, "0s"],
    [0.25, "250µs"],
    [1, "1ms"],
    [1.5, "1.5ms"],
    [999, "999ms"],
    [1000, "1s"],
    [1500, "1.5s"],
    [30_000, "30s"],
    [60_000, "1m0s"],
    [300_000, "5m0s"],
    [3_600_000, "1h0m0s"],
    [7_200_000, "2h0m0s"],
    [5_430_000, "1h30m30s"],
    [90_061_001, "25h1m1.001s"],
    [-1500, "-1.5s"],
  ])("writes %d ms as %s", (ms, text) => {
    expect(formatGoDuration(ms)).toBe(text);
  });

  it("loses nothing of whole milliseconds", () => {
    fc.assert(
      fc.property(fc.nat(400_000_000), (ms) => {
        expect(parse(formatGoDuration(ms))).toBeCloseTo(ms, 3);
      }),
    );
  });
});

const MS_PER_UNIT: Readonly<Record<string, number>> = { h: 3_600_000, m: 60_000, s: 1000, ms: 1 };

function parse(text: string): number {
  const parts = [...text.matchAll(/([\d.]+)(ms|h|m|s)/g)];
  return parts.reduce((sum, [, amount, unit]) => sum + Number(amount) * (MS_PER_UNIT[unit ?? ""] ?? Number.NaN), 0);
}
