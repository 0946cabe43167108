/**
 * Waits that are long: one timer of Node for all of them, which looks at the host's time once a minute.
 *
 * Most tasks that an engine has are stopped and wait hours for their clean-up. A timer of Node for each costs an eighth of
 * a task's life when there are 100,000 of them (docs/performance.md). And timers of Node stand still while a laptop sleeps,
 * which the host's time does not: what came due meanwhile would be late by the whole sleep.
 *
 * INVARIANTS
 * - Nobody is woken before their time, or twice.
 * - While somebody waits, the next look is at most {@link LONG_MS} away; while nobody does, there is none that would keep
 *   the process running.
 */
import type { EpochMs } from "../core/brand.ts";
import { TimerQueue } from "../core/timer-queue.ts";

/** Waits from here on are long. Nobody who comes is due before the next look, so that coming never moves it. */
export const LONG_MS = 60_000;

export class LongWaits {
  readonly #queue = new TimerQueue<() => void>();
  #nextOrder = 0;
  #nextLook: NodeJS.Timeout | undefined;

  /** @param at at least {@link LONG_MS} from now */
  add(at: EpochMs, wake: () => void): () => void {
    const wait = this.#queue.add(at, this.#nextOrder++, wake);
    this.#nextLook ??= setTimeout(() => this.#look(), LONG_MS);
    return () => {
      this.#queue.cancel(wait);
      if (this.#queue.size === 0) this.#stopLooking();
    };
  }

  #look(): void {
    this.#nextLook = undefined;
    try {
      this.#wakeDue();
    } finally {
      // One that throws is heard of by the process; the others still wait.
      this.#lookAgain();
    }
  }

  #wakeDue(): void {
    const nowMs = Date.now();
    for (let first = this.#queue.peek(); first !== undefined && first.dueMs <= nowMs; first = this.#queue.peek()) {
      this.#queue.take();
      first.owner();
    }
  }

  #lookAgain(): void {
    this.#stopLooking();
    const first = this.#queue.peek();
    if (first === undefined) return;
    const leftMs = Math.max(0, first.dueMs - Date.now());
    this.#nextLook = setTimeout(() => this.#look(), Math.min(leftMs, LONG_MS));
  }

  #stopLooking(): void {
    clearTimeout(this.#nextLook);
    this.#nextLook = undefined;
  }
}
