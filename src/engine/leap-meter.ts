/** How far the host's time was set while the engine ran, beside the clock that only goes forward. */
import type { Clock } from "../ports/clock.ts";

/** The host's time is slewed all along, by less than this; nobody waits so exactly. */
const NO_LEAP_MS = 1_000;

export class LeapMeter {
  readonly #clock: Clock;
  readonly #aheadMs: number;
  #leapMs = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#aheadMs = clock.now() - clock.elapsedMs;
  }

  /** In all, in whole milliseconds; negative when it was set back. */
  get leapMs(): number {
    const leapMs = this.#clock.now() - this.#clock.elapsedMs - this.#aheadMs;
    if (Math.abs(leapMs - this.#leapMs) > NO_LEAP_MS) this.#leapMs = Math.round(leapMs);
    return this.#leapMs;
  }
}
