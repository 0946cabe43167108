/**
 * A file of secrets in dotenv form. Unlike an environment file of ECS it is written by hand for this purpose, so quotes
 * and `export` are understood. Nothing is interpolated: a `$` in a password stays one.
 */
import { InvalidInputError } from "../errors.ts";

const ESCAPES: Readonly<Record<string, string>> = { n: "\n", r: "\r", t: "\t" };

/**
 * Keys may be variables, names, ARNs and parameter paths. Empty lines and comments are skipped; the last one wins.
 * @param name of the file, for messages
 * @param known keys, which may have a `=` in them
 * @throws {InvalidInputError} with `name:line` as its path for a line that is no assignment; the message quotes nothing of it
 */
export function parseDotenv(
  text: string,
  name: string,
  known: readonly string[] = [],
): Readonly<Record<string, string>> {
  const lines = text.split(/\r?\n/).map((line) => line.trim().replace(/^export\s+(?=[^\s=#])/, ""));
  const entries = lines.flatMap((line, index) =>
    line === "" || line.startsWith("#") ? [] : [readLine(line, `${name}:${index + 1}`, known)],
  );
  return Object.fromEntries(entries);
}

/** By hand: an expression with two kinds of white space in a row looks at a long line once for every character. */
function readLine(line: string, place: string, known: readonly string[]): readonly [string, string] {
  const equals = endOfName(line, known);
  if (equals > 0) return [line.slice(0, equals).trim(), unquote(line.slice(equals + 1).trim())];
  const fault =
    equals === 0 ? "the line begins with =, without a name before it" : "the line has no =, write it as NAME=VALUE";
  throw new InvalidInputError(place, `Cannot read file: ${fault}`);
}

/** Where the `=` of an assignment stands: the first one, unless a known name has one of its own. */
export function endOfName(assignment: string, known: readonly string[]): number {
  const fitting = known.filter((name) => assignment.startsWith(`${name}=`)).map((name) => name.length);
  return fitting.length > 0 ? Math.max(...fitting) : assignment.indexOf("=");
}

function unquote(value: string): string {
  const quoted = /^"([^"\\]*(?:\\.[^"\\]*)*)"(?:\s+#.*)?$/.exec(value)?.[1];
  if (quoted !== undefined) return quoted.replace(/\\(.)/g, (_, letter: string) => ESCAPES[letter] ?? letter);
  const literal = /^'([^']*)'(?:\s+#.*)?$/.exec(value)?.[1];
  return literal ?? value;
}
