/**
 * When tasks want to be woken: one timer of the clock for all of them. Of the tasks that an engine has, most have stopped
 * and wait for their clean-up, and a timer of Node with what it calls takes a tenth of what such a task does.
 *
 * INVARIANTS
 * - Nobody is woken before their time, or twice for one wish.
 * - The clock is asked for the earliest time that somebody waits for, and for nothing when nobody waits.
 */
import { asEpochMs, type EpochMs } from "../core/brand.ts";
import { type Timer, TimerQueue } from "../core/timer-queue.ts";
import type { Clock } from "../ports/clock.ts";

/** Who is woken. May ask for the next time when it is. */
export interface Sleeper {
  wake(): void;
}

/** A wish to be woken; `dueMs` is the epoch time that was asked for. */
export type WakeUp = Timer<Sleeper>;

export class WakeUps {
  readonly #clock: Clock;
  readonly #queue = new TimerQueue<Sleeper>();
  /** Whose time has come, until they are woken. */
  readonly #due = new Set<WakeUp>();
  #nextOrder = 0;
  #isWaking = false;
  #armed: { readonly atMs: number; readonly cancel: () => void } | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Wakes `sleeper` once at or after `at`; those of the same time in the order in which they asked. */
  add(at: EpochMs, sleeper: Sleeper): WakeUp {
    const wakeUp = this.#queue.add(at, this.#nextOrder++, sleeper);
    this.#arm();
    return wakeUp;
  }

  /** One that has been woken, or cancelled, is none any more. */
  cancel(wakeUp: WakeUp): void {
    if (this.#due.delete(wakeUp)) return;
    this.#queue.cancel(wakeUp);
    this.#arm();
  }

  #arm(): void {
    if (this.#isWaking) return;
    const atMs = this.#due.size > 0 ? this.#clock.now() : this.#queue.peek()?.dueMs;
    if (atMs === this.#armed?.atMs) return;
    this.#armed?.cancel();
    this.#armed =
      atMs === undefined ? undefined : { atMs, cancel: this.#clock.schedule(asEpochMs(atMs), () => this.#wakeDue()) };
  }

  /** Who asks anew when woken has its turn after all who are due, and after the rest of the program. */
  #wakeDue(): void {
    this.#armed = undefined;
    this.#takeDue();
    this.#isWaking = true;
    try {
      for (const wakeUp of this.#due) {
        this.#due.delete(wakeUp);
        wakeUp.owner.wake();
      }
    } finally {
      // After one that threw the others are still due.
      this.#isWaking = false;
      this.#arm();
    }
  }

  #takeDue(): void {
    const now = this.#clock.now();
    for (let first = this.#queue.peek(); first !== undefined && first.dueMs <= now; first = this.#queue.peek()) {
      this.#queue.take();
      this.#due.add(first);
    }
  }
}
