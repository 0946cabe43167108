/**
 * Which images may go, in which order, and why the others stay. Pure, so that `explainCleanup` and the clean-up itself
 * cannot disagree.
 * Source: engine-modern 13.3, engine-behaviour 6.4, IM-10 to IM-13, IMC-1 to IMC-3; docs/decisions/011.
 */
import { formatGoDuration } from "../duration.ts";
import { type DiskReading, describeDisk, isPressed } from "./disk-pressure.ts";
import type { ImageState } from "./image-state.ts";
import { sameImageName } from "./reference.ts";

/** What decides whether an image may go. Ages in ms. Source: engine-modern 13.3. */
export type CleanupRules = {
  readonly now: number;
  /** An image goes only when it was pulled longer ago than this. */
  readonly minimumAgeMs: number;
  /** Names that stay: pause images, our own, the user's list. */
  readonly excluded: readonly string[];
  /** May images go that tasks have used but that this engine did not pull? Not unless set. */
  readonly removeNotPulled?: boolean;
  /** Is a pull of one of these names under way? */
  readonly isBusy: (state: ImageState) => boolean;
  /** A container in Docker, anybody's, that was made of this image. */
  readonly usedBy?: (imageId: string) => string | undefined;
};

/** What becomes of one image in the next cycle, and why. */
export type CleanupVerdict = {
  /** What the next cycle would do. */
  readonly type: "delete" | "keep";
  readonly imageId: string;
  readonly names: readonly string[];
  /** Why it goes or stays, with the setting that decides it. */
  readonly reason: string;
};

/** How many images a cycle removes, and what the disk adds to that. */
export type CleanupBudget = {
  readonly limit: number;
  /** Absent when disk pressure is off or the disk cannot be seen. */
  readonly disk?: DiskReading | undefined;
};

/** Why this image stays; `undefined` when it may go. */
function whyKept(state: ImageState, rules: CleanupRules): string | undefined {
  const [user] = state.references;
  if (user !== undefined) return `in use by ${user}`;
  const container = rules.usedBy?.(state.imageId);
  if (container !== undefined) return `in use by container ${container}`;
  if (rules.isBusy(state)) return state.names.length === 0 ? "has no name, and a pull is under way" : "being pulled";
  const excluded = excludedName(state.names, rules.excluded);
  if (excluded !== undefined) return `excluded by its name ${excluded}`;
  if (!state.pullSucceeded && rules.removeNotPulled !== true) {
    return "not pulled by this engine: built here, or pulled by somebody else";
  }
  return ageOf(state, rules) > rules.minimumAgeMs ? undefined : describeAge(state, rules);
}

/** The name by which an image is excluded from clean-up, in whatever spelling. */
export function excludedName(names: readonly string[], excluded: readonly string[]): string | undefined {
  return names.find((name) => excluded.some((other) => sameImageName(name, other)));
}

/** Images that may go, least recently used first, at most `limit`. */
export function imageStatesForDeletion(
  states: readonly ImageState[],
  rules: CleanupRules,
  limit = Number.POSITIVE_INFINITY,
): readonly ImageState[] {
  return states
    .filter((state) => whyKept(state, rules) === undefined)
    .sort(byLastUse)
    .slice(0, limit);
}

/** What a cycle would do with each image, those that go first. */
export function explainImages(
  states: readonly ImageState[],
  rules: CleanupRules,
  budget: CleanupBudget,
): readonly CleanupVerdict[] {
  const going = imageStatesForDeletion(states, rules).map((state, index): CleanupVerdict => {
    const { imageId, names } = state;
    return { imageId, names, ...fateOf(index, `unused, ${describeAge(state, rules)}`, budget) };
  });
  const staying = [...states].sort(byLastUse).flatMap((state): readonly CleanupVerdict[] => {
    const { imageId, names } = state;
    const reason = whyKept(state, rules);
    return reason === undefined ? [] : [{ type: "keep", imageId, names, reason }];
  });
  return [...going, ...staying];
}

/** Of an image that may go: is it its turn? */
function fateOf(index: number, why: string, { limit, disk }: CleanupBudget): Pick<CleanupVerdict, "type" | "reason"> {
  if (index < limit) return { type: "delete", reason: why };
  const full = `a cycle removes no more than ${limit}`;
  if (disk === undefined) return { type: "keep", reason: full };
  if (isPressed(disk)) return { type: "delete", reason: `${why}; ${describeDisk(disk)}` };
  return { type: "keep", reason: `${full} while ${describeDisk(disk)}` };
}

function ageOf(state: ImageState, rules: CleanupRules): number {
  return rules.now - state.pulledAt;
}

function describeAge(state: ImageState, rules: CleanupRules): string {
  const verb = state.pullSucceeded ? "pulled" : "seen first";
  const seconds = Math.trunc(ageOf(state, rules) / 1_000);
  return `${verb} ${formatGoDuration(seconds * 1_000)} ago, goes after ${formatGoDuration(rules.minimumAgeMs)}`;
}

function byLastUse(a: ImageState, b: ImageState): number {
  return a.lastUsedAt - b.lastUsedAt;
}
