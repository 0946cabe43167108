import type { EpochMs } from "../core/brand.ts";
import { asEpochMs } from "../core/brand.ts";
import type { Clock } from "../ports/clock.ts";
import { LONG_MS, LongWaits } from "./long-waits.ts";

const longWaits = new LongWaits();

/**
 * The host's time, for clients that are given none. Waits take as long as they were meant to, whatever the host's time does
 * meanwhile. Who waits for a minute and more is woken within a minute of the end of the host's sleep, if their time has come.
 */
export const systemClock: Clock = {
  now: () => asEpochMs(Date.now()),
  get elapsedMs() {
    return performance.now();
  },
  schedule(at: EpochMs, wake: () => void): () => void {
    const leftMs = at - Date.now();
    if (leftMs >= LONG_MS) return longWaits.add(leftMs, wake);
    if (leftMs > 0) {
      const timer = setTimeout(wake, leftMs);
      return () => clearTimeout(timer);
    }
    // A timer would wait a millisecond more.
    const turn = setImmediate(wake);
    return () => clearImmediate(turn);
  },
};
