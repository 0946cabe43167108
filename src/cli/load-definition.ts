/** From a file and options to a definition that can be run, planned or judged. */

import { applyOverrides } from "../core/definition/apply-overrides.ts";
import { unwrapDocument } from "../core/definition/document.ts";
import { replaceImages } from "../core/definition/images.ts";
import { limitationsOf } from "../core/definition/limitations.ts";
import { validateTaskOverride } from "../core/definition/overrides.ts";
import { fillPlaceholders, findPlaceholders } from "../core/definition/placeholders.ts";
import { isError, type Problem } from "../core/definition/problem.ts";
import type { TaskDefinition } from "../core/definition/types.ts";
import { type Validation, validateTaskDefinition } from "../core/definition/validate.ts";
import { InvalidInputError } from "../core/errors.ts";
import { addVariables, checkContainerNames, parseAssignments, parseContainerVariables } from "./assignments.ts";
import { readText } from "./definition-text.ts";
import type { CliHost } from "./host.ts";
import { InvalidDefinitionError } from "./invalid-definition.ts";
import { readSource } from "./read-source.ts";
import { replaceVolumes } from "./volume-paths.ts";

/** Options that change a definition, as the command line gives them. */
export type DefinitionOptions = {
  readonly overrides?: string;
  readonly env?: readonly string[];
  readonly image?: readonly string[];
  readonly set?: readonly string[];
  readonly volume?: readonly string[];
};

export type LoadedDefinition = {
  /** File name, or `standard input`. */
  readonly source: string;
  /** Normalised, with the options applied. */
  readonly definition: TaskDefinition;
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
  const { source, input, form } = await readDocument(file, options.set ?? [], host);
  const changed = replaceVolumes(replaceImages(input, Object.fromEntries(images)), volumes, host.workingDirectory);
  const validation = validateTaskDefinition(changed);
  const warnings = [...form, ...validation.problems];
  if (!validation.ok || form.some(isError)) throw new InvalidDefinitionError(source, warnings);
  const { definition } = validation;
  checkContainerNames(
    "--env",
    variables.map((each) => each.containerName),
    definition.containerDefinitions.map((each) => each.name),
  );
  const overridden = await overriddenBy(options.overrides, { definition, host, variables });
  return {
    source,
    definition: overridden.definition,
    warnings: [...warnings, ...overridden.warnings],
    limitations: limitationsOf(overridden.definition),
  };
}

export type Examination = Pick<LoadedDefinition, "source" | "limitations"> & { readonly problems: readonly Problem[] };

/** As {@link loadDefinition}, but hands over what it finds. @throws {InvalidInputError} when there is nothing to examine */
export async function examineDefinition(
  file: string,
  options: { readonly set?: readonly string[] },
  host: LoadHost,
): Promise<Examination> {
  const { source, input, form } = await readDocument(file, options.set ?? [], host);
  const validation: Validation = validateTaskDefinition(input);
  return {
    source,
    problems: [...form, ...validation.problems],
    limitations: validation.ok ? limitationsOf(validation.definition) : [],
  };
}

type Document = { readonly source: string; readonly input: unknown; readonly form: readonly Problem[] };

async function readDocument(file: string, settings: readonly string[], host: LoadHost): Promise<Document> {
  const values = parseAssignments("--set", settings, "NAME=VALUE");
  const { text, name } = await readSource(file, host);
  const { input, warnings } = unwrapDocument(await readText(text, name));
  return { source: name, input: filled(input, values, name), form: warnings };
}

/** @throws {InvalidInputError} naming each value that no placeholder takes */
function filled(input: unknown, values: ReadonlyMap<string, string>, source: string): unknown {
  const before = JSON.stringify(input);
  const idle = [...values].filter(
    ([name, value]) => JSON.stringify(fillPlaceholders(input, { [name]: value })) === before,
  );
  if (idle.length > 0) {
    const names = [...new Set(findPlaceholders(input).map((each) => each.name))];
    const there = names.length === 0 ? "it has no placeholders" : `it has ${names.join(", ")}`;
    const list = idle.map(([name]) => `--set ${name}`).join(", ");
    throw new InvalidInputError("", `Cannot use ${list}: ${source} has no such placeholder, ${there}`);
  }
  return fillPlaceholders(input, Object.fromEntries(values));
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
