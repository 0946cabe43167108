import { describe, expect, it } from "vitest";
import { DEFAULT_MACHINE_CONFIG } from "../core/machine/config.ts";
import { SeededRandom } from "../testing/seeded-random.ts";
import { configOfSteps } from "./config-of-steps.ts";

describe("configOfSteps()", () => {
  it("CLN-5: draws a jitter for each step, uniform in [0, longest]", () => {
    const next = configOfSteps({ ...DEFAULT_MACHINE_CONFIG, cleanupJitterMs: 9 }, new SeededRandom(7));
    const counts = new Map<number, number>();
    for (let step = 0; step < 10_000; step++) {
      const { cleanupJitterMs } = next();
      counts.set(cleanupJitterMs, (counts.get(cleanupJitterMs) ?? 0) + 1);
    }
    expect([...counts.keys()].sort()).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    for (const count of counts.values()) expect(Math.abs(count - 1_000)).toBeLessThan(150);
  });

  it("draws nothing where there is no jitter", () => {
    const random = { next: () => expect.fail("nothing is to be drawn"), hex: () => "", uuid: () => "" };
    expect(configOfSteps(DEFAULT_MACHINE_CONFIG, random)()).toBe(DEFAULT_MACHINE_CONFIG);
  });
});
