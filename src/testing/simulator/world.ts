/** How the host and the engine's settings are in one simulation: the same over all restarts of the engine. */
import type { HostTotals } from "../../core/host-resources.ts";
import type { PullBehaviour } from "../../core/images/pull-policy.ts";
import type { JournalSizes } from "../../store/journal/journal.ts";
import type { SeededRandom } from "../seeded-random.ts";

export type World = {
  readonly pullBehaviour: PullBehaviour;
  readonly pullDependentsUpfront: boolean;
  /** Between a task's STOPPED and the removal of its containers. */
  readonly cleanupWaitMs: number;
  /** Without it every task is let in. */
  readonly hostTotals?: HostTotals;
  /** Small in some worlds, so that ports are used again soon and run out. */
  readonly dynamicPortRange: string;
  /** Does the engine's probe of a host port see who has it? Otherwise only Docker's refusal tells. */
  readonly probeSees: boolean;
  /** From when on the clean-up may remove an image that nobody uses. */
  readonly imageMinimumAgeMs: number;
  /** Small, so that room is used up and given back within minutes. */
  readonly journalSizes: JournalSizes;
};

/** Tasks and operations happen within this time; afterwards everything is asked to stop. */
export const ACTIVE_MS = 300_000;
/** All images that definitions name and that exist at first. */
export const IMAGES = ["app", "web:1", "registry.example/team/tool:2"] as const;
/** Registries that they come from. */
export const REGISTRIES = ["docker.io", "registry.example"] as const;
/** Host ports that definitions ask for by number; inside the small range, so that both kinds meet. */
export const FIXED_PORTS = [40_001, 40_002] as const;
const SMALL_RANGE = "40000-40005";
const WIDE_RANGE = "32768-33767";

export function drawWorld(random: SeededRandom): World {
  const isCrowded = random.chance(0.3);
  return {
    pullBehaviour: random.pick(["default", "default", "always", "once", "prefer-cached"]),
    pullDependentsUpfront: random.chance(0.2),
    cleanupWaitMs: random.pick([1_000, 60_000, 60_000]),
    ...(isCrowded ? { hostTotals: drawTotals(random) } : {}),
    dynamicPortRange: random.chance(0.5) ? SMALL_RANGE : WIDE_RANGE,
    probeSees: random.chance(0.7),
    imageMinimumAgeMs: random.pick([0, 1_000, 60_000]),
    journalSizes: { roomBytes: random.pick([2_048, 8_192, 65_536]), smallBytes: random.pick([0, 8_192, 65_536]) },
  };
}

/** Containers take 64 MiB each: room for one to six of them. */
function drawTotals(random: SeededRandom): HostTotals {
  return {
    cpuUnits: 4_096,
    memoryMiB: random.pick([64, 192, 256, 384]),
    reservedTcp: random.chance(0.1) ? [FIXED_PORTS[0]] : [],
    reservedUdp: [],
    gpus: [],
  };
}
