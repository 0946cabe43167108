/** A short run of the simulator in the unit tests; `npm run sim` is the long one. */
import { describe, expect, it } from "vitest";
import { drawPlan } from "../../src/testing/arbitraries/index.ts";
import { minimise } from "../../src/testing/simulator/minimise.ts";
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

  it("runs the same way each time, event by event", async () => {
    for (const profile of PROFILES) {
      const [first, second] = [await traced(profile), await traced(profile)];
      expect(second.trace, profile).toEqual(first.trace);
      expect(second).toEqual(first);
    }
  }, 60_000);

  it("does as many things from outside as it is told", () => {
    const { tasks, operations } = drawPlan(3, "rough", 60);
    expect(tasks).toHaveLength(20);
    expect(operations.length).toBeGreaterThanOrEqual(40);
  });
});

describe("minimise()", () => {
  it("leaves a plan alone that does not fail", async () => {
    const plan = drawPlan(4, "calm");
    expect(await minimise(plan, "something else")).toBe(plan);
  }, 60_000);
});

function traced(profile: (typeof PROFILES)[number]) {
  return simulate(drawPlan(12, profile), { trace: true });
}
