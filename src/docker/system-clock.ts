import type { EpochMs } from "../core/brand.ts";
import { asEpochMs } from "../core/brand.ts";
import type { Clock } from "../ports/clock.ts";

/** Longest delay that a timer of Node takes; longer ones would fire at once. */
const MAX_TIMER_MS = 2_147_483_647;

/** The wall clock, for clients that are given none. */
export const systemClock: Clock = {
  now: () => asEpochMs(Date.now()),
  schedule(at: EpochMs, wake: () => void): () => void {
    if (at <= Date.now()) {
      // A timer would wait a millisecond more.
      const turn = setImmediate(wake);
      return () => clearImmediate(turn);
    }
    let timer: NodeJS.Timeout;
    const arm = () => {
      const leftMs = Math.max(0, at - Date.now());
      timer = leftMs > MAX_TIMER_MS ? setTimeout(arm, MAX_TIMER_MS) : setTimeout(wake, leftMs);
    };
    arm();
    return () => clearTimeout(timer);
  },
};
