/**
 * New tasks begin a portion at a time. Of a thousand that are added at once each would take its first steps before any
 * takes its next, and before anything else that has come in meanwhile: what Docker tells, and saves of tasks that run.
 * A task that goes on soon also leaves less behind that has to be kept in between.
 */
import type { Clock } from "../ports/clock.ts";

/** Few enough that their first steps take a few milliseconds together. */
const PORTION = 32;

export class Beginnings {
  readonly #clock: Clock;
  readonly #waiting: (() => void)[] = [];
  /** Places left until the rest of the program has had its turn. */
  #room = PORTION;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Calls `start` at once, or in its turn when a portion has just begun. */
  add(start: () => void): void {
    if (this.#room === 0) {
      this.#waiting.push(start);
      return;
    }
    this.#room -= 1;
    if (this.#room === 0) this.#clock.schedule(this.#clock.now(), () => this.#goOn());
    start();
  }

  #goOn(): void {
    this.#room = PORTION;
    for (const start of this.#waiting.splice(0, PORTION)) this.add(start);
  }
}
