/**
 * A file of secrets in dotenv form. Unlike an environment file of ECS it is written by hand for this purpose, so quotes
 * and `export` are understood. Nothing is interpolated: a `$` in a password stays one.
 */
import type { SecretTable } from "./select.ts";

const LINE = /^\s*(?:export\s+)?([^\s=#][^=]*?)\s*=\s*(.*?)\s*$/;
const ESCAPES: Readonly<Record<string, string>> = { n: "\n", r: "\r", t: "\t" };

/** Keys may be variables, names, ARNs and parameter paths. Lines that are no assignments are skipped; the last one wins. */
export function parseDotenv(text: string): SecretTable {
  const entries = text.split(/\r?\n/).flatMap((line) => {
    const [, key, value] = LINE.exec(line) ?? [];
    return key === undefined || value === undefined ? [] : [[key, unquote(value)] as const];
  });
  return Object.fromEntries(entries);
}

function unquote(value: string): string {
  const quoted = /^"((?:[^"\\]|\\.)*)"(?:\s+#.*)?$/.exec(value)?.[1];
  if (quoted !== undefined) return quoted.replace(/\\(.)/g, (_, letter: string) => ESCAPES[letter] ?? letter);
  const literal = /^'([^']*)'(?:\s+#.*)?$/.exec(value)?.[1];
  return literal ?? value;
}
