import type { EpochMs } from "../core/brand.ts";
import { asEpochMs } from "../core/brand.ts";
import type { Clock } from "../ports/clock.ts";
import { LONG_MS, LongWaits } from "./long-waits.ts";

const longWaits = new LongWaits();

/**
 * The wall clock, for clients that are given none. Who waits for a minute and more goes by the host's time: after it leapt
 * ahead, as when a laptop slept, they are woken within a minute if their time has come. Shorter waits take as long as they
 * were meant to, whatever the host's time does.
 */
export const systemClock: Clock = {
  now: () => asEpochMs(Date.now()),
  schedule(at: EpochMs, wake: () => void): () => void {
    const leftMs = at - Date.now();
    if (leftMs >= LONG_MS) return longWaits.add(at, wake);
    if (leftMs > 0) {
      const timer = setTimeout(wake, leftMs);
      return () => clearTimeout(timer);
    }
    // A timer would wait a millisecond more.
    const turn = setImmediate(wake);
    return () => clearImmediate(turn);
  },
};
