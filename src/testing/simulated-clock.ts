/** Time that stands still until it is told to move. */
import { setImmediate } from "node:timers";
import { asEpochMs, type EpochMs } from "../core/brand.ts";
import { TimerQueue } from "../core/timer-queue.ts";
import type { Clock } from "../ports/clock.ts";
import type { SeededRandom } from "./seeded-random.ts";

export type SimulatedClockOptions = {
  /** First instant; 2026-01-01T00:00:00Z unless told otherwise. */
  readonly startAt?: number;
  /** Given one, timers that are due at the same instant fire in a drawn order instead of the order they were set in. */
  readonly random?: SeededRandom;
};

/** A day of virtual time: what waits longer is taken for stuck. */
const DEFAULT_LIMIT_MS = 86_400_000;

/**
 * A clock turned by hand. Between two timers it lets all promise callbacks run, so code that only waits for promises
 * and for this clock runs the same way every time; real input and output (a store on disk, a socket) is brought in
 * with {@link hold}.
 */
export class SimulatedClock implements Clock {
  readonly #timers = new TimerQueue<() => void>();
  readonly #random: SeededRandom | undefined;
  readonly #held = new Set<Promise<unknown>>();
  #nextOrder = 0;
  #runsByItself = false;
  #isRunning = false;
  /** Steady time since the start; never goes back. */
  #elapsedMs = 0;
  /** Wall-clock time at steady time zero; {@link jump} moves it. */
  #epochMs: number;

  constructor(options: SimulatedClockOptions = {}) {
    this.#epochMs = options.startAt ?? Date.UTC(2026, 0, 1);
    this.#random = options.random;
  }

  now(): EpochMs {
    return asEpochMs(this.#epochMs + this.#elapsedMs);
  }

  /** Milliseconds that have passed since the clock was made, whatever jumps there were. */
  get elapsedMs(): number {
    return this.#elapsedMs;
  }

  /** Timers that are set. */
  get pending(): number {
    return this.#timers.size;
  }

  /** When the next timer is due, if any is set. */
  get nextAt(): EpochMs | undefined {
    const next = this.#timers.peek();
    return next === undefined ? undefined : asEpochMs(this.#epochMs + next.dueMs);
  }

  schedule(at: EpochMs, wake: () => void): () => void {
    const dueMs = Math.max(this.#elapsedMs, at - this.#epochMs);
    const timer = this.#timers.add(dueMs, this.#random?.next() ?? this.#nextOrder++, wake);
    this.#keepRunning();
    return () => this.#timers.cancel(timer);
  }

  /** Resolves this much later, in simulated time. */
  sleep(ms: number): Promise<void> {
    return new Promise((resolve) => {
      this.schedule(asEpochMs(this.now() + ms), resolve);
    });
  }

  /** Moves time on, firing what is due on the way and letting promises settle after each. */
  async advance(ms: number): Promise<void> {
    await this.#advanceUntil(this.#elapsedMs + ms);
  }

  /** As {@link advance}, up to an instant; one in the past only settles promises. */
  async advanceTo(at: EpochMs): Promise<void> {
    await this.#advanceUntil(at - this.#epochMs);
  }

  /** As {@link advance} for code without promises: fires what is due, one after the other, and returns. */
  advanceSync(ms: number): void {
    const untilMs = this.#elapsedMs + ms;
    while (this.#fireNext(untilMs));
    this.#elapsedMs = untilMs;
  }

  /**
   * Moves from timer to timer until the condition holds.
   * @throws {Error} when nothing is scheduled any more, or the limit (a day) has passed, and it still does not hold
   */
  async runUntil(condition: () => boolean, limitMs: number = DEFAULT_LIMIT_MS): Promise<void> {
    const untilMs = this.#elapsedMs + limitMs;
    await this.settle();
    while (!condition()) {
      if (!this.#fireNext(untilMs)) {
        const why = this.pending === 0 ? "nothing is scheduled" : `${limitMs} ms have passed`;
        throw new Error(`Cannot reach the condition: ${why}`);
      }
      await this.settle();
    }
  }

  /** Waits for a promise while moving from timer to timer. @throws as {@link runUntil}, and what the promise rejects with */
  async resolve<T>(promise: Promise<T>, limitMs: number = DEFAULT_LIMIT_MS): Promise<T> {
    let settled = false;
    const settle = (): void => {
      settled = true;
    };
    promise.then(settle, settle);
    await this.runUntil(() => settled, limitMs);
    return promise;
  }

  /**
   * Moves from timer to timer until none is left.
   * @throws {Error} when timers are still being set after the limit (a day)
   */
  async runUntilIdle(limitMs: number = DEFAULT_LIMIT_MS): Promise<void> {
    await this.runUntil(() => this.pending === 0, limitMs);
  }

  /** Lets every promise callback run that can run without time moving, and waits for what is on {@link hold}. */
  async settle(): Promise<void> {
    // The microtask queue is drained before the event loop goes round, however long the chains in it are.
    await turnOfTheLoop();
    while (this.#held.size > 0) {
      await Promise.allSettled(this.#held);
      await turnOfTheLoop();
    }
  }

  /** Time does not move until this real piece of work is done. Use it for what waits for a disk or a socket. */
  hold<T>(work: Promise<T>): Promise<T> {
    this.#held.add(work);
    const release = (): void => {
      this.#held.delete(work);
    };
    work.then(release, release);
    return work;
  }

  /** The wall clock leaps (negative: back), as when the host's time is set. Timers keep their distance. */
  jump(ms: number): void {
    this.#epochMs += ms;
  }

  /**
   * From now on time passes by itself, as fast as the program allows: whenever all promises have settled, it leaps to
   * the next timer. For code that waits for simulated calls without turning the clock. @returns what stops it
   */
  runByItself(): () => void {
    this.#runsByItself = true;
    this.#keepRunning();
    return () => {
      this.#runsByItself = false;
    };
  }

  #keepRunning(): void {
    if (!this.#runsByItself || this.#isRunning) return;
    this.#isRunning = true;
    void this.#run();
  }

  async #run(): Promise<void> {
    try {
      await this.settle();
      while (this.#runsByItself && this.#fireNext(Number.POSITIVE_INFINITY)) await this.settle();
    } finally {
      this.#isRunning = false;
    }
  }

  async #advanceUntil(untilMs: number): Promise<void> {
    await this.settle();
    while (this.#fireNext(untilMs)) await this.settle();
    this.#elapsedMs = Math.max(this.#elapsedMs, untilMs);
  }

  #fireNext(untilMs: number): boolean {
    const next = this.#timers.peek();
    if (next === undefined || next.dueMs > untilMs) return false;
    this.#elapsedMs = Math.max(this.#elapsedMs, next.dueMs);
    this.#timers.take()?.owner();
    return true;
  }
}

function turnOfTheLoop(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
