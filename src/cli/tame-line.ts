/** A line of a container's output on a terminal: it may be coloured, and can do nothing else. */
import type { Shown } from "./shown.ts";
import { textWidth } from "./text-width.ts";

// Every escape sequence (CSI, OSC and other strings, two-character ones), lone control characters, C1 among them, and what turns
// the direction of writing. Colours are matched first, to be kept.
const STEERING =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
  /\u001b\[[\d;:]*m|\u001b\[[0-?]*[ -/]*[@-~]|\u001b[\]PX^_][^\u0007\u001b]*(?:\u0007|\u001b\\)?|\u001b[ -/]*[0-~]?|[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu;

/**
 * A line of a container's output that cannot move the cursor or change the terminal: of what a carriage return wrote
 * over only the last stays, tabs become spaces, colours stay (closed at the end) or go.
 */
export function tameLine(text: string, options: { readonly colours: boolean }): Shown {
  const shown = text.split("\r").findLast((part) => part !== "") ?? "";
  const tabs = shown.includes("\t") ? expandTabs(shown) : shown;
  let coloured = false;
  const tame = tabs.replace(STEERING, (match) => {
    if (!options.colours || !match.endsWith("m") || !match.startsWith("\u001b[")) return "";
    coloured = true;
    return match;
  });
  return (coloured ? `${tame}\u001b[0m` : tame) as Shown;
}

function expandTabs(text: string): string {
  let expanded = "";
  for (const part of text.split(/(\t)/u)) {
    expanded += part === "\t" ? " ".repeat(8 - (textWidth(expanded) % 8)) : part;
  }
  return expanded;
}
