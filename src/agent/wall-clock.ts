/** The machine's own clock and timers. */
import { asEpochMs, type EpochMs } from "../core/brand.ts";
import type { Clock } from "../ports/clock.ts";

/** Node's timers hold at most this much; longer waits are made of several. */
const TIMER_MAX_MS = 2 ** 31 - 1;

export const wallClock: Clock = {
  now: () => asEpochMs(Date.now()),
  schedule: (at, wake) => scheduleTimer(at, wake),
};

function scheduleTimer(at: EpochMs, wake: () => void): () => void {
  let timer: NodeJS.Timeout;
  const arm = () => {
    const left = at - Date.now();
    timer = left > TIMER_MAX_MS ? setTimeout(arm, TIMER_MAX_MS) : setTimeout(wake, Math.max(0, left));
  };
  arm();
  return () => clearTimeout(timer);
}
