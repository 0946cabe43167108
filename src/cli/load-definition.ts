/** From a file and options to a definition that can be run, planned or judged. */

import { applyOverrides } from "../core/definition/apply-overrides.ts";
import { unwrapDocument } from "../core/definition/document.ts";
import { type ForeignDocument, recogniseDocument, recogniseText } from "../core/definition/foreign-documents.ts";
import { replaceImages } from "../core/definition/images.ts";
import { limitationsOf } from "../core/definition/limitations.ts";
import { validateTaskOverride } from "../core/definition/overrides.ts";
import { fillPlaceholders, findPlaceholders } from "../core/definition/placeholders.ts";
import { isError, type Problem } from "../core/definition/problem.ts";
import type { TaskDefinition } from "../core/definition/types.ts";
import { type Validation, validateTaskDefinition } from "../core/definition/validate.ts";
import { InvalidInputError } from "../core/errors.ts";
import { parseDotenv } from "../core/secrets/dotenv.ts";
import { addVariables, checkContainerNames, parseAssignments, parseContainerVariables } from "./assignments.ts";
import { readText } from "./definition-text.ts";
import type { CliHost } from "./host.ts";
import { InvalidDefinitionError } from "./invalid-definition.ts";
import { readSource } from "./read-source.ts";
import { mountFolders, replaceVolumes } from "./volume-paths.ts";

/** Options that change a definition, as the command line gives them. */
export type DefinitionOptions = {
  readonly overrides?: string;
  readonly env?: readonly string[];
  readonly image?: readonly string[];
  readonly set?: readonly string[];
  readonly setFile?: string;
  readonly volume?: readonly string[];
};

export type LoadedDefinition = {
  /** File name, or `standard input`. */
  readonly source: string;
  /** Normalised, with the options applied. */
  readonly definition: TaskDefinition;
  /** Volumes that `--volume` put a folder in the place of. */
  readonly mounted: readonly string[];
  readonly warnings: readonly Problem[];
  /** Members that this host does not honour, or honours in another way. */
  readonly limitations: readonly Problem[];
};

type LoadHost = Pick<CliHost, "readStdin" | "workingDirectory">;

/**
 * @throws {InvalidInputError} when the file or an option cannot be read
 * @throws {InvalidDefinitionError} with every problem
 */
export async function loadDefinition(
  file: string,
  options: DefinitionOptions,
  host: LoadHost,
): Promise<LoadedDefinition> {
  // Options first: they are cheaper to put right than a file.
  const images = parseAssignments("--image", options.image ?? [], "CONTAINER=REFERENCE");
  const volumes = parseAssignments("--volume", options.volume ?? [], "NAME=PATH");
  const variables = parseContainerVariables(options.env ?? []);
  const { source, input, text, form } = await readDocument(file, options, host);
  const validation = await judge(replaceVolumes(replaceImages(input, Object.fromEntries(images)), volumes), text);
  const warnings = [...form, ...validation.problems];
  if (!validation.ok || form.some(isError)) throw new InvalidDefinitionError(source, warnings);
  const definition = mountFolders(validation.definition, volumes, host.workingDirectory);
  checkContainerNames(
    "--env",
    variables.map((each) => each.containerName),
    definition.containerDefinitions.map((each) => each.name),
  );
  const overridden = await overriddenBy(options.overrides, { definition, host, variables });
  return {
    source,
    definition: overridden.definition,
    mounted: [...volumes.keys()],
    warnings: [...warnings, ...overridden.warnings],
    limitations: limitationsOf(overridden.definition),
  };
}

/** A number in the place of a text is quoted as the file spells it; only then is the file read once more. */
async function judge(input: unknown, text: string): Promise<Validation> {
  const validation = validateTaskDefinition(input);
  if (!validation.problems.some(({ rule }) => rule === "wrong-type" || rule === "integer-out-of-range"))
    return validation;
  const { sourceFinder } = await import("../core/definition/source-text.ts");
  return validateTaskDefinition(input, { sourceOf: sourceFinder(text) });
}

export type Examination = Pick<LoadedDefinition, "source" | "limitations"> & {
  readonly problems: readonly Problem[];
  /** What is not filled in yet, by the names that `--set` takes, each once. */
  readonly placeholders: readonly string[];
};

export type SetOptions = Pick<DefinitionOptions, "set" | "setFile">;
/** Those of `run` that change what is found. */
export type ExamineOptions = Omit<DefinitionOptions, "env">;

/** As {@link loadDefinition}, but hands over what it finds. @throws {InvalidInputError} when there is nothing to examine */
export async function examineDefinition(file: string, options: ExamineOptions, host: LoadHost): Promise<Examination> {
  const images = parseAssignments("--image", options.image ?? [], "CONTAINER=REFERENCE");
  const volumes = parseAssignments("--volume", options.volume ?? [], "NAME=PATH");
  const { source, input, text, form } = await readDocument(file, options, host);
  const changed = replaceVolumes(replaceImages(input, Object.fromEntries(images)), volumes);
  const validation = await judge(changed, text);
  const problems = [...form, ...validation.problems];
  // What is here another way is told beside the errors, too.
  const readable = validation.ok ? validation.definition : validation.draft;
  const overrides = validation.ok ? await examineOverrides(options.overrides, validation.definition, host) : undefined;
  const limited = overrides?.definition ?? readable;
  return {
    source,
    problems: [...problems, ...(overrides?.problems ?? [])],
    limitations: limited === undefined ? [] : limitationsOf(mountFolders(limited, volumes, host.workingDirectory)),
    placeholders: namesOf(changed),
  };
}

