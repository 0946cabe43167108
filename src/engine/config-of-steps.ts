/** The machine's settings for each step, with what is left to chance drawn. The machine itself draws nothing. */
import type { MachineConfig } from "../core/machine/config.ts";
import type { Random } from "../ports/random.ts";

/** @param config its `cleanupJitterMs` is the longest: what a step is given is uniform in [0, longest]. Source: CLN-5. */
export function configOfSteps(config: MachineConfig, random: Random): () => MachineConfig {
  const longestMs = config.cleanupJitterMs;
  if (longestMs <= 0) return () => config;
  return () => ({ ...config, cleanupJitterMs: Math.floor(random.next() * (longestMs + 1)) });
}
