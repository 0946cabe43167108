/** Registries that failed a moment ago, so that containers with a local image need not each find out for themselves. */
import type { NamedError } from "../core/errors.ts";
import type { Clock } from "../ports/clock.ts";

/** More images than this at a time are not remembered; the oldest go. */
const MAX_FAILURES = 256;

export class RecentFailures {
  readonly #clock: Clock;
  readonly #memoryMs: number;
  readonly #failures = new Map<string, { readonly at: number; readonly error: NamedError }>();

  constructor(clock: Clock, memoryMs: number) {
    this.#clock = clock;
    this.#memoryMs = memoryMs;
  }

  note(key: string, error: NamedError): void {
    this.#failures.delete(key);
    this.#failures.set(key, { at: this.#clock.elapsedMs, error });
    const [oldest] = this.#failures.keys();
    if (this.#failures.size > MAX_FAILURES && oldest !== undefined) this.#failures.delete(oldest);
  }

  forget(key: string): void {
    this.#failures.delete(key);
  }

  find(key: string): NamedError | undefined {
    const failure = this.#failures.get(key);
    if (failure === undefined) return undefined;
    if (this.#clock.elapsedMs - failure.at < this.#memoryMs) return failure.error;
    this.#failures.delete(key);
    return undefined;
  }
}
