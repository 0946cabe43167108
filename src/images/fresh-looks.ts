/**
 * Looks at local images, shared by those who want the same one at the same time: a hundred tasks of one image need two, not two
 * hundred. Nobody gets an answer to a question that was put before their own: who comes while a look is under way shares
 * the next one.
 */
import { asEpochMs } from "../core/brand.ts";
import type { Clock } from "../ports/clock.ts";
import type { ImageInspection } from "../ports/docker-client.ts";
import { SharedFlights } from "./shared-flights.ts";

/** So long a look waits for the one before it. One that hangs is overtaken then. */
const MAX_WAIT_MS = 1_000;

type Look = Promise<ImageInspection | undefined>;

/** All looks at one image. */
type Line = {
  /** Number of the look that has not begun yet: whoever comes now shares it. Another one for each look there ever was. */
  boarding: number;
  /** Settles with the look that began last; never rejects. */
  underWay: Promise<unknown> | undefined;
};

export class FreshLooks {
  readonly #clock: Clock;
  readonly #inspect: (reference: string, signal: AbortSignal) => Look;
  readonly #flights = new SharedFlights<ImageInspection | undefined, never>(() => "");
  readonly #lines = new Map<string, Line>();
  #numbers = 0;

  constructor(clock: Clock, inspect: (reference: string, signal: AbortSignal) => Look) {
    this.#clock = clock;
    this.#inspect = inspect;
  }

  /** @throws what the look throws, or the signal's reason */
  look(reference: string, signal: AbortSignal): Look {
    const line = this.#lines.get(reference) ?? { boarding: this.#number(), underWay: undefined };
    this.#lines.set(reference, line);
    return this.#flights.join(keyOf(line), { signal }, (own) => this.#next(reference, line, own));
  }

  async #next(reference: string, line: Line, signal: AbortSignal): Look {
    if (line.underWay !== undefined) await this.#endOf(line.underWay);
    signal.throwIfAborted();
    line.boarding = this.#number();
    const look = this.#inspect(reference, signal);
    const end = look.then(ignore, ignore).then(() => {
      if (line.underWay === end) this.#forget(reference, line);
    });
    line.underWay = end;
    return await look;
  }

  #forget(reference: string, line: Line): void {
    line.underWay = undefined;
    // Those who board wait for the end that has just come, and go on with this line.
    if (this.#flights.has(keyOf(line))) return;
    this.#lines.delete(reference);
  }

  #number(): number {
    this.#numbers += 1;
    return this.#numbers;
  }

  #endOf(look: Promise<unknown>): Promise<void> {
    return new Promise((resolve) => {
      const cancel = this.#clock.schedule(asEpochMs(this.#clock.now() + MAX_WAIT_MS), resolve);
      void look.then(() => {
        cancel();
        resolve();
      });
    });
  }
}

function keyOf({ boarding }: Line): string {
  return String(boarding);
}

function ignore(): void {}
