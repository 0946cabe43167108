/** Why and how hard a run is being brought to its end. The first cause decides the exit code; each signal asks for more. */
import type { EndingSignal, WayOut } from "./exit-code.ts";

/** 1 stops in order, 2 kills, 3 leaves without waiting. */
export type Urgency = 0 | 1 | 2 | 3;

/**
 * A terminal sends Ctrl-C to the whole process group, and npm or a shell script may pass it on once more: the echo must
 * not count as a second Ctrl-C. In ms.
 */
const ECHO_MS = 100;

export class RunEnding {
  readonly #now: () => number;
  readonly #listeners = new Set<() => void>();
  readonly #aborting = new AbortController();
  #wayOut: WayOut | undefined;
  #urgency: Urgency = 0;
  #settled = false;
  #lastSignal: { readonly signal: EndingSignal; readonly at: number } | undefined;

  /** Resolves when nobody reads our output any more. */
  readonly outputClosed: Promise<void>;
  #closeOutput: () => void = () => undefined;
  #isOutputClosed = false;

  constructor(now: () => number) {
    this.#now = now;
    this.outputClosed = new Promise((resolve) => {
      this.#closeOutput = resolve;
    });
  }

  get isOutputClosed(): boolean {
    return this.#isOutputClosed;
  }

  get wayOut(): WayOut | undefined {
    return this.#wayOut;
  }

  get urgency(): Urgency {
    return this.#urgency;
  }

  /** Fires at the first cause: for what may be cancelled because nothing has been started yet. */
  get signal(): AbortSignal {
    return this.#aborting.signal;
  }

  signalled(signal: EndingSignal): void {
    const echo = this.#lastSignal?.signal === signal && this.#now() - this.#lastSignal.at < ECHO_MS;
    this.#lastSignal = { signal, at: this.#now() };
    if (echo) return;
    this.#raise({ type: "signal", signal }, Math.min(3, this.#urgency + 1) as Urgency);
  }

  timedOut(afterMs: number): void {
    if (this.#settled) return;
    this.#raise({ type: "timeout", afterMs }, Math.max(1, this.#urgency) as Urgency);
  }

  /** The task cannot come up while a container of it is as it is. */
  unhealthy(reason: string): void {
    if (this.#settled || this.#wayOut !== undefined) return;
    this.#raise({ type: "unhealthy", reason }, 1);
  }

  pipeBroke(): void {
    this.#isOutputClosed = true;
    this.#closeOutput();
    this.#raise({ type: "brokenPipe" }, Math.max(1, this.#urgency) as Urgency);
  }

  /** Nothing that we do is to be trusted from now on: out, the short way. */
  crashed(error: unknown): void {
    this.#raise({ type: "crash", error }, Math.max(2, this.#urgency) as Urgency);
  }

  /** The task has ended: what comes later hurries the clean-up and no longer changes the way out. */
  settle(): void {
    this.#settled = true;
    this.#urgency = 0;
  }

  get settled(): boolean {
    return this.#settled;
  }

  /** @returns a function that ends the subscription */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Resolves when at least so much is asked for. */
  reached(urgency: Urgency): Promise<void> {
    return new Promise((resolve) => {
      const look = () => {
        if (this.#urgency < urgency) return;
        stop();
        resolve();
      };
      const stop = this.onChange(look);
      look();
    });
  }

  #raise(wayOut: WayOut, urgency: Urgency): void {
    if (!this.#settled) this.#wayOut ??= wayOut;
    this.#urgency = urgency;
    this.#aborting.abort();
    for (const listener of [...this.#listeners]) listener();
  }
}
