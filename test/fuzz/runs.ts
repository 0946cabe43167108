/** How much is tried. `BERTH_FUZZ_RUNS` multiplies it for long sessions, `BERTH_FUZZ_SEED` draws other inputs. */
import type { Parameters as Settings } from "fast-check";

/** The same inputs on every machine unless asked otherwise: a find on the build machine can be played again. */
export const FUZZ_SEED = Number(process.env.BERTH_FUZZ_SEED ?? "1");

const FACTOR = Number(process.env.BERTH_FUZZ_RUNS ?? "1");

export function runs(count: number): number {
  return Math.max(1, Math.round(count * FACTOR));
}

/** For `fc.assert`. */
export function settings<Values>(count: number): Settings<Values> {
  return { numRuns: runs(count), seed: FUZZ_SEED };
}
