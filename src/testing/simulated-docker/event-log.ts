/** What happened in the daemon, in order, for feeds and for `since`. Kept in memory only, as the real one does. */
import type { EpochMs } from "../../core/brand.ts";
import type { Clock } from "../../ports/clock.ts";

export type SimulatedEvent = {
  /** From 1, never used twice, across restarts of the daemon. */
  readonly sequence: number;
  readonly type: "container" | "image" | "volume" | "network";
  /** Docker's word, with its tail if it has one: `health_status: healthy`, `exec_create: CMD`. */
  readonly action: string;
  /** Id of the container, image, volume or network. */
  readonly id: string;
  readonly attributes: Readonly<Record<string, string>>;
  /** On `die`. */
  readonly exitCode: number | undefined;
  readonly at: EpochMs;
  /** Tells events within one millisecond apart: the last six digits of Docker's nanoseconds. */
  readonly subMs: number;
};
export type NewEvent = Pick<SimulatedEvent, "type" | "action" | "id" | "attributes"> & { readonly exitCode?: number };
export type LabelFilter = Readonly<Record<string, string | true>>;

/** The real daemon keeps this many, whatever their kind. */
export const DEFAULT_EVENT_LIMIT = 256;

export class EventLog {
  readonly #clock: Clock;
  readonly #limit: number;
  readonly #listeners = new Set<(event: SimulatedEvent) => void>();
  /** The newest ones; each has its place by its number, so that keeping one costs nothing. */
  #ring: SimulatedEvent[] = [];
  #oldest = 1;
  #nextSequence = 1;
  #lastAt = 0;
  #subMs = 0;

  constructor(clock: Clock, limit: number = DEFAULT_EVENT_LIMIT) {
    this.#clock = clock;
    this.#limit = limit;
  }

  /** Number of the newest event, 0 before the first. */
  get newest(): number {
    return this.#nextSequence - 1;
  }

  emit(event: NewEvent): void {
    const at = this.#clock.now();
    this.#subMs = at === this.#lastAt ? this.#subMs + 1 : 0;
    this.#lastAt = at;
    const { type, action, id, attributes, exitCode } = event;
    // Member by member: this is the busiest place of a simulation, and spreading costs several times as much.
    const numbered: SimulatedEvent = {
      sequence: this.#nextSequence++,
      type,
      action,
      id,
      attributes,
      exitCode,
      at,
      subMs: this.#subMs,
    };
    this.#ring[numbered.sequence % this.#limit] = numbered;
    for (const listener of this.#listeners) listener(numbered);
  }

  /** @returns what ends the subscription */
  subscribe(listener: (event: SimulatedEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Kept events that came after this number. */
  after(sequence: number): readonly SimulatedEvent[] {
    return this.#recent().filter((event) => event.sequence > sequence);
  }

  /** Kept events from this instant on. */
  since({ at, subMs }: Pick<SimulatedEvent, "at" | "subMs">): readonly SimulatedEvent[] {
    return this.#recent().filter((event) => event.at > at || (event.at === at && event.subMs >= subMs));
  }

  /** A daemon that starts anew remembers nothing. */
  forget(): void {
    this.#ring = [];
    this.#oldest = this.#nextSequence;
  }

  #recent(): SimulatedEvent[] {
    const events: SimulatedEvent[] = [];
    for (let number = Math.max(this.#oldest, this.#nextSequence - this.#limit); number < this.#nextSequence; number++) {
      const event = this.#ring[number % this.#limit];
      if (event !== undefined) events.push(event);
    }
    return events;
  }
}

/** Does it have every label asked for, with the value if one is given? */
export function matchesLabels(labels: Readonly<Record<string, string>>, wanted: LabelFilter): boolean {
  for (const key in wanted) {
    const value = wanted[key];
    const actual = labels[key];
    if (actual === undefined || (value !== true && value !== actual)) return false;
  }
  return true;
}
