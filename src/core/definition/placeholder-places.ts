/** Where placeholders stand in a file, for people who look for them there. */
import { type Document, isNode, parseDocument } from "yaml";
import { nestsTooDeep, YAML_MAX_CHARACTERS } from "../yaml-limits.ts";
import { keysOfPath } from "./fix.ts";
import { lineAndColumn } from "./json-position.ts";
import type { QuotedText } from "./placeholder-text.ts";
import type { Placeholder } from "./placeholders.ts";
import { nodesAt } from "./source-text.ts";
import { textAsRead } from "./text.ts";

export type PlacedPlaceholder = Pick<Placeholder, "placeholder" | "name" | "takes"> & {
  /** Member that holds it; absent where a placeholder without quotes is no member's value. */
  readonly path?: string;
  /** From 1; absent where the file cannot be followed to it. */
  readonly line?: number;
  readonly column?: number;
};

/** In the order in which they were given. @param text as `readDefinitionText` takes it */
export function placesOf(text: string, placeholders: readonly Placeholder[]): readonly PlacedPlaceholder[] {
  if (text.length > YAML_MAX_CHARACTERS || nestsTooDeep(text)) return placeholders;
  const read = textAsRead(text);
  const document = parseDocument(read.text, { merge: true, logLevel: "silent" });
  const done = new Map<string, number>();
  return placeholders.map((each) => {
    const start = done.get(each.path) ?? startOf(document, read, each.path);
    if (start === undefined) return each;
    const found = text.indexOf(each.placeholder, start);
    const offset = found < 0 ? start : found;
    done.set(each.path, offset + each.placeholder.length);
    return { ...each, ...lineAndColumn(text, offset) };
  });
}

function startOf(document: Document.Parsed, read: QuotedText, path: string): number | undefined {
  for (const node of nodesAt(document, keysOfPath(path))) {
    const start = isNode(node) ? node.range?.[0] : undefined;
    if (start !== undefined) return read.originalOffset(start);
  }
  return undefined;
}
