/** Settings of the image clean-up. Source: engine-modern 13.1. */
import { boundedDiskMarks, type DiskMarks } from "../core/images/disk-pressure.ts";

export type ImageCleanupOptions = {
  /** Also off under `prefer-cached`. Source: ECS_DISABLE_IMAGE_CLEANUP. */
  readonly enabled: boolean;
  /** Less than 10 min counts as 30 min. Source: ECS_IMAGE_CLEANUP_INTERVAL. */
  readonly intervalMs: number;
  /** Source: ECS_IMAGE_MINIMUM_CLEANUP_AGE. */
  readonly minimumAgeMs: number;
  /** Less than 1 counts as 5. Source: ECS_NUM_IMAGES_DELETE_PER_CYCLE. */
  readonly imagesPerCycle: number;
  /** Names that stay, in any spelling. Source: ECS_EXCLUDE_UNTRACKED_IMAGE. */
  readonly excluded: readonly string[];
  /**
   * Also remove images that tasks have used but that this engine did not pull: built here, or pulled by hand. Off, unless
   * `untracked` is given. Source: ours, docs/decisions/011.
   */
  readonly removeNotPulled?: boolean;
  /** Also remove stopped containers and unused images that are not ours. Source: ECS_ENABLE_UNTRACKED_IMAGE_CLEANUP. */
  readonly untracked?: UntrackedOptions;
  /** Remove more than the usual number while the disk is full. Source: ours. */
  readonly diskPressure?: DiskPressureOptions;
};

export type UntrackedOptions = {
  /** Counted from when we saw the image first, not from its build. Source: NON_ECS_IMAGE_MINIMUM_CLEANUP_AGE, W in 13.4. */
  readonly imageMinimumAgeMs: number;
  /** Counted from its end, or its creation if it never ran. Source: ECS_ENGINE_TASK_CLEANUP_WAIT_DURATION. */
  readonly containerMinimumAgeMs: number;
  /** 0 counts as 5. Source: NONECS_NUM_CONTAINERS_DELETE_PER_CYCLE. */
  readonly containersPerCycle: number;
  /** Is this container one of a known task? Those are never touched. */
  readonly isOurs: (container: {
    readonly dockerId: string;
    readonly labels: Readonly<Record<string, string>>;
  }) => boolean;
};

/** Marks that make no sense count as the defaults. */
export type DiskPressureOptions = DiskMarks & {
  /** Part of the disk that is used, 0 to 1; `undefined` when it cannot be seen, and images go by age and number alone. */
  readonly usedPart: () => Promise<number | undefined>;
};

const MINUTE_MS = 60_000;

export const DEFAULT_CLEANUP_OPTIONS: ImageCleanupOptions = {
  enabled: true,
  intervalMs: 30 * MINUTE_MS,
  minimumAgeMs: 60 * MINUTE_MS,
  imagesPerCycle: 5,
  excluded: [],
};

/** For who switches the clean-up of things that are not ours on. Source: engine-modern 13.1. */
export const DEFAULT_UNTRACKED_AGES: Omit<UntrackedOptions, "isOurs"> = {
  imageMinimumAgeMs: 60 * MINUTE_MS,
  containerMinimumAgeMs: 180 * MINUTE_MS,
  containersPerCycle: 5,
};

/** Puts settings out of bounds back to their defaults. Source: CF-2, IMC-4. */
export function boundedCleanupOptions(options: Partial<ImageCleanupOptions>): ImageCleanupOptions {
  const merged = { ...DEFAULT_CLEANUP_OPTIONS, ...options };
  const { diskPressure } = merged;
  return {
    ...merged,
    intervalMs: merged.intervalMs < 10 * MINUTE_MS ? DEFAULT_CLEANUP_OPTIONS.intervalMs : merged.intervalMs,
    imagesPerCycle: merged.imagesPerCycle < 1 ? DEFAULT_CLEANUP_OPTIONS.imagesPerCycle : merged.imagesPerCycle,
    ...(diskPressure === undefined ? {} : { diskPressure: { ...diskPressure, ...boundedDiskMarks(diskPressure) } }),
  };
}
