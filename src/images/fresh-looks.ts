/**
 * Looks at local images, shared by those who want the same one at the same time: a hundred tasks of one image need two, not two
 * hundred. Nobody gets an answer to a question that was put before their own: who comes while a look is under way shares
 * the next one.
 */
import { asEpochMs } from "../core/brand.ts";
import type { Clock } from "../ports/clock.ts";
import type { ImageInspection } from "../ports/docker-client.ts";

/** So long a look waits for the one before it. One that hangs is overtaken then. */
const MAX_WAIT_MS = 1_000;

type Look = Promise<ImageInspection | undefined>;
/** Asked for its signal only when it looks for itself or the look fails: an AbortSignal may be made on use. */
type Passenger = { readonly signal: AbortSignal };

/** All looks at one image. */
type Line = {
  /** Settles with the look that began last; never rejects. */
  underWay: Promise<unknown> | undefined;
  /** The look that has not begun yet: whoever comes now shares it. It ends with the signal of who came first. */
  boarding: { readonly look: Look; readonly first: Passenger } | undefined;
};

export class FreshLooks {
  readonly #clock: Clock;
  readonly #inspect: (reference: string, signal: AbortSignal) => Look;
  readonly #lines = new Map<string, Line>();

  constructor(clock: Clock, inspect: (reference: string, signal: AbortSignal) => Look) {
    this.#clock = clock;
    this.#inspect = inspect;
  }

  /**
   * Who does not want to know any more waits for the end of the look all the same: a listener for each costs more than a look.
   * @throws what the look throws, or the signal's reason
   */
  look(reference: string, passenger: Passenger): Look {
    const line = this.#lines.get(reference) ?? { underWay: undefined, boarding: undefined };
    const { boarding } = line;
    if (boarding !== undefined) {
      return boarding.look.catch((error) => this.#without(boarding.first, error, reference, passenger));
    }
    this.#lines.set(reference, line);
    const look = this.#next(reference, line, passenger);
    line.boarding = { look, first: passenger };
    return look;
  }

  /** When it was only given up by who came first, the others go on without that one. */
  #without(first: Passenger, error: unknown, reference: string, passenger: Passenger): Look {
    if (passenger.signal.aborted) throw passenger.signal.reason;
    if (!first.signal.aborted) throw error;
    return this.look(reference, passenger);
  }

  async #next(reference: string, line: Line, { signal }: Passenger): Look {
    // Those who come in the same turn share it, too.
    await (line.underWay === undefined ? undefined : this.#endOf(line.underWay));
    line.boarding = undefined;
    const look = signal.aborted ? Promise.reject(signal.reason) : this.#inspect(reference, signal);
    const end: Promise<void> = look.then(ignore, ignore).then(() => this.#forget(reference, line, end));
    line.underWay = end;
    return await look;
  }

  #forget(reference: string, line: Line, end: Promise<unknown>): void {
    if (line.underWay !== end) return;
    line.underWay = undefined;
    // Those who board wait for the end that has just come, and go on with this line.
    if (line.boarding === undefined) this.#lines.delete(reference);
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

function ignore(): void {}
