/**
 * One piece of work for all who want the same thing at the same time: they share its result and its progress, and it is
 * cancelled only when the last of them has gone.
 *
 * INVARIANTS
 * - At most one flight per key that still has passengers.
 * - A passenger whose signal fires gets `signal.reason` at once; the others notice nothing.
 */
type Passenger<Progress> = ((progress: Progress) => void) | undefined;

type Flight<Result, Progress> = {
  readonly result: Promise<Result>;
  readonly controller: AbortController;
  readonly passengers: Set<{ readonly onProgress: Passenger<Progress> }>;
  /** Last progress of each part, for those who come later. */
  readonly progress: Map<string, Progress>;
};

/** Parts of one flight whose progress is kept; an image has at most 127 layers. */
const MAX_PARTS = 256;

export class SharedFlights<Result, Progress> {
  readonly #flights = new Map<string, Flight<Result, Progress>>();
  readonly #partOf: (progress: Progress) => string;

  /** @param partOf names what a progress is about; of each part the last progress is told to late comers */
  constructor(partOf: (progress: Progress) => string) {
    this.#partOf = partOf;
  }

  get size(): number {
    return this.#flights.size;
  }

  /** Joins the flight of this key, or starts it with `work`. */
  join(
    key: string,
    passenger: { readonly signal: AbortSignal; readonly onProgress?: Passenger<Progress> },
    work: (signal: AbortSignal, onProgress: (progress: Progress) => void) => Promise<Result>,
  ): Promise<Result> {
    const { signal, onProgress } = passenger;
    if (signal.aborted) return Promise.reject(signal.reason);
    const flight = this.#flights.get(key) ?? this.#start(key, work);
    for (const progress of flight.progress.values()) onProgress?.(progress);
    return this.#board(key, flight, signal, { onProgress });
  }

  #start(
    key: string,
    work: (signal: AbortSignal, onProgress: (progress: Progress) => void) => Promise<Result>,
  ): Flight<Result, Progress> {
    const controller = new AbortController();
    const passengers: Flight<Result, Progress>["passengers"] = new Set();
    const progress = new Map<string, Progress>();
    const tell = (news: Progress) => {
      const part = this.#partOf(news);
      if (progress.size < MAX_PARTS || progress.has(part)) progress.set(part, news);
      for (const passenger of passengers) passenger.onProgress?.(news);
    };
    const flight = { result: work(controller.signal, tell), controller, passengers, progress };
    this.#flights.set(key, flight);
    return flight;
  }

  #board(
    key: string,
    flight: Flight<Result, Progress>,
    signal: AbortSignal,
    passenger: { readonly onProgress: Passenger<Progress> },
  ): Promise<Result> {
    flight.passengers.add(passenger);
    return new Promise((resolve, reject) => {
      const onAbort = () => {
        this.#leave(key, flight, passenger);
        reject(signal.reason);
      };
      const land = () => {
        signal.removeEventListener("abort", onAbort);
        flight.passengers.delete(passenger);
        this.#forget(key, flight);
      };
      signal.addEventListener("abort", onAbort, { once: true });
      flight.result.finally(land).then(resolve, reject);
    });
  }

  #leave(key: string, flight: Flight<Result, Progress>, passenger: { readonly onProgress: Passenger<Progress> }): void {
    flight.passengers.delete(passenger);
    if (flight.passengers.size > 0) return;
    // From here on nobody may join: the work is being cancelled.
    this.#forget(key, flight);
    flight.controller.abort(new Error("Cannot go on: nobody waits any more"));
  }

  #forget(key: string, flight: Flight<Result, Progress>): void {
    if (this.#flights.get(key) === flight) this.#flights.delete(key);
  }
}
