/**
 * Placeholders in a text that is not JSON yet: `"memory": ${MEM}`, and expressions with quotes of their own inside a string.
 * Each is put into a string, as it stands; from then on it is a placeholder like all others, found by its place and filled
 * with a value that cannot be read as anything but a value.
 */

import { BARE_FORMS, EXPRESSION_FORMS, FILL_IN_WORDS, STATEMENT } from "./placeholder-forms.ts";

export type QuotedText = {
  readonly text: string;
  /** Where what stands at an offset of `text` stood before. */
  readonly originalOffset: (offset: number) => number;
  /** What stood without quotes, as it stood, by its offset before. */
  readonly bare: readonly { readonly offset: number; readonly text: string }[];
};

/** What stands in a value's place without quotes. None of these forms can occur there in JSON. */
const BARE = new RegExp(`(?:${BARE_FORMS}|\\$+[A-Za-z_]\\w{0,119}|${FILL_IN_WORDS})`, "y");
/** What may follow it directly, as in `${REPO}:latest`. */
const REST = /[\w.:/@-]{0,200}/y;
/** Expressions and statements that may hold quotes within a string. */
const WITHIN = new RegExp(`(?:${EXPRESSION_FORMS}|${STATEMENT.source})`, "y");

/** A copy of a JSON text with every bare placeholder in quotes; undefined when it has none. */
export function quotePlaceholders(json: string): QuotedText | undefined {
  const edits: Edit[] = [];
  let offset = 0;
  while (offset < json.length) {
    if (json[offset] === '"') offset = readString(json, offset, edits);
    else offset = readOutside(json, offset, edits);
  }
  return edits.length === 0 ? undefined : apply(json, edits);
}

type Edit = { readonly at: number; readonly length: number; readonly text: string };

function readOutside(json: string, offset: number, edits: Edit[]): number {
  const end = endOfBare(json, offset);
  if (end === undefined || STATEMENT.test(json.slice(offset, end))) return end ?? offset + 1;
  edits.push({ at: offset, length: end - offset, text: JSON.stringify(json.slice(offset, end)) });
  return end;
}

function endOfBare(json: string, offset: number): number | undefined {
  let end = match(BARE, json, offset);
  if (end === undefined) return undefined;
  for (let next: number | undefined = end; next !== undefined; next = match(BARE, json, end)) {
    end = match(REST, json, next) ?? next;
  }
  return end;
}

/** @returns the offset behind the string */
function readString(json: string, start: number, edits: Edit[]): number {
  let offset = start + 1;
  while (offset < json.length) {
    const char = json[offset];
    if (char === '"' || char === "\n") return offset + 1;
    const end = match(WITHIN, json, offset);
    if (end !== undefined) quoteWithin(json.slice(offset, end), offset, edits);
    offset = end ?? offset + (char === "\\" ? 2 : 1);
  }
  return offset;
}

/** Quotes in an expression come in pairs, else it is the string that ends there. Those with a backslash are JSON's already. */
function quoteWithin(expression: string, offset: number, edits: Edit[]): void {
  const raw = [...expression.matchAll(/(?<!\\)"/g)];
  if (raw.length % 2 !== 0 || /"\s*:\s*"/.test(expression)) return;
  for (const { index } of raw) edits.push({ at: offset + index, length: 1, text: '\\"' });
}

function match(pattern: RegExp, text: string, offset: number): number | undefined {
  pattern.lastIndex = offset;
  return pattern.test(text) ? pattern.lastIndex : undefined;
}

function apply(text: string, edits: readonly Edit[]): QuotedText {
  const parts: string[] = [];
  let done = 0;
  for (const edit of edits) {
    parts.push(text.slice(done, edit.at), edit.text);
    done = edit.at + edit.length;
  }
  return {
    text: parts.join("") + text.slice(done),
    originalOffset: (offset) => originalOffset(edits, offset),
    // The others are single quotes of expressions.
    bare: edits
      .filter(({ length }) => length > 1)
      .map(({ at, length }) => ({ offset: at, text: text.slice(at, at + length) })),
  };
}

function originalOffset(edits: readonly Edit[], offset: number): number {
  let shift = 0;
  for (const { at, length, text } of edits) {
    if (at + shift >= offset) break;
    if (offset < at + shift + text.length) return at;
    shift += text.length - length;
  }
  return offset - shift;
}

/**
 * A placeholder with braces of YAML's own, `cpu: {{ cpu }}`, or with a sign that may not begin a value, `%CPU%`: in quotes, it
 * is the value that was meant. Undefined when there is none.
 */
export function quoteYamlPlaceholders(yaml: string): QuotedText | undefined {
  const edits: Edit[] = [];
  let offset = 0;
  let block: number | undefined;
  for (const line of yaml.split("\n")) {
    const indent = line.search(/\S/);
    if (block !== undefined && indent >= 0 && indent <= block) block = undefined;
    if (block === undefined) {
      edits.push(...quoteInLine(line, offset));
      if (BLOCK_SCALAR.test(line)) block = indent;
    }
    offset += line.length + 1;
  }
  return edits.length === 0 ? undefined : apply(yaml, edits);
}

/** What follows such a line further in is text, whatever it looks like. */
const BLOCK_SCALAR = /(?:^|[:-] )\s*[|>][+-]?\d?[+-]?\s*(?:#.*)?$/;

function quoteInLine(line: string, offset: number): Edit[] {
  return [...line.matchAll(YAML_VALUE)].map(({ index, 0: whole, groups }) => {
    const value = groups?.value ?? "";
    return { at: offset + index + whole.length - value.length, length: value.length, text: JSON.stringify(value) };
  });
}

const YAML_VALUE =
  /(?:(?:^\s*|[\s[,{])(?:- |[\w.-]{1,80}: )|[[,])\s{0,20}(?<value>(?:(?:\{\{(?:(?!\}\})[^\n]){1,300}\}\}|%[A-Za-z_]\w{0,119}%|@[A-Za-z_]\w{0,119}@)[\w.:/@-]{0,200}){1,8})(?=\s*(?:$|[,\]}#]))/g;

/** The first statement of a template in a text, and where it begins. */
export function findTemplateStatement(
  text: string,
): { readonly offset: number; readonly statement: string } | undefined {
  const found = STATEMENT.exec(text);
  return found === null ? undefined : { offset: found.index, statement: found[0] };
}
