/**
 * An engine's whole state as one JSON document with a version: what `toJSON` gives and `restoreFromJSON` takes, and what
 * a store is exported to and imported from. Each version that was ever written is read for ever; `golden/` has one
 * document of each.
 */
import * as v from "valibot";
import { InvalidInputError } from "../errors.ts";
import { jsonExcess } from "../json-cost.ts";
import { assertConsistent } from "./consistency.ts";
import {
  assertReadable,
  CURRENT_SCHEMA,
  checkSaved,
  readContents,
  SAVED_VERSION,
  type SavedSchema,
  type SavedState,
} from "./contents.ts";
import { savedMeta } from "./schema.ts";
import { STATE_BOUNDS } from "./state-bounds.ts";

export { SAVED_VERSION, type SavedState } from "./contents.ts";

export const SAVED_FORMAT = "berth-state";

/** Plain data, ready for `JSON.stringify`. */
export type SavedDocument = { readonly format: typeof SAVED_FORMAT; readonly version: number } & SavedState;

const envelope = v.looseObject({
  format: v.literal(SAVED_FORMAT, `Invalid format: expected "${SAVED_FORMAT}"`),
  version: v.pipe(v.number(), v.integer(), v.minValue(1)),
});

const parts = v.object({
  tasks: v.array(v.unknown()),
  changes: v.array(v.unknown()),
  images: v.array(v.unknown()),
  meta: savedMeta,
});

export function toSavedDocument({ tasks, changes, images, meta }: SavedState): SavedDocument {
  return { format: SAVED_FORMAT, version: SAVED_VERSION, tasks, changes, images, meta };
}

/**
 * @param input the document, or its JSON text
 * @param schema for tests of migrations
 * @throws {InvalidInputError} with the path of what is wrong
 */
export function parseSavedDocument(input: unknown, schema: SavedSchema = CURRENT_SCHEMA): SavedState {
  // What the caller keeps is his own, and members that are undefined are absent.
  const document = checkSaved(envelope, parseJson(typeof input === "string" ? input : writeJson(input)));
  // What a newer version has in which part is not known.
  assertReadable(document.version, schema);
  const state = readContents(checkSaved(parts, document), document.version, schema);
  assertConsistent(state);
  return state;
}

/** What is circular, too deep, or holds what JSON has not is no state. */
function writeJson(input: unknown): string {
  try {
    return JSON.stringify(input) ?? "null";
  } catch {
    throw new InvalidInputError("", "Cannot read state: it cannot be written as JSON");
  }
}

function parseJson(text: string): unknown {
  // Taken as it is, it could never be saved again, or would fill the memory before it is looked at.
  const excess = jsonExcess(text, STATE_BOUNDS);
  if (excess !== undefined) throw new InvalidInputError("", `Cannot read state: ${excess}`);
  return tryParse(text);
}

function tryParse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new InvalidInputError("", "Cannot read state: the text is not valid JSON");
  }
}
