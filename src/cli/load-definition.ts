/** From a file and options to a definition that can be run, planned or judged. */

import { applyOverrides } from "../core/definition/apply-overrides.ts";
import { replaceImages } from "../core/definition/images.ts";
import { limitationsOf } from "../core/definition/limitations.ts";
import { validateTaskOverride } from "../core/definition/overrides.ts";
import type { PlacedPlaceholder } from "../core/definition/placeholder-places.ts";
import { findPlaceholders, type Placeholder } from "../core/definition/placeholders.ts";
import { isError, type Problem } from "../core/definition/problem.ts";
import type { BarePlaceholder } from "../core/definition/text.ts";
import type { TaskDefinition } from "../core/definition/types.ts";
import { type Validation, validateTaskDefinition } from "../core/definition/validate.ts";
import { InvalidInputError } from "../core/errors.ts";
import { addVariables, checkContainerNames, parseAssignments, parseContainerVariables } from "./assignments.ts";
import { readText } from "./definition-text.ts";
import type { CliHost } from "./host.ts";
import { InvalidDefinitionError } from "./invalid-definition.ts";
import { type Idle, readDefinitionFile, type SetOptions } from "./read-definition.ts";
import { readSource } from "./read-source.ts";
import { mountFolders, replaceVolumes } from "./volume-paths.ts";

/** Options that change a definition, as the command line gives them. */
export type DefinitionOptions = SetOptions & {
  readonly overrides?: string;
  readonly env?: readonly string[];
  readonly image?: readonly string[];
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
  /** Of a definition that AWS has answered with. */
  readonly registeredArn: string | undefined;
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
  const { source, input, text, form, idle, registeredArn } = await readDefinitionFile(file, options, host);
  if (idle.names.length > 0) throw new InvalidInputError("", idle.message);
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
    registeredArn,
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
  /** What is not filled in yet, in the order of the file. */
  readonly placeholders: readonly PlacedPlaceholder[];
  /** Values of `--set` that this file has no use for; with several files another one may. */
  readonly idle: Idle;
};

/** Those of `run` that change what is found. */
export type ExamineOptions = Omit<DefinitionOptions, "env">;

/** As {@link loadDefinition}, but hands over what it finds. @throws {InvalidInputError} when there is nothing to examine */
export async function examineDefinition(file: string, options: ExamineOptions, host: LoadHost): Promise<Examination> {
  const images = parseAssignments("--image", options.image ?? [], "CONTAINER=REFERENCE");
  const volumes = parseAssignments("--volume", options.volume ?? [], "NAME=PATH");
  const { source, input, text, form, bare, idle } = await readDefinitionFile(file, options, host);
  const changed = replaceVolumes(replaceImages(input, Object.fromEntries(images)), volumes);
  const validation = await judge(changed, text);
  const problems = [...form, ...validation.problems];
  // What is here another way is told beside the errors, too.
  const readable = validation.ok ? validation.definition : validation.draft?.();
  const overrides = validation.ok ? await examineOverrides(options.overrides, validation.definition, host) : undefined;
  const limited = overrides?.definition ?? readable;
  return {
    source,
    problems: [...problems, ...(overrides?.problems ?? [])],
    limitations: limited === undefined ? [] : limitationsOf(mountFolders(limited, volumes, host.workingDirectory)),
    placeholders: await placed(text, findPlaceholders(changed), bare),
    idle,
  };
}

/** With their places in the file; the text is read once more for them, so only when there are any. */
async function placed(
  text: string,
  placeholders: readonly Placeholder[],
  bare: readonly BarePlaceholder[],
): Promise<readonly PlacedPlaceholder[]> {
  const fillable = placeholders.filter(({ isStatement }) => !isStatement);
  if (fillable.length === 0) return bare;
  const { placesOf } = await import("../core/definition/placeholder-places.ts");
  const names = new Set(fillable.map(({ name }) => name));
  return [...placesOf(text, fillable), ...bare.filter(({ name }) => !names.has(name))];
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
  const { value: document } = await readText(text, name);
  const isRequest = typeof document === "object" && document !== null && "overrides" in document;
  return { source: name, input: isRequest ? document.overrides : document };
}
