/** What a text may ask for that is taken for a saved state. */
import type { JsonBounds } from "../json-cost.ts";
import { STATE_NESTING_MAX } from "../nesting.ts";

/** A saved task has more than twenty characters a value, and a few dozen members in its largest object. */
export const STATE_BOUNDS: JsonBounds = { levels: STATE_NESTING_MAX, members: 10_000, charactersPerValue: 10 };
