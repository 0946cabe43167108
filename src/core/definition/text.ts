/** From the text of a file to plain data: JSON first, else YAML. */
import { parseDocument } from "yaml";
import { InvalidInputError } from "../errors.ts";
import {
  ALIASES_MAX,
  holdsItself,
  nestsTooDeep,
  YAML_MAX_CHARACTERS,
  YAML_NESTING_MAX,
  yamlFault,
} from "../yaml-limits.ts";
import { findJsonFault, lineAndColumn } from "./json-position.ts";
import { scanPlaceholders } from "./placeholder-forms.ts";
import {
  findTemplateStatement,
  type QuotedText,
  quotePlaceholders,
  quoteYamlPlaceholders,
} from "./placeholder-text.ts";

/** A placeholder that stands without quotes, where JSON or YAML has a value. */
export type BarePlaceholder = {
  /** As it stands there. */
  readonly placeholder: string;
  /** What to give a value to. */
  readonly name: string;
  readonly line: number;
  readonly column: number;
};

/** ECS takes 64 KiB. A text far beyond that is another file. */
const JSON_MAX_CHARACTERS = 1_048_576;

/**
 * @param name of the file, for messages; one that ends in .json is read as JSON only
 * @throws {InvalidInputError} with `name:line:column` as its path when the text cannot be read
 */
export function readDefinitionText(text: string, name: string): unknown {
  const content = text.startsWith("\uFEFF") ? text.slice(1) : text;
  checkLength(content, name, JSON_MAX_CHARACTERS);
  if (content.trim() === "") throw new InvalidInputError(name, "Cannot read file: it is empty");
  const parsed = parseJson(content);
  if (parsed.ok) return parsed.value;
  const quoted = quotePlaceholders(content);
  const filled = quoted === undefined ? parsed : parseJson(quoted.text);
  if (filled.ok) return filled.value;
  const isJson = name.toLowerCase().endsWith(".json") || (/^\s*[[{]/.test(content) && !/\.ya?ml$/i.test(name));
  if (isJson) return refuseJson(content, quoted, name);
  return readYaml(content, name);
}

/** The text that a file that could be read was read as. */
export function textAsRead(text: string): QuotedText {
  if (parseJson(text).ok) return asItIs(text);
  const quoted = quotePlaceholders(text);
  return quoted !== undefined && parseJson(quoted.text).ok ? quoted : (quoteYamlPlaceholders(text) ?? asItIs(text));
}

function asItIs(text: string): QuotedText {
  return { text, originalOffset: (offset) => offset, bare: [] };
}

/** Placeholders of a file that stand where JSON or YAML has a value, each as often as it stands there. */
export function barePlaceholders(text: string): readonly BarePlaceholder[] {
  return textAsRead(text).bare.flatMap((bare) =>
    scanPlaceholders(bare.text, "identifier").map(({ index, text: placeholder, name }) => ({
      placeholder,
      name,
      ...lineAndColumn(text, bare.offset + index),
    })),
  );
}

function checkLength(content: string, name: string, max: number): void {
  if (content.length <= max) return;
  throw new InvalidInputError(
    name,
    `Cannot read file: it has ${content.length} characters, and at most ${max} are read`,
  );
}

function parseJson(content: string): { readonly ok: true; readonly value: unknown } | { readonly ok: false } {
  try {
    return { ok: true, value: JSON.parse(content) };
  } catch {
    return { ok: false }; // the fault is looked for by refuseJson, or the text is YAML
  }
}

/** @param quoted the same text with its placeholders in quotes: they are not what is wrong with it */
function refuseJson(content: string, quoted: QuotedText | undefined, name: string): never {
  refuseTemplate(content, name);
  const fault = findJsonFault(quoted?.text ?? content) ?? {
    offset: content.length,
    expected: "the end of the document",
  };
  const offset = quoted?.originalOffset(fault.offset) ?? fault.offset;
  const { line, column } = lineAndColumn(content, offset);
  const member = fault.expected === ":" ? bareBefore(content, offset, quoted) : undefined;
  if (member !== undefined)
    throw new InvalidInputError(
      `${name}:${line}:${column}`,
      `Cannot read JSON: the placeholder ${member} stands where a member belongs. Render the file with the tool that it is written for, and give the outcome`,
    );
  const found = offset >= content.length ? "the file ends" : `${JSON.stringify(content[offset])} stands there`;
  throw new InvalidInputError(
    `${name}:${line}:${column}`,
    `Cannot read JSON: ${fault.expected} is expected, and ${found}`,
  );
}

/** The placeholder without quotes that stands directly before an offset. */
function bareBefore(content: string, offset: number, quoted: QuotedText | undefined): string | undefined {
  return quoted?.bare.find((bare) => content.slice(bare.offset, offset).trimEnd() === bare.text)?.text;
}

/** @throws {InvalidInputError} when the text is to be rendered by another tool before it is a definition */
function refuseTemplate(content: string, name: string): void {
  const found = findTemplateStatement(content);
  if (found === undefined) return;
  const { line, column } = lineAndColumn(content, found.offset);
  throw new InvalidInputError(
    `${name}:${line}:${column}`,
    `Cannot read a template: ${found.statement} is a statement of it. Render it with the tool that it is written for, and give the outcome`,
  );
}

function readYaml(content: string, name: string): unknown {
  checkLength(content, name, YAML_MAX_CHARACTERS);
  if (nestsTooDeep(content)) throw refusedYaml(name, `it is nested more than ${YAML_NESTING_MAX} levels deep`);
  const value = tryYaml(quoteYamlPlaceholders(content) ?? asItIs(content), content, name);
  if (holdsItself(value)) throw refusedYaml(name, "a value holds itself, or is nested too deep");
  return value;
}

/** @param read what `content` is read as */
function tryYaml(read: QuotedText, content: string, name: string): unknown {
  try {
    return resolveYaml(read, content, name);
  } catch (error) {
    refuseTemplate(content, name);
    if (error instanceof InvalidInputError) throw error;
    throw refusedYaml(name, yamlFault(error));
  }
}

function resolveYaml({ text, originalOffset }: QuotedText, content: string, name: string): unknown {
  const document = parseDocument(text, { merge: true, prettyErrors: true, logLevel: "error" });
  const fault = document.errors[0] ?? document.warnings.find(({ code }) => code === "TAG_RESOLVE_FAILED");
  if (fault === undefined) return document.toJS({ maxAliasCount: ALIASES_MAX });
  const { line, column } = lineAndColumn(content, originalOffset(fault.pos[0]));
  const [first = ""] = fault.message.split("\n");
  const reason = first.replace(/ at line \d+, column \d+:?$/, "");
  const hint = fault.code === "TAG_RESOLVE_FAILED" ? ". Write the value that the tag stands for in its place" : "";
  throw new InvalidInputError(`${name}:${line}:${column}`, `Cannot read YAML: ${reason}${hint}`);
}

function refusedYaml(name: string, reason: string): InvalidInputError {
  return new InvalidInputError(name, `Cannot read YAML: ${reason}`);
}
