/**
 * Lets a few calls of one kind through to Docker at a time, first come first served. Starts: a daemon given a hundred at once
 * finishes all of them late, one given a few finishes the first ones early and the last one no later. Creates: a hundred in
 * flight are a hundred sockets and bodies that outlive a collection, and bring nothing.
 * Source: dependencies 1.1, 1.3; docs/performance.md; docs/decisions/016, 017.
 *
 * INVARIANTS
 * - Calls that hold a place are at most the limit, or are those let in before it was lowered.
 * - Nobody overtakes who came before.
 * - Calls that hang keep nobody waiting for longer than `LEND_AFTER_MS`: then one place after the other is somebody else's.
 * - Who holds a place waits for Docker and for nothing that needs a place of the same gate.
 */
import { asEpochMs } from "../core/brand.ts";
import type { Clock } from "../ports/clock.ts";
import { GateLimit, type GateLimits } from "./gate-limit.ts";

/** Several times what a call takes on a daemon that is full, and a tenth of the time after which one is given up. */
const LEND_AFTER_MS = 15_000;

/** One at a time: a daemon on which all calls take that long is not helped by twice as many. */
const LEND_EVERY_MS = 5_000;

/** Whom to name when somebody asks who waits. */
export type CallSubject = {
  readonly taskArn: string;
  readonly containerName: string;
};

/** `since` on the clock that only goes forward. */
type Place = { readonly since: number };
type Measured = { readonly began: number; readonly isAlone: boolean; readonly isFull: boolean };
type Waiting = CallSubject & { readonly admit: (place: Place) => void };

export class CallGate {
  readonly #clock: Clock;
  readonly #limit: GateLimit;
  readonly #queue: Waiting[] = [];
  readonly #onRelease: (() => void)[] = [];
  /** Longest held first; without those that were lent. */
  readonly #held = new Set<Place>();
  #lentAt: number | undefined;
  #cancelLending: (() => void) | undefined;

  constructor(clock: Clock, limits: GateLimits) {
    this.#clock = clock;
    this.#limit = new GateLimit(limits);
  }

  /** Calls that may hold a place right now. */
  get limit(): number {
    return this.#limit.current;
  }

  /** Is no call under way, and none waiting? One whose place was lent is not counted. */
  get isCalm(): boolean {
    return this.#held.size === 0 && this.#queue.length === 0;
  }

  /** Calls `listener` whenever a place was given back or lent. */
  onRelease(listener: () => void): void {
    this.#onRelease.push(listener);
  }

  /** Has this container's call not been let in yet? */
  keepsWaiting(taskArn: string, containerName: string): boolean {
    return this.#queue.some((each) => each.taskArn === taskArn && each.containerName === containerName);
  }

  /** Begins the call when there is a place, in its turn. */
  run<T>(subject: CallSubject, call: () => Promise<T>): Promise<T> {
    const place = this.#held.size < this.limit ? this.#newPlace() : this.#turnOf(subject);
    // How many are in flight with it is known a turn later, when all who came with it are in.
    const isAtOnce = this.#limit.isFixed && !(place instanceof Promise);
    return isAtOnce ? this.#hold(place, call) : Promise.resolve(place).then((held) => this.#hold(held, call));
  }

  async #hold<T>(place: Place, call: () => Promise<T>): Promise<T> {
    const measured = this.#limit.isFixed ? undefined : this.#measure();
    try {
      const result = await call();
      if (measured !== undefined) this.#learn(measured);
      return result;
    } finally {
      this.#release(place);
    }
  }

  #measure(): Measured {
    return { began: this.#clock.elapsedMs, isAlone: this.#held.size === 1, isFull: this.#held.size >= this.limit };
  }

  /** A call that failed says nothing about how long one takes, and one that hung no more than that it took long. */
  #learn({ began, isAlone, isFull }: Measured): void {
    const tookMs = Math.min(LEND_AFTER_MS, this.#clock.elapsedMs - began);
    this.#limit.learn({ tookMs, isAlone: isAlone && this.#held.size === 1, isFull });
  }

  #turnOf(subject: CallSubject): Promise<Place> {
    return new Promise((admit) => this.#queue.push({ ...subject, admit }));
  }

  #newPlace(): Place {
    const place = { since: this.#clock.elapsedMs };
    this.#held.add(place);
    this.#watch();
    return place;
  }

  #release(place: Place): void {
    this.#held.delete(place);
    this.#admit();
    if (this.#held.size === 0) {
      this.#cancelLending?.();
      this.#cancelLending = undefined;
    }
    for (const listener of this.#onRelease) listener();
  }

  #admit(): void {
    while (this.#held.size < this.limit) {
      const next = this.#queue.shift();
      if (next === undefined) return;
      next.admit(this.#newPlace());
    }
  }

  /** One timer for all places, not one for each call. */
  #watch(): void {
    if (this.#cancelLending !== undefined) return;
    const [longest] = this.#held;
    if (longest === undefined) return;
    const dueMs = Math.max(longest.since + LEND_AFTER_MS, (this.#lentAt ?? Number.NEGATIVE_INFINITY) + LEND_EVERY_MS);
    const at = asEpochMs(this.#clock.now() + dueMs - this.#clock.elapsedMs);
    this.#cancelLending = this.#clock.schedule(at, () => this.#lend());
  }

  #lend(): void {
    this.#cancelLending = undefined;
    const [longest] = this.#held;
    const now = this.#clock.elapsedMs;
    if (longest !== undefined && longest.since + LEND_AFTER_MS <= now) {
      this.#lentAt = now;
      this.#release(longest);
    }
    this.#watch();
  }
}
