/** Waits of `mustInit`: 200 ms to 2 s, factor 1.5, jitter up to 20 %. Source: engine-behaviour 2.5, EN-3. */
import type { Clock } from "../ports/clock.ts";
import type { Log } from "../ports/log.ts";
import type { Random } from "../ports/random.ts";
import { wait } from "./wait.ts";

const FIRST_MS = 200;
const MAX_MS = 2_000;
const FACTOR = 1.5;
const JITTER = 0.2;

export class MustInitBackoff {
  readonly #clock: Clock;
  readonly #random: Random;
  #delayMs = FIRST_MS;
  #logged = false;

  constructor(clock: Clock, random: Random) {
    this.#clock = clock;
    this.#random = random;
  }

  /** The first failure is news, the next hundred are not. */
  logOnce(log: Log, error: unknown): void {
    if (this.#logged) return;
    this.#logged = true;
    log.error("Cannot initialise engine: trying again", { error });
  }

  async wait(signal: AbortSignal | undefined): Promise<void> {
    const ms = this.#delayMs * (1 + this.#random.next() * JITTER);
    this.#delayMs = Math.min(MAX_MS, this.#delayMs * FACTOR);
    await wait(this.#clock, ms, signal);
  }
}
