/**
 * Which images that no task of ours has used may go, when that is switched on, and why the others stay.
 * Source: engine-modern 13.4, IMC-6, IMC-7.
 */
import { formatGoDuration } from "../duration.ts";
import { type CleanupVerdict, excludedName } from "./cleanup-policy.ts";

export type UntrackedImage = {
  readonly imageId: string;
  readonly tags: readonly string[];
  readonly sizeBytes: number;
};

export type UntrackedRules = {
  readonly minimumAgeMs: number;
  /** Since the engine saw it first. */
  readonly ageMs: (imageId: string) => number;
  readonly excluded: readonly string[];
  /** Is a pull of one of these names under way? */
  readonly isBusy: (names: readonly string[]) => boolean;
  /** Does a record of an image that tasks use have this name? */
  readonly isRecorded: (name: string) => boolean;
  /** A container in Docker, anybody's, that was made of this image. */
  readonly usedBy: (imageId: string) => string | undefined;
};

/** Images that may go, smallest first. */
export function untrackedForDeletion<Image extends UntrackedImage>(
  images: readonly Image[],
  rules: UntrackedRules,
): readonly Image[] {
  return images.filter((image) => whyKept(image, rules) === undefined).sort((a, b) => a.sizeBytes - b.sizeBytes);
}

/** What a cycle would do with each. @param quota what is left of the cycle's number */
export function explainUntracked(
  images: readonly UntrackedImage[],
  rules: UntrackedRules,
  quota: number,
): readonly CleanupVerdict[] {
  const free = untrackedForDeletion(images, rules);
  const going = free.map(({ imageId, tags: names }, index): CleanupVerdict => {
    if (index < quota) return { type: "delete", imageId, names, reason: `no task's, ${describeAge(imageId, rules)}` };
    return { type: "keep", imageId, names, reason: `the cycle's number leaves room for ${quota} that are no task's` };
  });
  const staying = images.flatMap((image): readonly CleanupVerdict[] => {
    const reason = whyKept(image, rules);
    return reason === undefined ? [] : [{ type: "keep", imageId: image.imageId, names: image.tags, reason }];
  });
  return [...going, ...staying];
}

/** Why this image stays; `undefined` when it may go. */
function whyKept({ imageId, tags }: UntrackedImage, rules: UntrackedRules): string | undefined {
  const container = rules.usedBy(imageId);
  if (container !== undefined) return `in use by container ${container}`;
  if (rules.isBusy(tags)) return "being pulled";
  const excluded = excludedName(tags, rules.excluded);
  if (excluded !== undefined) return `excluded by its name ${excluded}`;
  const recorded = tags.find(rules.isRecorded);
  if (recorded !== undefined) return `named as an image that tasks use: ${recorded}`;
  return rules.ageMs(imageId) > rules.minimumAgeMs ? undefined : describeAge(imageId, rules);
}

function describeAge(imageId: string, rules: UntrackedRules): string {
  const seconds = Math.trunc(rules.ageMs(imageId) / 1_000);
  return `seen first ${formatGoDuration(seconds * 1_000)} ago, goes after ${formatGoDuration(rules.minimumAgeMs)}`;
}
