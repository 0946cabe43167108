/** The image manager, for those who wire it. */
export {
  DEFAULT_CLEANUP_OPTIONS,
  DEFAULT_UNTRACKED_AGES,
  type DiskPressureOptions,
  type ImageCleanupOptions,
  type UntrackedOptions,
} from "./cleanup-options.ts";
export { diskUsedPart } from "./disk-usage.ts";
export type { CleanupResult } from "./image-cleanup.ts";
export { ImageLocks } from "./image-locks.ts";
export { ImageManager, type ImageManagerOptions, type ImageUse } from "./image-manager.ts";
export {
  DEFAULT_IMAGE_LIMITS,
  type FindRegistryAuth,
  type ImageLimits,
  type ImageRequest,
  type ManifestAnswer,
  type PullAnswer,
  type PullRequest,
} from "./types.ts";
