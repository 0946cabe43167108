/** The wall clock as a port, for a simulated daemon that other programs talk to. */
import { asEpochMs } from "../core/brand.ts";
import type { Clock } from "../ports/clock.ts";

/** Longer waits overflow the platform's timers and would fire at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** @param speed how many times faster than the world's its time passes; whoever compares times must share the clock */
export function realTimeClock({ speed = 1 }: { readonly speed?: number } = {}): Clock {
  const startedAt = Date.now();
  const begunMs = performance.now();
  const elapsedMs = (): number => (performance.now() - begunMs) * speed;
  const now = (): number => Math.floor(startedAt + (Date.now() - startedAt) * speed);
  return {
    now: () => asEpochMs(now()),
    get elapsedMs() {
      return elapsedMs();
    },
    schedule(at, wake) {
      let timer: NodeJS.Timeout;
      const arm = (): void => {
        const leftMs = Math.max(0, (at - now()) / speed);
        timer = leftMs > LONGEST_TIMER_MS ? setTimeout(arm, LONGEST_TIMER_MS) : setTimeout(wake, leftMs);
      };
      arm();
      return () => clearTimeout(timer);
    },
  };
}