/** With the definition that they make; without it when they cannot be taken. */
async function examineOverrides(
  overrides: string | undefined,
  definition: TaskDefinition,
  host: LoadHost,
): Promise<{ readonly definition?: TaskDefinition; readonly problems: readonly Problem[] }> {
  if (overrides === undefined) return { definition, problems: [] };
  const { input } = await readOverrides(overrides, host);
  const checked = validateTaskOverride(input, definition);
  if (!checked.ok) return { problems: checked.problems };
  return { definition: applyOverrides(definition, checked.overrides), problems: checked.problems };
}

type Document = {
  readonly source: string;
  readonly input: unknown;
  readonly text: string;
  readonly form: readonly Problem[];
};

async function readDocument(file: string, options: SetOptions, host: LoadHost): Promise<Document> {
  const values = parseAssignments("--set", options.set ?? [], "NAME=VALUE");
  const defaults = options.setFile === undefined ? {} : await readValues(options.setFile, host);
  const { text, name } = await readSource(file, host);
  const { input, warnings } = unwrapDocument(await readDefinition(text, name));
  checkUsed(input, values, name);
  return {
    source: name,
    text,
    input: fillPlaceholders(input, { ...defaults, ...Object.fromEntries(values) }),
    form: warnings,
  };
}

/**
 * Values for placeholders out of a file of NAME=VALUE lines. It may hold more than are asked for, and a name without a value
 * is one that is still to be filled in.
 */
async function readValues(file: string, host: LoadHost): Promise<Readonly<Record<string, string>>> {
  const { text, name } = await readSource(file, host);
  return Object.fromEntries(Object.entries(parseDotenv(text, name)).filter(([, value]) => value !== ""));
}

/** What looks like another tool's file is answered as such when it cannot be read at all, too. */
async function readDefinition(text: string, name: string): Promise<unknown> {
  try {
    return refuseForeign(await readText(text, name), text, name);
  } catch (error) {
    const foreign = error instanceof InvalidInputError ? recogniseText(text) : undefined;
    throw foreign === undefined ? error : refusal(name, foreign);
  }
}

function refuseForeign(document: unknown, text: string, name: string): unknown {
  const foreign = recogniseDocument(document) ?? (typeof document === "object" ? undefined : recogniseText(text));
  if (foreign !== undefined) throw refusal(name, foreign);
  return document;
}

function refusal(name: string, { kind, advice }: ForeignDocument): InvalidInputError {
  return new InvalidInputError(name, `Cannot use file as a task definition: it is ${kind}. ${advice}`);
}

function namesOf(input: unknown): readonly string[] {
  return [...new Set(findPlaceholders(input).map((each) => each.name))];
}

/** @throws {InvalidInputError} naming each value that no placeholder takes */
function checkUsed(input: unknown, values: ReadonlyMap<string, string>, source: string): void {
  if (values.size === 0) return;
  const before = JSON.stringify(input);
  // A value that says the same as the placeholder would change nothing: the name alone is looked for.
  const idle = [...values.keys()].filter(
    (name) => JSON.stringify(fillPlaceholders(input, { [name]: `${name}\u0000` })) === before,
  );
  if (idle.length === 0) return;
  const names = namesOf(input);
  const there = names.length === 0 ? "it has no placeholders" : `it has ${names.join(", ")}`;
  const list = idle.map((name) => `--set ${name}`).join(", ");
  throw new InvalidInputError("", `Cannot use ${list}: ${source} has no such placeholder, ${there}`);
}

type OverrideContext = {
  readonly definition: TaskDefinition;
  readonly host: LoadHost;
  readonly variables: ReturnType<typeof parseContainerVariables>;
};

async function overriddenBy(
  overrides: string | undefined,
  { definition, host, variables }: OverrideContext,
): Promise<{ readonly definition: TaskDefinition; readonly warnings: readonly Problem[] }> {
  const { overrides: changes, problems } = await checkedOverrides(overrides, definition, host);
  return { definition: applyOverrides(definition, addVariables(changes, variables)), warnings: problems };
}

async function checkedOverrides(overrides: string | undefined, definition: TaskDefinition, host: LoadHost) {
  // Nothing to check, and checking is done by looking at the whole definition with and without them.
  if (overrides === undefined) return { overrides: {}, problems: [] };
  const { source, input } = await readOverrides(overrides, host);
  const checked = validateTaskOverride(input, definition);
  if (!checked.ok) throw new InvalidDefinitionError(source, checked.problems);
  return checked;
}

/** `--overrides` takes JSON or a file; either may be a whole RunTask request, of which the overrides count. */
async function readOverrides(
  overrides: string,
  host: LoadHost,
): Promise<{ readonly source: string; readonly input: unknown }> {
  const inline = overrides.trimStart().startsWith("{");
  const { text, name } = inline ? { text: overrides, name: "--overrides" } : await readSource(overrides, host);
  const document = await readText(text, name);
  const isRequest = typeof document === "object" && document !== null && "overrides" in document;
  return { source: name, input: isRequest ? document.overrides : document };
}
