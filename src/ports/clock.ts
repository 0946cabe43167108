/** Time as the engine sees it. Production reads the wall clock; the simulator turns it by hand. */
import type { EpochMs } from "../core/brand.ts";

/** Time, and being woken. `systemClock` is the machine's, `SimulatedClock` of `berth/testing` is turned by hand. */
export interface Clock {
  /** The host's time, for telling. It may be set, forward and back: what has passed between two of its times is not known. */
  now(): EpochMs;
  /** Milliseconds since some moment of the past, whatever the host's time does: for all that waits or measures. */
  readonly elapsedMs: number;
  /**
   * Calls `wake` once, as much later as `at` is from now, unless cancelled by calling what it returns: if the host's time
   * is set meanwhile, that changes nothing. An instant in the past means soon.
   */
  schedule(at: EpochMs, wake: () => void): () => void;
}
