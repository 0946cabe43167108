/** A pause on the engine's clock that ends early, with the signal's reason, when the engine does. */
import { asEpochMs } from "../core/brand.ts";
import type { Clock } from "../ports/clock.ts";

export async function wait(clock: Clock, ms: number, signal: AbortSignal | undefined): Promise<void> {
  signal?.throwIfAborted();
  await new Promise<void>((resolve, reject) => {
    const cancel = clock.schedule(asEpochMs(clock.now() + ms), () => {
      signal?.removeEventListener("abort", onAbort);
      resolve();
    });
    const onAbort = () => {
      cancel();
      reject(signal?.reason);
    };
    signal?.addEventListener("abort", onAbort, { once: true });
  });
}
