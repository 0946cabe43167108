/**
 * Lets a few starts through at a time, first come first served: a daemon given a hundred starts at once finishes all of
 * them late, one given a few finishes the first ones early and the last one no later. Source: dependencies 1.3.
 */
export class StartGate {
  readonly #limit: number;
  readonly #queue: (() => void)[] = [];
  #inFlight = 0;

  /** @param limit starts in flight; twice the daemon's cores was measured best */
  constructor(limit: number) {
    this.#limit = Math.max(1, limit);
  }

  async run<T>(start: () => Promise<T>): Promise<T> {
    if (this.#inFlight >= this.#limit) await new Promise<void>((admit) => this.#queue.push(admit));
    else this.#inFlight += 1;
    try {
      return await start();
    } finally {
      const next = this.#queue.shift();
      if (next === undefined) this.#inFlight -= 1;
      else next();
    }
  }

  get waiting(): number {
    return this.#queue.length;
  }
}
