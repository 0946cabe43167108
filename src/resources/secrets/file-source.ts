/**
 * Secrets from a file of the user: dotenv, JSON or YAML. Keys are variables, secrets' names, ARNs or parameter paths;
 * JSON values and nested objects serve JSON keys. The file is read once.
 */
import { basename, extname } from "node:path";
import { findJsonFault, lineAndColumn } from "../../core/definition/json-position.ts";
import { InvalidInputError } from "../../core/errors.ts";
import { readFault } from "../../core/read-fault.ts";
import { parseDotenv } from "../../core/secrets/dotenv.ts";
import { type SecretAnswer, type SecretTable, selectSecret } from "../../core/secrets/select.ts";
import { decodeText } from "../../core/text-encoding.ts";
import { ALIASES_MAX, holdsItself, nestsTooDeep, YAML_MAX_CHARACTERS, yamlFault } from "../../core/yaml-limits.ts";
import { readNamedFile } from "../../files/read-named-file.ts";
import type { SecretSource } from "./secret-source.ts";

type YamlReader = typeof import("./yaml-reader.ts");

/** @throws {InvalidInputError} when the file cannot be read; the message names the line and quotes nothing */
export async function readSecretsFile(file: string): Promise<SecretSource> {
  return tableSource(basename(file), await parseSecrets(await readText(file), file));
}

/** A source over a table, e.g. one that a program made. */
export function tableSource(label: string, table: SecretTable): SecretSource {
  return {
    label,
    resolve: async (requests) => {
      const answers = new Map<string, SecretAnswer>();
      for (const request of requests) {
        const answer = selectSecret(table, request);
        if (answer !== undefined) answers.set(request.path, answer);
      }
      return answers;
    },
  };
}

/** Values of the process environment by the variable's own name; nothing else in there can be meant. */
export function environmentSource(env: Readonly<Record<string, string | undefined>>): SecretSource {
  const label = "the environment";
  return {
    label,
    resolve: (requests, signal) => {
      const names = new Set(requests.map(({ name }) => name));
      const table = Object.fromEntries(
        Object.entries(env).filter(([key, value]) => names.has(key) && value !== undefined),
      );
      return tableSource(label, table).resolve(requests, signal);
    },
  };
}

async function readText(file: string): Promise<string> {
  const bytes = await readNamedFile(file).catch((error: NodeJS.ErrnoException) => {
    if (error.code === undefined) throw error;
    throw new InvalidInputError("", `Cannot read secrets file ${file}: ${readFault(error.code)}`);
  });
  return decodeText(bytes, file);
}

async function parseSecrets(text: string, file: string): Promise<SecretTable> {
  const extension = extname(file).toLowerCase();
  if (extension === ".yaml" || extension === ".yml") return parseYaml(text, file);
  if (extension === ".json" || text.trimStart().startsWith("{")) return parseJson(text, file);
  return parseDotenv(text, file);
}

function parseJson(text: string, file: string): SecretTable {
  try {
    return asTable(JSON.parse(text), file);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    const { offset, expected } = findJsonFault(text) ?? { offset: text.length, expected: "the end of the document" };
    const { line, column } = lineAndColumn(text, offset);
    throw new InvalidInputError(
      `${file}:${line}:${column}`,
      `Cannot read secrets file: it is not valid JSON, ${expected} is expected`,
    );
  }
}

async function parseYaml(text: string, file: string): Promise<SecretTable> {
  if (text.length > YAML_MAX_CHARACTERS) {
    throw new InvalidInputError(
      "",
      `Cannot read secrets file ${file}: YAML is read up to ${YAML_MAX_CHARACTERS} characters`,
    );
  }
  if (nestsTooDeep(text)) throw refusedYaml(file, yamlFault(new RangeError()));
  const value = tryYaml(await import("./yaml-reader.ts"), text, file);
  if (holdsItself(value)) throw refusedYaml(file, "a value holds itself, or is nested too deep");
  return asTable(value, file);
}

/** Whatever the reader throws is about the text: nothing but the reader is called in here. */
function tryYaml(reader: YamlReader, text: string, file: string): unknown {
  try {
    return resolveYaml(reader, text, file);
  } catch (error) {
    if (error instanceof InvalidInputError) throw error;
    throw refusedYaml(file, yamlFault(error));
  }
}

function refusedYaml(file: string, reason: string): InvalidInputError {
  return new InvalidInputError("", `Cannot read secrets file ${file}: ${reason}`);
}

function resolveYaml({ LineCounter, parseDocument }: YamlReader, text: string, file: string): unknown {
  const lineCounter = new LineCounter();
  // Every scalar stays the text that was written: 0123 is a password, not a number.
  const document = parseDocument(text, { schema: "failsafe", prettyErrors: false, lineCounter, logLevel: "error" });
  const [error] = document.errors;
  if (error !== undefined) {
    const { line, col } = lineCounter.linePos(error.pos[0]);
    throw new InvalidInputError(
      `${file}:${line}:${col}`,
      `Cannot read secrets file: it is not valid YAML (${error.code})`,
    );
  }
  return document.toJS({ maxAliasCount: ALIASES_MAX }) ?? {};
}

function asTable(value: unknown, file: string): SecretTable {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return { ...value };
  throw new InvalidInputError("", `Cannot read secrets file ${file}: it holds no table of names and values`);
}
