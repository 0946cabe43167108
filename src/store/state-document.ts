/**
 * The stored state as one document with a version: what exports look like, and what rows are read through. Each version
 * that was ever written can be read for ever; older ones go through the migrations.
 */
import * as v from "valibot";
import { InvalidInputError } from "../core/errors.ts";
import { isNestedBeyond, STATE_NESTING_MAX } from "../core/nesting.ts";
import { CONTAINER_STATUSES, TASK_STATUSES } from "../core/status.ts";
import type { StoredState } from "../ports/state-store.ts";
import { persistedTask } from "./persisted.ts";

const STATE_FORMAT = "berth-state";
/** Raise it when the form of a row changes, and add the migration from the version before. */
export const STATE_VERSION = 1;

/** Rows as they were parsed, not yet looked at. */
export type RawState = {
  readonly tasks: readonly unknown[];
  readonly changes: readonly unknown[];
  readonly images: readonly unknown[];
  readonly meta: Readonly<Record<string, string>>;
};

/** Makes rows of one version out of rows of the version before. Pure. */
export type Migration = (state: RawState) => RawState;

/** By the version that they start from. There is none yet: version 1 is the first. */
export const MIGRATIONS: Readonly<Record<number, Migration>> = {};

/** JSON has texts for infinity (1e999) that it does not write again: such a state could not be read back. */
const number = v.pipe(v.number(), v.finite());

const container = v.looseObject({
  name: v.string(),
  dockerName: v.string(),
  image: v.string(),
  knownStatus: v.picklist(CONTAINER_STATUSES),
  desiredStatus: v.picklist(CONTAINER_STATUSES),
  dependencies: v.array(v.looseObject({ containerName: v.string() })),
});

const resource = v.looseObject({ id: v.string(), type: v.string(), knownStatus: v.string() });

const task = v.looseObject({
  arn: v.pipe(v.string(), v.startsWith("arn:")),
  id: v.string(),
  cluster: v.string(),
  family: v.string(),
  definition: v.looseObject({ containerDefinitions: v.array(v.looseObject({ name: v.string() })) }),
  containers: v.array(container),
  resources: v.array(resource),
  knownStatus: v.picklist(TASK_STATUSES),
  desiredStatus: v.picklist(TASK_STATUSES),
  nextChange: number,
});

const change = v.looseObject({
  type: v.picklist(["task", "container"]),
  taskArn: v.string(),
  sequence: v.pipe(number, v.integer(), v.minValue(1)),
  status: v.string(),
});

const image = v.object({
  imageId: v.string(),
  names: v.array(v.string()),
  sizeBytes: number,
  pulledAt: number,
  lastUsedAt: number,
  pullSucceeded: v.boolean(),
});

const rows = v.object({
  tasks: v.array(task),
  changes: v.array(change),
  images: v.array(image),
  meta: v.record(v.string(), v.string()),
});

const document = v.looseObject({
  format: v.literal(STATE_FORMAT),
  version: v.pipe(number, v.integer(), v.minValue(1)),
  tasks: v.array(v.unknown()),
  changes: v.array(v.unknown()),
  images: v.array(v.unknown()),
  meta: v.record(v.string(), v.string()),
});

/** A row's outline was checked; the rest of it is as this program wrote it. */
function isStoredState(raw: RawState): raw is StoredState {
  return v.is(rows, raw);
}

/**
 * Brings rows of any known version to today's form.
 * @throws {InvalidInputError} with the path of what is wrong, or for a version that is newer than this program
 */
export function readRows(
  raw: RawState,
  version: number,
  migrations = MIGRATIONS,
  current = STATE_VERSION,
): StoredState {
  const today = migrate(raw, version, migrations, current);
  if (isStoredState(today)) {
    const { tasks, changes, images, meta } = today;
    return { tasks: tasks.map(persistedTask), changes, images, meta };
  }
  const [issue] = v.safeParse(rows, today).issues ?? [];
  const path = issue === undefined ? "" : (v.getDotPath(issue) ?? "");
  throw new InvalidInputError(path, `Cannot read state: ${issue?.message ?? "a row is not as it should be"}`);
}

function migrate(
  raw: RawState,
  version: number,
  migrations: Readonly<Record<number, Migration>>,
  current: number,
): RawState {
  if (version > current) {
    throw new InvalidInputError(
      "version",
      `Cannot read state: it has version ${version}, and this Berth knows versions up to ${current}`,
    );
  }
  let state = raw;
  for (let from = version; from < current; from++) {
    const step = migrations[from];
    if (step === undefined) throw new InvalidInputError("version", `Cannot read state: version ${from} is not known`);
    state = step(state);
  }
  return state;
}

/** The whole state as text, readable by people and by {@link parseExport}. */
export function formatExport(state: StoredState): string {
  const { tasks, changes, images, meta } = state;
  const content = {
    format: STATE_FORMAT,
    version: STATE_VERSION,
    tasks: tasks.map(persistedTask),
    changes,
    images,
    meta,
  };
  return `${JSON.stringify(content, undefined, 2)}\n`;
}

/** @throws {InvalidInputError} when it is no export, or one of a newer version */
export function parseExport(text: string): StoredState {
  const parsed = v.safeParse(document, parseJson(text));
  if (parsed.success) return readRows(parsed.output, parsed.output.version);
  const [issue] = parsed.issues;
  throw new InvalidInputError(v.getDotPath(issue) ?? "", `Cannot read state: ${issue.message}`);
}

function parseJson(text: string): unknown {
  const value = tryParse(text);
  // Taken as it is, it could never be written again.
  if (!isNestedBeyond(value, STATE_NESTING_MAX)) return value;
  throw new InvalidInputError("", `Cannot read state: it is nested more than ${STATE_NESTING_MAX} levels deep`);
}

function tryParse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new InvalidInputError("", "Cannot read state: the text is not valid JSON");
  }
}
