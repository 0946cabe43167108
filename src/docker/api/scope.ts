/** The life of one call: it is cut short by the caller's signal, by a limit, or by the client's close. */
import { setMaxListeners } from "node:events";
import { asEpochMs } from "../../core/brand.ts";
import type { Clock } from "../../ports/clock.ts";
import { DockerCallError, type DockerFailure } from "./failure.ts";

export type Scope = {
  /** Fires with the caller's reason, or with a `DockerCallError`. */
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
  const live = new Set<AbortController>();
  let closed = false;
  return {
    open(caller) {
      const scope = openScope(clock, live, caller);
      if (closed) scope.controller.abort(closedError());
      return scope;
    },
    close() {
      closed = true;
      for (const controller of live) controller.abort(closedError());
    },
  };
}

function openScope(
  clock: Clock,
  live: Set<AbortController>,
  caller: AbortSignal | undefined,
): Scope & { readonly controller: AbortController } {
  const controller = new AbortController();
  const timers = new Set<() => void>();
  const follow = () => controller.abort(caller?.reason);
  const cancel = (failure: DockerFailure) => controller.abort(new DockerCallError(failure));
  live.add(controller);
  if (caller?.aborted) follow();
  else if (caller) listen(caller, follow);

  function after(ms: number, run: () => void): () => void {
    if (!live.has(controller)) return () => undefined;
    const stopTimer = clock.schedule(asEpochMs(clock.now() + ms), () => {
      timers.delete(stopTimer);
      run();
    });
    timers.add(stopTimer);
    return () => {
      timers.delete(stopTimer);
      stopTimer();
    };
  }

  return {
    controller,
    signal: controller.signal,
    after,
    limit: (ms, failure) => after(ms, () => cancel(failure)),
    cancel,
    end() {
      live.delete(controller);
      for (const stopTimer of timers) stopTimer();
      timers.clear();
      caller?.removeEventListener("abort", follow);
    },
  };
}

/** One signal of an engine guards thousands of calls: that is no leak, so Node's warning at eleven is switched off. */
function listen(signal: AbortSignal, listener: () => void): void {
  setMaxListeners(0, signal);
  signal.addEventListener("abort", listener, { once: true });
}

function closedError(): DockerCallError {
  return new DockerCallError({ type: "closed" });
}

/** Waits for a shared promise no longer than the signal allows. The promise itself goes on. */
export async function orAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  if (signal.aborted) throw signal.reason;
  let onAbort: () => void = () => undefined;
  const aborted = new Promise<never>((_, reject) => {
    onAbort = () => reject(signal.reason);
    signal.addEventListener("abort", onAbort, { once: true });
  });
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}
