/** How long the simulated daemon takes. */
import type { SeededRandom } from "../seeded-random.ts";
import type { DockerOperation } from "./operations.ts";

/** Milliseconds: always the same, drawn evenly from a range, or by a function of one's own. */
export type Latency = number | { readonly minMs: number; readonly maxMs: number } | ((random: SeededRandom) => number);

export type LatencyTable = Partial<Readonly<Record<DockerOperation, Latency>>> & {
  /** For calls that are not named; nothing unless set. */
  readonly default?: Latency;
  /** From an event to a feed that hears of it. Events of one feed stay in order. */
  readonly eventDelivery?: Latency;
  /** Per layer of a pull. */
  readonly layer?: Latency;
};

/** No time passes: a call is over as soon as promises have settled. */
export const instantLatency: LatencyTable = {};

/** About what a daemon on a laptop takes. */
export const typicalLatency: LatencyTable = {
  default: { minMs: 1, maxMs: 4 },
  createContainer: { minMs: 15, maxMs: 60 },
  startContainer: { minMs: 120, maxMs: 400 },
  removeContainer: { minMs: 15, maxMs: 60 },
  pullImage: { minMs: 100, maxMs: 500 },
  layer: { minMs: 50, maxMs: 2_000 },
  inspectDistribution: { minMs: 80, maxMs: 300 },
  removeImage: { minMs: 20, maxMs: 80 },
  eventDelivery: { minMs: 0, maxMs: 3 },
};

export function drawLatency(latency: Latency | undefined, random: SeededRandom): number {
  if (latency === undefined) return 0;
  if (typeof latency === "number") return latency;
  if (typeof latency === "function") return Math.max(0, latency(random));
  return random.int(latency.minMs, latency.maxMs);
}
