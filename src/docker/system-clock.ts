import type { EpochMs } from "../core/brand.ts";
import { asEpochMs } from "../core/brand.ts";
import type { Clock } from "../ports/clock.ts";

/** Longest delay that a timer of Node takes; longer ones would fire at once. */
const MAX_TIMER_MS = 2_147_483_647;

/** The wall clock, for clients that are given none. */
export const systemClock: Clock = {
  now: () => asEpochMs(Date.now()),
  schedule(at: EpochMs, wake: () => void): () => void {
    const leftMs = at - Date.now();
    if (leftMs <= 0) {
      // A timer would wait a millisecond more.
      const turn = setImmediate(wake);
      return () => clearImmediate(turn);
    }
    if (leftMs > MAX_TIMER_MS) return inParts(at, wake);
    const timer = setTimeout(wake, leftMs);
    return () => clearTimeout(timer);
  },
};

function inParts(at: EpochMs, wake: () => void): () => void {
  let cancel = () => {};
  const timer = setTimeout(() => {
    cancel = systemClock.schedule(at, wake);
  }, MAX_TIMER_MS);
  return () => {
    clearTimeout(timer);
    cancel();
  };
}
