/**
 * Where a text stops being JSON, and what should stand there. `JSON.parse` says so only in some versions of its messages,
 * so a refused text is read once more here. Without recursion: a hostile text may open any number of brackets.
 */

export type JsonFault = { readonly offset: number; readonly expected: string };

type Expecting = "value" | "valueOrEnd" | "key" | "keyOrEnd" | "colon" | "commaOrEnd";

const WHITESPACE = /[ \t\r\n]*/y;
const SCALAR = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y;
// biome-ignore lint/suspicious/noControlCharactersInRegex: JSON strings may not hold them, so they end the match
const STRING = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y;

const WANTED: Readonly<Record<Expecting, string>> = {
  value: "a value",
  valueOrEnd: "a value or ]",
  key: "a member name in double quotes",
  keyOrEnd: "a member name in double quotes or }",
  colon: ":",
  commaOrEnd: ", or the closing bracket",
};

function skip(pattern: RegExp, text: string, offset: number): number | undefined {
  pattern.lastIndex = offset;
  return pattern.test(text) ? pattern.lastIndex : undefined;
}

/** The first fault of `text`; undefined when it is JSON. */
export function findJsonFault(text: string): JsonFault | undefined {
  const open: ("{" | "[")[] = [];
  let expecting: Expecting = "value";
  let offset = skip(WHITESPACE, text, 0) ?? 0;
  for (;;) {
    const step = takeStep(text, offset, expecting, open);
    if (typeof step === "string") return { offset, expected: step };
    offset = skip(WHITESPACE, text, step.offset) ?? step.offset;
    if (step.expecting !== undefined) expecting = step.expecting;
    else if (open.length > 0) expecting = "commaOrEnd";
    else return offset === text.length ? undefined : { offset, expected: "the end of the document" };
  }
}

type Step = { readonly offset: number; readonly expecting?: Expecting };

/** Reads one token. A string is what was expected instead; no `expecting` means that a value is complete. */
function takeStep(text: string, offset: number, expecting: Expecting, open: ("{" | "[")[]): Step | string {
  const char = text[offset];
  if (expecting === "colon") return char === ":" ? { offset: offset + 1, expecting: "value" } : WANTED.colon;
  if (expecting === "commaOrEnd") return takeComma(char, offset, open);
  if (expecting === "key" || expecting === "keyOrEnd") {
    if (char === "}" && expecting === "keyOrEnd") return close(offset, open);
    const end = skip(STRING, text, offset);
    return end === undefined ? WANTED[expecting] : { offset: end, expecting: "colon" };
  }
  if (char === "]" && expecting === "valueOrEnd") return close(offset, open);
  if (char === "{" || char === "[") {
    open.push(char);
    return { offset: offset + 1, expecting: char === "{" ? "keyOrEnd" : "valueOrEnd" };
  }
  const end = skip(char === '"' ? STRING : SCALAR, text, offset);
  if (end !== undefined && end > offset) return { offset: end };
  return char === '"' ? "a string without line breaks that ends in a double quote" : WANTED[expecting];
}

function takeComma(char: string | undefined, offset: number, open: ("{" | "[")[]): Step | string {
  const bracket = open.at(-1);
  if (char === ",") return { offset: offset + 1, expecting: bracket === "{" ? "key" : "value" };
  const closing = bracket === "{" ? "}" : "]";
  return char === closing ? close(offset, open) : `, or ${closing}`;
}

function close(offset: number, open: ("{" | "[")[]): Step {
  open.pop();
  return { offset: offset + 1 };
}

/** Line and column from 1. */
export function lineAndColumn(text: string, offset: number): { readonly line: number; readonly column: number } {
  const before = text.slice(0, offset);
  const lastBreak = before.lastIndexOf("\n");
  return { line: before.split("\n").length, column: offset - lastBreak };
}
