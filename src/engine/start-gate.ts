/**
 * Lets a few starts through at a time, first come first served: a daemon given a hundred starts at once finishes all of
 * them late, one given a few finishes the first ones early and the last one no later. How many are few it learns from
 * the daemon: once starts take longer in proportion to their number, more of them at a time bring nothing.
 * Source: dependencies 1.1, 1.3; docs/performance.md.
 *
 * INVARIANTS
 * - `min` <= limit <= `max`; starts in flight are at most the limit, or are those let in before it was lowered.
 * - Nobody overtakes who came before.
 */
import type { Clock } from "../ports/clock.ts";

export type StartGateLimits = {
  readonly min: number;
  /** Where it begins. */
  readonly initial: number;
  readonly max: number;
  /** The daemon's. So many starts may queue in it per one that runs on a core of its own. */
  readonly cpus: number;
};

/**
 * Where starts are bound by the processor, four times the daemon's CPUs keep them busy while some starts wait for the
 * kernel or the disk, and the first start still comes early; elsewhere there may be room. Fewer than three times make the
 * last start late when the machine has other work.
 */
export function adaptiveLimits(cpus: number): StartGateLimits {
  const cores = Math.max(1, cpus);
  return { min: 3 * cores, initial: 4 * cores, max: 8 * cores, cpus: cores };
}

/** A gate that never moves. */
export function fixedLimits(limit: number): StartGateLimits {
  const bound = Math.max(1, limit);
  return { min: bound, initial: bound, max: bound, cpus: bound };
}

/** Per core: with fewer starts queueing in the daemon than the first there is room, with more than the second too little. */
const ROOM = 2;
const CROWD = 3.5;
const BACK_OFF = 0.75;

export class StartGate {
  readonly #clock: Clock;
  readonly #limits: StartGateLimits;
  readonly #queue: (() => void)[] = [];
  #limit: number;
  #inFlight = 0;
  /** How long a start takes when the daemon has nothing else to do, ms: the shortest seen, or the last one alone. */
  #aloneMs: number | undefined;
  #round = { count: 0, sumMs: 0 };

  constructor(clock: Clock, limits: StartGateLimits) {
    this.#clock = clock;
    this.#limits = limits;
    this.#limit = limits.initial;
  }

  /** Starts that may be in flight right now. */
  get limit(): number {
    return this.#limit;
  }

  get waiting(): number {
    return this.#queue.length;
  }

  async run<T>(start: () => Promise<T>): Promise<T> {
    if (this.#inFlight >= this.#limit) await new Promise<void>((admit) => this.#queue.push(admit));
    else this.#inFlight += 1;
    const [isAlone, isFull] = [this.#inFlight === 1, this.#inFlight >= this.#limit];
    const began = this.#clock.now();
    try {
      const result = await start();
      // A start that failed says nothing about how long one takes.
      this.#learn(this.#clock.now() - began, { isAlone: isAlone && this.#inFlight === 1, isFull });
      return result;
    } finally {
      this.#inFlight -= 1;
      this.#admit();
    }
  }

  #admit(): void {
    while (this.#inFlight < this.#limit) {
      const next = this.#queue.shift();
      if (next === undefined) return;
      this.#inFlight += 1;
      next();
    }
  }

  /** Judges the limit by starts that had as much company as it allows, once in as many of them. */
  #learn(measuredMs: number, { isAlone, isFull }: { readonly isAlone: boolean; readonly isFull: boolean }): void {
    // The host's time was set back meanwhile.
    if (measuredMs < 0) return;
    const tookMs = Math.max(1, measuredMs);
    this.#aloneMs = isAlone ? tookMs : Math.min(this.#aloneMs ?? tookMs, tookMs);
    if (!isFull) return;
    const round = this.#round;
    round.count += 1;
    round.sumMs += tookMs;
    if (round.count < this.#limit) return;
    this.#limit = this.#limitAfter(round.sumMs / round.count, this.#aloneMs);
    this.#round = { count: 0, sumMs: 0 };
  }

  /** What a start takes longer than alone it spends behind others: so many of those in flight do not get on. */
  #limitAfter(meanMs: number, aloneMs: number): number {
    const { min, max, cpus } = this.#limits;
    const queueing = this.#limit * (1 - aloneMs / meanMs);
    if (queueing < ROOM * cpus) return Math.min(max, this.#limit + 1);
    if (queueing > CROWD * cpus) return Math.max(min, Math.floor(this.#limit * BACK_OFF));
    return this.#limit;
  }
}
