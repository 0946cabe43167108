/** From the text of a file to plain data: JSON first, else YAML. */
import { parseDocument } from "yaml";
import { InvalidInputError } from "../errors.ts";
import { findJsonFault, lineAndColumn } from "./json-position.ts";

/** ECS takes 64 KiB. A text far beyond that is another file. */
const JSON_MAX_CHARACTERS = 1_048_576;
/** The YAML reader compares every key with every other, so a large file of short lines would take minutes. */
const YAML_MAX_CHARACTERS = 131_072;
/** An alias may stand for a tree with aliases in it; ten of those in a row already make billions of values. */
const ALIASES_MAX = 100;
/** YAML is read by recursion, so nesting is bounded before. A definition is about eight levels deep. */
const YAML_NESTING_MAX = 100;

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
  const isJson = name.toLowerCase().endsWith(".json") || (/^\s*[[{]/.test(content) && !/\.ya?ml$/i.test(name));
  return isJson ? refuseJson(content, name) : readYaml(content, name);
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

function refuseJson(content: string, name: string): never {
  const fault = findJsonFault(content) ?? { offset: content.length, expected: "the end of the document" };
  const { line, column } = lineAndColumn(content, fault.offset);
  const found =
    fault.offset >= content.length ? "the file ends" : `${JSON.stringify(content[fault.offset])} stands there`;
  throw new InvalidInputError(
    `${name}:${line}:${column}`,
    `Cannot read JSON: ${fault.expected} is expected, and ${found}`,
  );
}

function readYaml(content: string, name: string): unknown {
  checkLength(content, name, YAML_MAX_CHARACTERS);
  checkNesting(content, name);
  try {
    return resolveYaml(content, name);
  } catch (error) {
    if (error instanceof InvalidInputError) throw error;
    if (error instanceof RangeError) throw tooDeep(name); // the stack ended: an unforeseen way to nest
    const reason =
      error instanceof ReferenceError
        ? `more than ${ALIASES_MAX} values stand for aliases`
        : "its values cannot be resolved";
    throw new InvalidInputError(name, `Cannot read YAML: ${reason}`);
  }
}

function resolveYaml(content: string, name: string): unknown {
  const document = parseDocument(content, { merge: true, prettyErrors: true, logLevel: "error" });
  const fault = document.errors[0] ?? document.warnings.find(({ code }) => code === "TAG_RESOLVE_FAILED");
  if (fault === undefined) return document.toJS({ maxAliasCount: ALIASES_MAX });
  const at = fault.linePos?.[0];
  const [first = ""] = fault.message.split("\n");
  const reason = first.replace(/ at line \d+, column \d+:?$/, "");
  const hint = fault.code === "TAG_RESOLVE_FAILED" ? ". A CloudFormation template must be deployed first" : "";
  throw new InvalidInputError(
    at === undefined ? name : `${name}:${at.line}:${at.col}`,
    `Cannot read YAML: ${reason}${hint}`,
  );
}

/** Counts what nests: brackets of the flow style, dashes and question marks of the block style. */
function checkNesting(content: string, name: string): void {
  let open = 0;
  for (const char of content) {
    if (char === "[" || char === "{") open += 1;
    else if ((char === "]" || char === "}") && open > 0) open -= 1;
    if (open > YAML_NESTING_MAX) throw tooDeep(name);
  }
  if (/(?:[-?][ \t]+){100}/.test(content)) throw tooDeep(name);
}

function tooDeep(name: string): InvalidInputError {
  return new InvalidInputError(name, `Cannot read YAML: it is nested more than ${YAML_NESTING_MAX} levels deep`);
}
