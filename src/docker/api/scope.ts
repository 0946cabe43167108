/** The life of one call: it is cut short by the caller's signal, by a limit, or by the client's close. */
import { setMaxListeners } from "node:events";
import { asEpochMs } from "../../core/brand.ts";
import type { Clock } from "../../ports/clock.ts";
import { DockerCallError, type DockerFailure } from "./failure.ts";

/**
 * Tells whether a call is cut short, as an `AbortSignal` does. Node 20 makes a signal of 1.6 KB that outlives collections
 * of the young generation, so each call has one of these instead.
 */
export type Cut = {
  readonly aborted: boolean;
  /** The caller's reason, or a `DockerCallError`. */
  readonly reason: unknown;
  /** @returns what takes it back */
  onAbort(run: () => void): () => void;
};

export type Scope = Cut & {
  /** The same for those who need a real one; made when asked for. */
  readonly signal: AbortSignal;
  /** Ends the call with `failure` after `ms`, unless what it returns is called before. */
  limit(ms: number, failure: DockerFailure): () => void;
  /** Runs something after `ms`, unless the scope ends or what it returns is called before. */
  after(ms: number, run: () => void): () => void;
  cancel(failure: DockerFailure): void;
  /** Must be called when the call is over: lets go of timers and listeners. */
  end(): void;
};

export type Scopes = {
  open(caller?: AbortSignal): Scope;
  /** Ends all open scopes and those to come. */
  close(): void;
};

export function createScopes(clock: Clock): Scopes {
  const live = new Set<OpenScope>();
  let closed = false;
  return {
    open(caller) {
      const scope = new OpenScope(clock, live, caller);
      if (closed) scope.cancel({ type: "closed" });
      return scope;
    },
    close() {
      closed = true;
      for (const scope of live) scope.cancel({ type: "closed" });
    },
  };
}

class OpenScope implements Scope {
  readonly #clock: Clock;
  readonly #live: Set<OpenScope>;
  readonly #caller: AbortSignal | undefined;
  readonly #follow = () => this.#abort(this.#caller?.reason);
  readonly #timers = new Set<() => void>();
  readonly #listeners = new Set<() => void>();
  #controller: AbortController | undefined;
  #aborted = false;
  #reason: unknown;

  constructor(clock: Clock, live: Set<OpenScope>, caller: AbortSignal | undefined) {
    this.#clock = clock;
    this.#live = live;
    this.#caller = caller;
    live.add(this);
    if (caller?.aborted) this.#follow();
    else if (caller) listen(caller, this.#follow);
  }

  get aborted(): boolean {
    return this.#aborted;
  }

  get reason(): unknown {
    return this.#reason;
  }

  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      if (this.#aborted) this.#controller.abort(this.#reason);
    }
    return this.#controller.signal;
  }

  onAbort(run: () => void): () => void {
    this.#listeners.add(run);
    return () => this.#listeners.delete(run);
  }

  after(ms: number, run: () => void): () => void {
    if (!this.#live.has(this)) return () => undefined;
    const stopTimer = this.#clock.schedule(asEpochMs(this.#clock.now() + ms), () => {
      this.#timers.delete(stopTimer);
      run();
    });
    this.#timers.add(stopTimer);
    return () => {
      this.#timers.delete(stopTimer);
      stopTimer();
    };
  }

  limit(ms: number, failure: DockerFailure): () => void {
    return this.after(ms, () => this.cancel(failure));
  }

  cancel(failure: DockerFailure): void {
    this.#abort(new DockerCallError(failure));
  }

  end(): void {
    this.#live.delete(this);
    for (const stopTimer of this.#timers) stopTimer();
    this.#timers.clear();
    this.#caller?.removeEventListener("abort", this.#follow);
  }

  /** The first reason stands. */
  #abort(reason: unknown): void {
    if (this.#aborted) return;
    this.#aborted = true;
    this.#reason = reason;
    this.#controller?.abort(reason);
    for (const run of this.#listeners) run();
    this.#listeners.clear();
  }
}

/** One signal of an engine guards thousands of calls: that is no leak, so Node's warning at eleven is switched off. */
function listen(signal: AbortSignal, listener: () => void): void {
  setMaxListeners(0, signal);
  signal.addEventListener("abort", listener, { once: true });
}

/** Waits for a shared promise no longer than the call lasts. The promise itself goes on. */
export async function orAborted<T>(promise: Promise<T>, cut: Cut): Promise<T> {
  if (cut.aborted) throw cut.reason;
  let forget: () => void = () => undefined;
  const aborted = new Promise<never>((_, reject) => {
    forget = cut.onAbort(() => reject(cut.reason));
  });
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    forget();
  }
}
