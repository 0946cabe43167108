/** From a file and the values for its placeholders to a document that can be judged. */
import { unwrapDocument } from "../core/definition/document.ts";
import { type ForeignDocument, recogniseDocument, recogniseText } from "../core/definition/foreign-documents.ts";
import { suggestion } from "../core/definition/nearest.ts";
import { fillPlaceholders, findPlaceholders, setOption } from "../core/definition/placeholders.ts";
import type { Problem } from "../core/definition/problem.ts";
import { registeredArnOf } from "../core/definition/region.ts";
import type { BarePlaceholder } from "../core/definition/text.ts";
import { InvalidInputError } from "../core/errors.ts";
import { parseDotenv } from "../core/secrets/dotenv.ts";
import { splitAssignment } from "./assignments.ts";
import { shellWord } from "./command-line.ts";
import { readText } from "./definition-text.ts";
import type { CliHost } from "./host.ts";
import { readSource, STDIN } from "./read-source.ts";

export type SetOptions = {
  readonly set?: readonly string[];
  readonly setFile?: string;
};

export type DefinitionDocument = {
  /** File name, or `standard input`. */
  readonly source: string;
  readonly text: string;
  /** For `validateTaskDefinition`, with what is known of its placeholders filled in. */
  readonly input: unknown;
  /** Findings about the form of the file. */
  readonly form: readonly Problem[];
  /** Placeholders without quotes that are left where a command or a label stands: no rule would name them. */
  readonly bare: readonly BarePlaceholder[];
  /** Names that `--set` gives a value to and no placeholder has, with the sentence that says so. */
  readonly idle: Idle;
  /** Of a definition that AWS has answered with. */
  readonly registeredArn: string | undefined;
};

type ReadHost = Pick<CliHost, "readStdin" | "workingDirectory">;

/** @throws {InvalidInputError} when the file or an option cannot be read, and for another tool's file */
export async function readDefinitionFile(
  file: string,
  options: SetOptions,
  host: ReadHost,
): Promise<DefinitionDocument> {
  for (const entry of options.set ?? []) splitAssignment("--set", entry, "NAME=VALUE");
  const { text, name } = await readSource(file, host);
  const { value, bare } = await readDocument(text, name);
  const { input, warnings } = unwrapDocument(value);
  const names = namesOf(input, bare);
  const set = new Map((options.set ?? []).map((entry) => splitAssignment("--set", entry, "NAME=VALUE", names)));
  const values = { ...(await readValues(options.setFile, names, host)), ...Object.fromEntries(set) };
  const left = bare.filter((each) => values[each.name] === undefined && values[each.placeholder] === undefined);
  return {
    source: name,
    text,
    input: fillPlaceholders(input, values),
    form: [...warnings, ...bareProblems(left, input)],
    bare: left,
    idle: idleOf(input, { set, names, source: name }),
    registeredArn: registeredArnOf(value),
  };
}

/** What looks like another tool's file is answered as such when it cannot be read at all, too. */
async function readDocument(text: string, name: string): ReturnType<typeof readText> {
  try {
    const document = await readText(text, name);
    const foreign = recogniseDocument(document.value, name === STDIN ? "FILE" : shellWord(name));
    const isText = typeof document.value !== "object";
    refuse(name, foreign ?? (isText ? recogniseText(text) : undefined));
    return document;
  } catch (error) {
    if (error instanceof InvalidInputError) refuse(name, recogniseText(text));
    throw error;
  }
}

function refuse(name: string, foreign: ForeignDocument | undefined): void {
  if (foreign === undefined) return;
  throw new InvalidInputError(name, `Cannot use file as a task definition: it is ${foreign.kind}. ${foreign.advice}`);
}

/**
 * Values for placeholders out of a file of NAME=VALUE lines. It may hold more than are asked for, such as variables that a
 * command means for its shell, and a name without a value is one that is still to be filled in.
 */
async function readValues(
  file: string | undefined,
  names: readonly string[],
  host: ReadHost,
): Promise<Readonly<Record<string, string>>> {
  if (file === undefined) return {};
  const { text, name } = await readSource(file, host);
  const entries = Object.entries(parseDotenv(text, name, names));
  return Object.fromEntries(entries.filter(([each, value]) => value !== "" && names.includes(each)));
}

function namesOf(input: unknown, bare: readonly BarePlaceholder[]): readonly string[] {
  return [...new Set([...findPlaceholders(input), ...bare].map((each) => each.name))];
}

type Use = { readonly set: ReadonlyMap<string, string>; readonly names: readonly string[]; readonly source: string };

export type Idle = { readonly names: readonly string[]; readonly message: string };

function idleOf(input: unknown, { set, names, source }: Use): Idle {
  if (set.size === 0) return { names: [], message: "" };
  const before = JSON.stringify(input);
  // A value that says the same as the placeholder would change nothing: the name alone is looked for.
  const idle = [...set.keys()].filter(
    (name) => JSON.stringify(fillPlaceholders(input, { [name]: `${name}\u0000` })) === before,
  );
  const there = names.length === 0 ? "it has no placeholders" : `it has ${names.join(", ")}`;
  const list = idle.map((name) => `--set ${name}`).join(", ");
  const guess = suggestion(idle[0] ?? "", names);
  const hint = guess === undefined ? "" : `. ${guess}?`;
  return { names: idle, message: `Cannot use ${list}: ${source} has no such placeholder, ${there}${hint}` };
}

/** A shell reads `$X` in a command; without quotes around it, it is the file that is unfinished. */
function bareProblems(bare: readonly BarePlaceholder[], input: unknown): Problem[] {
  const named = new Set(findPlaceholders(input).map(({ name }) => name));
  const unnamed = new Map(bare.filter(({ name }) => !named.has(name)).map((each) => [each.name, each]));
  return [...unnamed.values()].map(({ name, placeholder, line, column }) => ({
    severity: "warning",
    path: "",
    rule: "placeholder-unfilled",
    message: `The placeholder ${placeholder} without quotes, at line ${line}, column ${column}, is not filled in`,
    fix: `Fill it in with ${setOption({ name })}`,
  }));
}
