/** Time as the engine sees it. Production reads the wall clock; the simulator turns it by hand. */
import type { EpochMs } from "../core/brand.ts";

/** Time, and being woken. `systemClock` is the machine's, `SimulatedClock` of `berth/testing` is turned by hand. */
export interface Clock {
  now(): EpochMs;
  /** Calls `wake` once at or after `at`, unless cancelled by calling what it returns. An instant in the past means soon. */
  schedule(at: EpochMs, wake: () => void): () => void;
}
