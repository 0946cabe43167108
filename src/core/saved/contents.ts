/**
 * The one way from what was saved to what a program works with: rows of a store and documents alike go through the
 * migrations from their version to today's, and then through the schema.
 *
 * To change the form: raise the version, add the step from the version before to `MIGRATIONS`, add a golden document.
 * Source: engine-modern 8.4, 34 (REC-8).
 */
import * as v from "valibot";
import { InvalidInputError } from "../errors.ts";
import type { StateChange } from "../state-change.ts";
import type { Task } from "../task.ts";
import { savedChange, savedImage, savedMeta, savedTask } from "./schema.ts";

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

/** The parts of a saved state as they were parsed, not looked at yet. */
export type RawState = {
  readonly tasks: readonly unknown[];
  readonly changes: readonly unknown[];
  readonly images: readonly unknown[];
  readonly meta: Readonly<Record<string, string>>;
};

/** Makes a state of the next version. Pure. */
export type Migration = (state: RawState) => RawState;

/** What a program writes, and how it reads older states: a step by each version that it starts from. */
export type SavedSchema = {
  readonly version: number;
  readonly migrations: Readonly<Record<number, Migration>>;
};

/** There is no step yet: version 1 is the first. */
export const CURRENT_SCHEMA: SavedSchema = { version: SAVED_VERSION, migrations: {} };

const contents = v.object({
  tasks: v.array(savedTask),
  changes: v.array(savedChange),
  images: v.array(savedImage),
  meta: savedMeta,
});

/**
 * @param raw parsed from JSON, and nobody else's: it becomes part of what is returned
 * @throws {InvalidInputError} with the path of what is wrong; for a version that is newer than this program
 */
export function readContents(raw: RawState, version: number, schema: SavedSchema = CURRENT_SCHEMA): SavedState {
  const { tasks, changes, images, meta } = migrate(raw, version, schema);
  const input = { tasks, changes, images, meta };
  return unlessSame(input, checkSaved(contents, input));
}

/** @throws {InvalidInputError} for a version that is newer than this program */
export function assertReadable(version: number, schema: SavedSchema): void {
  if (version <= schema.version) return;
  const known = `it has version ${version}, and this Berth knows versions up to ${schema.version}`;
  throw new InvalidInputError("version", `Cannot read state: ${known}`);
}

function migrate(raw: RawState, version: number, schema: SavedSchema): RawState {
  assertReadable(version, schema);
  let current = raw;
  for (let from = version; from < schema.version; from += 1) {
    const step = schema.migrations[from];
    if (step === undefined) throw new InvalidInputError("version", `Cannot read state: version ${from} is not known`);
    current = step(current);
  }
  return current;
}

/** @throws {InvalidInputError} with the path of the first thing that is wrong */
export function checkSaved<Output>(schema: v.GenericSchema<unknown, Output>, value: unknown): Output {
  const result = v.safeParse(schema, value, { abortEarly: true });
  if (result.success) return result.output;
  const [issue] = result.issues;
  throw new InvalidInputError(pathOf(issue), `Cannot read state: ${issue.message}`);
}

/** `tasks[1].containers[0].knownStatus` */
function pathOf(issue: v.BaseIssue<unknown>): string {
  const keys = (issue.path ?? []).map(({ key }) => key);
  return keys
    .map((key) => (typeof key === "number" ? `[${key}]` : `.${String(key)}`))
    .join("")
    .replace(/^\./, "");
}

/**
 * The schema's copies of large objects are slow ones that take twice the memory, and next to nothing is changed by it:
 * whatever is as it was parsed is kept, task by task.
 */
function unlessSame(input: RawState, output: SavedState): SavedState {
  return {
    ...output,
    tasks: output.tasks.map((task, index) => keepSame(input.tasks[index], task)),
    changes: output.changes.map((change, index) => keepSame(input.changes[index], change)),
    // Texts under names of any kind: the schema's copy lacks those that stand for prototypes.
    meta: input.meta,
  };
}

function keepSame<Output>(input: unknown, output: Output): Output {
  return isSameJson(input, output) ? input : output;
}

function isSameJson<Output>(input: unknown, output: Output): input is Output {
  if (input === output) return true;
  if (typeof input !== "object" || typeof output !== "object" || input === null || output === null) return false;
  const keys = Object.keys(input);
  if (keys.length !== Object.keys(output).length) return false;
  return keys.every(
    (key) => Object.hasOwn(output, key) && isSameJson(Reflect.get(input, key), Reflect.get(output, key)),
  );
}
