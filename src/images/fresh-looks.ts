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

/** So many lines are kept while nobody stands in them: each task looks twice, and making a line takes as long as a look's share. */
const MOST_IDLE_LINES = 100;

const NEVER = 0;

type Look = Promise<ImageInspection | undefined>;
/** Asked for its signal only when it looks for itself or the look fails: an AbortSignal may be made on use. */
type Passenger = { readonly signal: AbortSignal };
/** A look and who came first, with whose signal it ends. */
type Ride = { readonly look: Look; readonly first: Passenger };

/** All looks at one image. */
type Line = {
  readonly reference: string;
  /** The look that began last, until it ends. */
  underWay: Ride | undefined;
  /** The look that has not begun yet: whoever comes now shares it. */
  boarding: Ride | undefined;
  /** Lets those who board begin; present while they wait for the look under way. */
  depart: (() => void) | undefined;
  /** When those who board wait no longer, on the clock that only goes forward. */
  waitsUntil: number;
  stopTimer: (() => void) | undefined;
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
    const line = this.#lines.get(reference) ?? this.#open(reference);
    const { boarding } = line;
    if (boarding !== undefined) {
      return boarding.look.catch((error) => this.#without(boarding.first, error, reference, passenger));
    }
    const look = this.#next(line, passenger);
    line.boarding = { look, first: passenger };
    return look;
  }

  /** When it was only given up by who came first, the others go on without that one. */
  #without(first: Passenger, error: unknown, reference: string, passenger: Passenger): Look {
    if (passenger.signal.aborted) throw passenger.signal.reason;
    if (!first.signal.aborted) throw error;
    return this.look(reference, passenger);
  }

  async #next(line: Line, first: Passenger): Look {
    // Those who come in the same turn share it, too.
    await (line.underWay === undefined ? undefined : this.#lookUnderWay(line));
    const ride = line.boarding;
    line.boarding = undefined;
    line.underWay = ride;
    try {
      const { signal } = first;
      if (signal.aborted) throw signal.reason;
      return await this.#inspect(line.reference, signal);
    } finally {
      // One that was overtaken is not the last one any more, and nobody waits for it.
      if (line.underWay === ride) this.#end(line);
    }
  }

  #end(line: Line): void {
    line.underWay = undefined;
    if (line.boarding !== undefined) letDepart(line);
    else this.#rest(line);
  }

  #rest(line: Line): void {
    line.stopTimer?.();
    line.stopTimer = undefined;
    if (this.#lines.size > MOST_IDLE_LINES) this.#lines.delete(line.reference);
  }

  /** Resolves with its end, or when it has been waited for too long. */
  #lookUnderWay(line: Line): Promise<void> {
    line.waitsUntil = this.#clock.elapsedMs + MAX_WAIT_MS;
    line.stopTimer ??= this.#startTimer(line);
    return new Promise((resolve) => {
      line.depart = resolve;
    });
  }

  /** One timer for all waits while looks follow one another: each is much shorter than the timer. */
  #startTimer(line: Line): () => void {
    const at = asEpochMs(this.#clock.now() + line.waitsUntil - this.#clock.elapsedMs);
    return this.#clock.schedule(at, () => {
      line.stopTimer = undefined;
      if (line.depart === undefined) return;
      if (this.#clock.elapsedMs >= line.waitsUntil) letDepart(line);
      else line.stopTimer = this.#startTimer(line);
    });
  }

  #open(reference: string): Line {
    const line: Line = {
      reference,
      underWay: undefined,
      boarding: undefined,
      depart: undefined,
      waitsUntil: NEVER,
      stopTimer: undefined,
    };
    this.#lines.set(reference, line);
    return line;
  }
}

function letDepart(line: Line): void {
  const { depart } = line;
  line.depart = undefined;
  depart?.();
}
