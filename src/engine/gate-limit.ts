/**
 * How many starts the daemon is given at a time. It learns that from the daemon: once starts take longer in proportion to
 * their number, more of them at a time bring nothing. Source: dependencies 1.1, 1.3; docs/performance.md.
 *
 * INVARIANT: `min` <= current <= `max`.
 */
export type GateLimits = {
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
export function adaptiveLimits(cpus: number): GateLimits {
  const cores = Math.max(1, cpus);
  return { min: 3 * cores, initial: 4 * cores, max: 8 * cores, cpus: cores };
}

/** A gate that never moves. */
export function fixedLimits(limit: number): GateLimits {
  const bound = Math.max(1, limit);
  return { min: bound, initial: bound, max: bound, cpus: bound };
}

/** Per core: with fewer starts queueing in the daemon than the first there is room, with more than the second too little. */
const ROOM = 2;
const CROWD = 3.5;
const BACK_OFF = 0.75;

/** One start, and how many others the daemon had meanwhile. */
export type MeasuredStart = {
  readonly tookMs: number;
  /** From its beginning to its end there was nothing else. */
  readonly isAlone: boolean;
  /** When it began there was as much as the limit allows. */
  readonly isFull: boolean;
};

export class GateLimit {
  readonly #limits: GateLimits;
  #current: number;
  /** How long a start takes when the daemon has nothing else to do, ms: the shortest seen, or the last one alone. */
  #aloneMs: number | undefined;
  /** Was there one that had the daemon to itself? Of a burst even the shortest has waited for others. */
  #hasSeenAlone = false;
  #round = { count: 0, sumMs: 0 };

  constructor(limits: GateLimits) {
    this.#limits = limits;
    this.#current = limits.initial;
  }

  /** There is nothing to learn. */
  get isFixed(): boolean {
    return this.#limits.min === this.#limits.max;
  }

  get current(): number {
    return this.#current;
  }

  /** Judges the limit by starts that had as much company as it allows, once in as many of them. */
  learn({ tookMs: measuredMs, isAlone, isFull }: MeasuredStart): void {
    // The host's time was set back meanwhile.
    if (measuredMs < 0) return;
    const tookMs = Math.max(1, measuredMs);
    this.#aloneMs = isAlone ? tookMs : Math.min(this.#aloneMs ?? tookMs, tookMs);
    this.#hasSeenAlone ||= isAlone;
    if (!isFull) return;
    const round = this.#round;
    round.count += 1;
    round.sumMs += tookMs;
    if (round.count < this.#current) return;
    this.#current = this.#after(round.sumMs / round.count, this.#aloneMs);
    this.#round = { count: 0, sumMs: 0 };
  }

  /**
   * What a start takes longer than alone it spends behind others: so many of those in flight do not get on. As long as
   * none was seen alone that is too low a guess, by which to let fewer in, never more.
   */
  #after(meanMs: number, aloneMs: number): number {
    const { min, max, cpus } = this.#limits;
    const queueing = this.#current * (1 - aloneMs / meanMs);
    if (queueing < ROOM * cpus) return this.#hasSeenAlone ? Math.min(max, this.#current + 1) : this.#current;
    if (queueing > CROWD * cpus) return Math.max(min, Math.floor(this.#current * BACK_OFF));
    return this.#current;
  }
}
