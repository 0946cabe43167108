/** How badly the world behaves. Rates are odds per call or event. */
import type { DiskFaults } from "../simulated-disk/index.ts";
import type { FaultProfile } from "../simulated-docker/index.ts";
import type { ProfileName } from "./plan.ts";

const ROUGH: FaultProfile["rates"] = {
  latency: 0.1,
  errorBeforeEffect: 0.02,
  errorAfterEffect: 0.03,
  connectionReset: 0.03,
  hang: 0.005,
  pullError: 0.05,
  pullStuck: 0.05,
  diskFull: 0.005,
  eventLost: 0.1,
  eventLate: 0.1,
  eventDoubled: 0.1,
  eventReordered: 0.1,
};

const CONTAINER_CALLS = ["createContainer", "startContainer", "stopContainer", "inspectContainer"] as const;

export function faultProfile(name: ProfileName): FaultProfile {
  switch (name) {
    case "calm":
      return { rates: {} };
    case "rough":
      return { rates: ROUGH, perStartMs: 300 };
    case "crashes":
      return { rates: { latency: 0.2, errorAfterEffect: 0.02, eventLost: 0.05 } };
    case "daemon":
      return {
        rates: { latency: 0.1, eventLost: 0.05 },
        daemonRestart: { everyMs: 60_000, downMs: [500, 20_000], liveRestore: "either" },
        clockJump: { everyMs: 100_000, maxMs: 20_000 },
      };
    case "store":
      return { rates: { latency: 0.1, errorAfterEffect: 0.02, eventLost: 0.05 } };
    case "stuck":
      return { rates: { latency: 0.25, hang: 0.15 }, latencyMs: [0, 20_000], operations: CONTAINER_CALLS };
  }
}

/** What goes wrong with the disk that the state is on, beside what crashes leave of it. */
export function diskFaults(name: ProfileName): DiskFaults {
  switch (name) {
    case "store":
      return { failing: 0.08, slow: 0.2, slowMs: [1, 200] };
    case "crashes":
      return { slow: 0.3, slowMs: [1, 20] };
    default:
      return {};
  }
}

export const PROFILES: readonly ProfileName[] = ["calm", "rough", "crashes", "daemon", "store", "stuck"];

/** All profiles get their turn in any run of seeds. */
export function profileFor(seed: number): ProfileName {
  return PROFILES[seed % PROFILES.length] ?? "calm";
}

/**
 * How long the engine may take to learn that a container ended: until a relist tells what an event did not (15 s), the
 * faults of the profile, and where calls hang their limits.
 */
export function noticedWithinMs(profile: ProfileName): number {
  switch (profile) {
    case "calm":
      return 20_000;
    case "rough":
    case "stuck":
      return 300_000;
    default:
      return 60_000;
  }
}
