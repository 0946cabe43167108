/**
 * Which images may go, in which order, and why the others stay. Pure, so that `explainCleanup` and the clean-up itself
 * cannot disagree.
 * Source: engine-modern 13.3, engine-behaviour 6.4, IM-10 to IM-13, IMC-1 to IMC-3.
 */
import { formatGoDuration } from "../duration.ts";
import type { ImageState } from "./image-state.ts";
import { sameImageName } from "./reference.ts";

export type CleanupRules = {
  readonly now: number;
  /** An image goes only when it was pulled longer ago than this. */
  readonly minimumAgeMs: number;
  /** Names that stay: pause images, our own, the user's list. */
  readonly excluded: readonly string[];
  /** Is a pull of one of these names under way? */
  readonly isBusy: (state: ImageState) => boolean;
};

export type CleanupVerdict =
  | { readonly type: "delete"; readonly imageId: string; readonly names: readonly string[] }
  | { readonly type: "keep"; readonly imageId: string; readonly names: readonly string[]; readonly reason: string };

/** Why this image stays; `undefined` when it may go. */
function whyKept(state: ImageState, rules: CleanupRules): string | undefined {
  const [user] = state.references;
  if (user !== undefined) return `in use by ${user}`;
  if (rules.isBusy(state)) return "being pulled";
  const excluded = state.names.find((name) => rules.excluded.some((other) => sameImageName(name, other)));
  if (excluded !== undefined) return `excluded by its name ${excluded}`;
  const ageMs = rules.now - state.pulledAt;
  if (ageMs > rules.minimumAgeMs) return undefined;
  return `pulled ${formatGoDuration(ageMs)} ago, goes after ${formatGoDuration(rules.minimumAgeMs)}`;
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
  limit: number,
): readonly CleanupVerdict[] {
  const going = new Set(imageStatesForDeletion(states, rules, limit));
  const verdicts = [...states].sort(byLastUse).map((state): CleanupVerdict => {
    const { imageId, names } = state;
    if (going.has(state)) return { type: "delete", imageId, names };
    const reason = whyKept(state, rules) ?? `this cycle removes no more than ${limit}`;
    return { type: "keep", imageId, names, reason };
  });
  return verdicts.sort((a, b) => Number(a.type === "keep") - Number(b.type === "keep"));
}

function byLastUse(a: ImageState, b: ImageState): number {
  return a.lastUsedAt - b.lastUsedAt;
}
