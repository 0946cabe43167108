/** What a container's process does, drawn. */
import fc from "fast-check";
import type { Behaviour, HealthBehaviour } from "../simulator/plan.ts";

const afterMsArbitrary = fc.constantFrom(0, 50, 1_000, 20_000, 70_000, 150_000);

export const behaviourArbitrary: fc.Arbitrary<Behaviour> = fc.oneof(
  { weight: 6, arbitrary: fc.constant<Behaviour>({ type: "runsForever" }) },
  {
    weight: 4,
    arbitrary: fc.record({
      type: fc.constant("exits" as const),
      exitCode: fc.constant(0),
      afterMs: afterMsArbitrary,
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      type: fc.constant("exits" as const),
      exitCode: fc.constantFrom(1, 3, 137),
      afterMs: afterMsArbitrary,
    }),
  },
  { weight: 2, arbitrary: fc.constant<Behaviour>({ type: "ignoresSigterm" }) },
  {
    weight: 4,
    arbitrary: fc.record({
      type: fc.constant("handlesSigterm" as const),
      afterMs: fc.constantFrom(0, 100, 3_000),
      exitCode: fc.constantFrom(0, 0, 143),
    }),
  },
  { weight: 1, arbitrary: fc.record({ type: fc.constant("oomKilled" as const), afterMs: afterMsArbitrary }) },
  { weight: 1, arbitrary: fc.constant<Behaviour>({ type: "commandNotFound" }) },
);

export const healthBehaviourArbitrary: fc.Arbitrary<HealthBehaviour> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ healthyAfter: fc.integer({ min: 1, max: 4 }) }) },
  { weight: 1, arbitrary: fc.constant("never" as const) },
  { weight: 1, arbitrary: fc.record({ unhealthyAfter: fc.integer({ min: 1, max: 3 }) }) },
);
