/** Back-off of actions that are tried again: grows by 1.3 from 1 s to 5 s, and to a minute for what never gives up. */
import type { EpochMs } from "../brand.ts";
import { asEpochMs } from "../brand.ts";

/** After so many failed stops the engine sends SIGKILL instead. Source: engine-modern 6.1, peers 7. */
export const STOP_TRIES = 5;

/** When a stop that failed `attempts` times is tried again. Source: engine-modern 33 (1 s to 5 s, factor 1.3). */
export function stopRetryAt(attempts: number, now: EpochMs): EpochMs {
  return asEpochMs(now + Math.min(5_000, Math.round(1_000 * 1.3 ** (attempts - 1))));
}

/** When a removal that failed `attempts` times is tried again: for ever, at last once a minute. Source: W-24. */
export function removalRetryAt(attempts: number, now: EpochMs): EpochMs {
  return asEpochMs(now + Math.min(60_000, 1_000 * 2 ** Math.min(attempts - 1, 6)));
}
