/**
 * Waits that are long: one timer of Node for all of them, which looks once a minute whose time has come.
 *
 * Most tasks that an engine has are stopped and wait hours for their clean-up. A timer of Node for each costs an eighth of
 * a task's life when there are 100,000 of them (docs/performance.md). They are measured on the monotonic clock, for the host's
 * time may be set while they last; and timers of Node stand still while a laptop sleeps: what came due meanwhile would be
 * late by the whole sleep.
 *
 * INVARIANTS
 * - Nobody is woken before their time, or twice.
 * - While somebody waits, the next look is at most {@link LONG_MS} away; while nobody does, there is none that would keep
 *   the process running.
 */
import { uptime } from "node:os";
import { TimerQueue } from "../core/timer-queue.ts";

/** Waits from here on are long. Nobody who comes is due before the next look, so that coming never moves it. */
export const LONG_MS = 60_000;

/** Milliseconds since the host was started, its sleep included; Node's own monotonic clock leaves it out. */
const hostUptimeMs = () => uptime() * 1_000;

export class LongWaits {
  readonly #uptimeMs: () => number;
  /** When somebody began to wait, after nobody did. */
  #begun = { uptimeMs: 0, nodeMs: 0 };
  /** How long the host has slept since, as of the last look. */
  #sleptMs = 0;
  readonly #queue = new TimerQueue<() => void>();
  #nextOrder = 0;
  #nextLook: NodeJS.Timeout | undefined;

  constructor(uptimeMs: () => number = hostUptimeMs) {
    this.#uptimeMs = uptimeMs;
  }

  /** @param leftMs at least {@link LONG_MS} */
  add(leftMs: number, wake: () => void): () => void {
    if (this.#queue.size === 0) this.#begin();
    const wait = this.#queue.add(this.#nowMs() + leftMs, this.#nextOrder++, wake);
    this.#nextLook ??= setTimeout(() => this.#look(), LONG_MS);
    return () => {
      this.#queue.cancel(wait);
      if (this.#queue.size === 0) this.#stopLooking();
    };
  }

  #begin(): void {
    this.#begun = { uptimeMs: this.#uptimeMs(), nodeMs: performance.now() };
    this.#sleptMs = 0;
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
    const { uptimeMs, nodeMs } = this.#begun;
    this.#sleptMs = Math.max(this.#sleptMs, this.#uptimeMs() - uptimeMs - (performance.now() - nodeMs));
    const nowMs = this.#nowMs();
    for (let first = this.#queue.peek(); first !== undefined && first.dueMs <= nowMs; first = this.#queue.peek()) {
      this.#queue.take();
      first.owner();
    }
  }

  #lookAgain(): void {
    this.#stopLooking();
    const first = this.#queue.peek();
    if (first === undefined) return;
    const leftMs = Math.max(0, first.dueMs - this.#nowMs());
    this.#nextLook = setTimeout(() => this.#look(), Math.min(leftMs, LONG_MS));
  }

  /** In whole milliseconds, as timers are. */
  #nowMs(): number {
    return Math.floor(performance.now() + this.#sleptMs);
  }

  #stopLooking(): void {
    clearTimeout(this.#nextLook);
    this.#nextLook = undefined;
  }
}
