/** Waits on the injected clock: none of them reads the wall clock, so pulls run in simulated time as well. */

import { asEpochMs } from "../core/brand.ts";
import { type Backoff, backoffMs } from "../core/images/backoff.ts";
import type { Clock } from "../ports/clock.ts";
import type { Random } from "../ports/random.ts";

/** @throws `signal.reason` when the signal fires first */
function sleep(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(signal.reason);
    const onAbort = () => {
      cancel();
      reject(signal.reason);
    };
    const cancel = clock.schedule(asEpochMs(clock.now() + ms), () => {
      signal.removeEventListener("abort", onAbort);
      resolve();
    });
    signal.addEventListener("abort", onAbort, { once: true });
  });
}

/** Settles with the work, or rejects with `signal.reason` as soon as the signal fires, whether the work heeds it or not. */
function orAborted<Result>(work: Promise<Result>, signal: AbortSignal): Promise<Result> {
  return new Promise((resolve, reject) => {
    const onAbort = () => reject(signal.reason);
    if (signal.aborted) onAbort();
    signal.addEventListener("abort", onAbort, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener("abort", onAbort));
  });
}

/**
 * Runs the work under a signal that fires with the caller's, or after the limit with the error given; and gives up
 * waiting at that moment.
 */
export async function withLimit<Result>(
  clock: Clock,
  limitMs: number,
  signal: AbortSignal,
  timeoutError: () => Error,
  work: (signal: AbortSignal) => Promise<Result>,
): Promise<Result> {
  const limit = new AbortController();
  const cancel = clock.schedule(asEpochMs(clock.now() + limitMs), () => limit.abort(timeoutError()));
  const either = AbortSignal.any([signal, limit.signal]);
  try {
    return await orAborted(work(either), either);
  } finally {
    cancel();
  }
}

/** Tries until it works, the tries are used up, the signal fires, or `isFinal` says that it cannot work. @throws the last error */
export async function withRetries<Result>(
  ports: { readonly clock: Clock; readonly random: Random },
  backoff: Backoff,
  signal: AbortSignal,
  isFinal: (error: unknown) => boolean,
  attempt: (number: number) => Promise<Result>,
): Promise<Result> {
  for (let number = 1; ; number++) {
    try {
      return await attempt(number);
    } catch (error) {
      if (signal.aborted) throw signal.reason;
      const waitMs = backoffMs(backoff, number, ports.random.next());
      if (waitMs === undefined || isFinal(error)) throw error;
      await sleep(ports.clock, waitMs, signal);
    }
  }
}
