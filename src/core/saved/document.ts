/**
 * An engine's whole state as one JSON document with a version: what `toJSON` gives and `restoreFromJSON` takes. Each
 * version that was ever written is read for ever; `golden/` has one document of each.
 *
 * To change the form: raise the version, add the step from the version before to `MIGRATIONS`, add a golden document.
 */
import * as v from "valibot";
import { InvalidInputError } from "../errors.ts";
import { isNestedBeyond, STATE_NESTING_MAX } from "../nesting.ts";
import type { StateChange } from "../state-change.ts";
import type { Task } from "../task.ts";
import { assertConsistent } from "./consistency.ts";
import { savedChange, savedImage, savedMeta, savedTask } from "./schema.ts";

export const SAVED_FORMAT = "berth-state";
export const SAVED_VERSION = 1;

/** As in the image manager's records, without who uses it. Times in ms since 1970. */
export type SavedImage = {
  readonly imageId: string;
  readonly names: readonly string[];
  readonly sizeBytes: number;
  readonly pulledAt: number;
  readonly lastUsedAt: number;
  readonly pullSucceeded: boolean;
};

export type SavedState = {
  readonly tasks: readonly Task[];
  /** Not acknowledged, ordered by task and number. */
  readonly changes: readonly StateChange[];
  readonly images: readonly SavedImage[];
  readonly meta: Readonly<Record<string, string>>;
};

/** Plain data, ready for `JSON.stringify`. */
export type SavedDocument = { readonly format: typeof SAVED_FORMAT; readonly version: number } & SavedState;

/** Makes a document of the next version out of one that has only been looked at from outside. Pure. */
export type Migration = (document: Readonly<Record<string, unknown>>) => Readonly<Record<string, unknown>>;

export type Migrations = Readonly<Record<number, Migration>>;

/** By the version that they start from. There is none yet: version 1 is the first. */
export const MIGRATIONS: Migrations = {};

const envelope = v.looseObject({
  format: v.literal(SAVED_FORMAT, `Invalid format: expected "${SAVED_FORMAT}"`),
  version: v.pipe(v.number(), v.integer(), v.minValue(1)),
});

const contents = v.object({
  tasks: v.array(savedTask),
  changes: v.array(savedChange),
  images: v.array(savedImage),
  meta: savedMeta,
});

export function toSavedDocument({ tasks, changes, images, meta }: SavedState): SavedDocument {
  return { format: SAVED_FORMAT, version: SAVED_VERSION, tasks, changes, images, meta };
}

/**
 * @param input the document, or its JSON text
 * @param schema what this program writes and how it reads older documents; for tests of migrations
 * @throws {InvalidInputError} with the path of what is wrong
 */
export function parseSavedDocument(
  input: unknown,
  schema: { readonly version: number; readonly migrations: Migrations } = {
    version: SAVED_VERSION,
    migrations: MIGRATIONS,
  },
): SavedState {
  // What the caller keeps is his own, and members that are undefined are absent.
  const document = check(envelope, parseJson(typeof input === "string" ? input : writeJson(input)));
  const state = check(contents, migrate(document, schema));
  assertConsistent(state);
  return state;
}

function migrate(
  document: v.InferOutput<typeof envelope>,
  { version, migrations }: { readonly version: number; readonly migrations: Migrations },
): Readonly<Record<string, unknown>> {
  if (document.version > version) {
    const known = `it has version ${document.version}, and this Berth knows versions up to ${version}`;
    throw new InvalidInputError("version", `Cannot restore state: ${known}`);
  }
  let current: Readonly<Record<string, unknown>> = document;
  for (let from = document.version; from < version; from += 1) {
    const step = migrations[from];
    if (step === undefined) {
      throw new InvalidInputError("version", `Cannot restore state: version ${from} is not known`);
    }
    current = step(current);
  }
  return current;
}

function check<Output>(schema: v.GenericSchema<unknown, Output>, value: unknown): Output {
  const result = v.safeParse(schema, value, { abortEarly: true });
  if (result.success) return result.output;
  const [issue] = result.issues;
  throw new InvalidInputError(pathOf(issue), `Cannot restore state: ${issue.message}`);
}

/** `tasks[1].containers[0].knownStatus` */
function pathOf(issue: v.BaseIssue<unknown>): string {
  const keys = (issue.path ?? []).map(({ key }) => key);
  return keys
    .map((key) => (typeof key === "number" ? `[${key}]` : `.${String(key)}`))
    .join("")
    .replace(/^\./, "");
}

/** What is circular, too deep, or holds what JSON has not is no state. */
function writeJson(input: unknown): string {
  try {
    return JSON.stringify(input) ?? "null";
  } catch {
    throw new InvalidInputError("", "Cannot restore state: it cannot be written as JSON");
  }
}

function parseJson(text: string): unknown {
  const value = tryParse(text);
  // Taken as it is, it could never be saved again.
  if (!isNestedBeyond(value, STATE_NESTING_MAX)) return value;
  throw new InvalidInputError("", `Cannot restore state: it is nested more than ${STATE_NESTING_MAX} levels deep`);
}

function tryParse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new InvalidInputError("", "Cannot restore state: the text is not valid JSON");
  }
}
