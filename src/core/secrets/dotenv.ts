/**
 * A file of secrets in dotenv form. Unlike an environment file of ECS it is written by hand for this purpose, so quotes
 * and `export` are understood. Nothing is interpolated: a `$` in a password stays one.
 */
import type { SecretTable } from "./select.ts";

const ESCAPES: Readonly<Record<string, string>> = { n: "\n", r: "\r", t: "\t" };

/** Keys may be variables, names, ARNs and parameter paths. Lines that are no assignments are skipped; the last one wins. */
export function parseDotenv(text: string): SecretTable {
  return Object.fromEntries(text.split(/\r?\n/).flatMap(readLine));
}

/** By hand: an expression with two kinds of white space in a row looks at a long line once for every character. */
function readLine(line: string): readonly (readonly [string, string])[] {
  const text = line.trim().replace(/^export\s+(?=[^\s=#])/, "");
  const equals = text.indexOf("=");
  if (equals <= 0 || text.startsWith("#")) return [];
  return [[text.slice(0, equals).trim(), unquote(text.slice(equals + 1).trim())]];
}

function unquote(value: string): string {
  const quoted = /^"([^"\\]*(?:\\.[^"\\]*)*)"(?:\s+#.*)?$/.exec(value)?.[1];
  if (quoted !== undefined) return quoted.replace(/\\(.)/g, (_, letter: string) => ESCAPES[letter] ?? letter);
  const literal = /^'([^']*)'(?:\s+#.*)?$/.exec(value)?.[1];
  return literal ?? value;
}
