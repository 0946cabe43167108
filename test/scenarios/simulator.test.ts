import { describe, expect, it } from "vitest";
import { drawPlan } from "../../src/testing/simulator/plan.ts";
import { PROFILES } from "../../src/testing/simulator/profiles.ts";
import { simulate } from "../../src/testing/simulator/simulate.ts";

describe("simulate()", () => {
  for (const profile of PROFILES) {
    it(`${profile}: seeds 1 to 40 break no invariant`, async () => {
      for (let seed = 1; seed <= 40; seed += 1) {
        const result = await simulate(drawPlan(seed, profile));
        expect(result.violation, `profile ${profile}, seed ${seed}`).toBeUndefined();
      }
    }, 120_000);
  }
});
