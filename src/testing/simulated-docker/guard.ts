/** Ends a wait for a call early: at its limit, at the caller's wish, or when the connection breaks. */
import { asEpochMs } from "../../core/brand.ts";
import type { Clock } from "../../ports/clock.ts";
import { CallTimeout, ConnectionLost } from "./call-failure.ts";

export type Limits = {
  readonly clock: Clock;
  /** Milliseconds; none when 0. */
  readonly timeoutMs: number;
  readonly signal: AbortSignal | undefined;
  /** Subscribes to the end of the connection; returns what unsubscribes. */
  readonly onBroken: (listener: () => void) => () => void;
};

/** The work itself goes on, its result is dropped. @throws {CallTimeout} {@link ConnectionLost} the signal's reason */
export function guard<T>(work: Promise<T>, { clock, timeoutMs, signal, onBroken }: Limits): Promise<T> {
  return new Promise((resolve, reject) => {
    const release = (): void => {
      cancelTimer();
      stopListening();
      signal?.removeEventListener("abort", abort);
    };
    const fail = (reason: unknown): void => {
      release();
      reject(reason);
    };
    const abort = (): void => fail(signal?.reason);
    const cancelTimer =
      timeoutMs > 0
        ? clock.schedule(asEpochMs(clock.now() + timeoutMs), () => fail(new CallTimeout(timeoutMs)))
        : () => undefined;
    const stopListening = onBroken(() => fail(new ConnectionLost("socket hang up", true)));
    signal?.addEventListener("abort", abort, { once: true });
    work.then((value) => {
      release();
      resolve(value);
    }, fail);
  });
}
