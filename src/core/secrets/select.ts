/** Finding a value in a table of secrets that a user wrote by hand, and picking a member out of a document. */
import type { SecretRequest } from "./requests.ts";
import { nameWithoutSuffix } from "./value-from.ts";

/** A table as it came out of a dotenv, JSON or YAML file. */
export type SecretTable = Readonly<Record<string, unknown>>;

/** A value, or why the entry that was found cannot give one. */
export type SecretAnswer = { readonly value: string } | { readonly problem: string };

/**
 * Looks a request up: by its whole `valueFrom`, by ARN, by name or parameter path (with and without the suffix, with and
 * without the leading slash), and last by the name of the variable. `undefined` when no key fits.
 */
export function selectSecret(table: SecretTable, request: SecretRequest): SecretAnswer | undefined {
  if (Object.hasOwn(table, request.valueFrom) && request.valueFrom !== documentKeys(request)[0]) {
    return asAnswer(table[request.valueFrom]);
  }
  const key =
    documentKeys(request).find((candidate) => Object.hasOwn(table, candidate)) ?? keyWithSuffix(table, request);
  if (key !== undefined) return selectMember(table[key], jsonKeyOf(request));
  if (request.name === "" || !Object.hasOwn(table, request.name)) return undefined;
  return selectByVariable(table[request.name], jsonKeyOf(request));
}

/** The member of a JSON document (text or already parsed), or the whole document without a key. Source: SEC-3. */
export function selectMember(document: unknown, jsonKey: string | undefined): SecretAnswer {
  if (jsonKey === undefined) return asAnswer(document);
  const members = asObject(document);
  if (members === undefined || !Object.hasOwn(members, jsonKey)) {
    return { problem: `retrieved secret from Secrets Manager did not contain json key ${jsonKey}` };
  }
  return asAnswer(members[jsonKey]);
}

/** Keys under which the whole secret may stand, the most exact first. */
function documentKeys({ location }: SecretRequest): readonly string[] {
  if (location.service === "secretsmanager") {
    const bare = nameWithoutSuffix(location.name);
    const bareArn = nameWithoutSuffix(location.arn);
    return [location.arn, bareArn, location.name, bare].filter((key) => key !== undefined);
  }
  const { arn, name } = location;
  const otherForm = name.startsWith("/") ? name.slice(1) : `/${name}`;
  return [arn, name, otherForm].filter((key) => key !== undefined);
}

/** The table has the ARN or name with the random suffix, and the definition has it without. */
function keyWithSuffix(table: SecretTable, { location }: SecretRequest): string | undefined {
  if (location.service !== "secretsmanager") return undefined;
  const wanted = new Set([location.arn, location.name]);
  return Object.keys(table).find((key) => wanted.has(nameWithoutSuffix(key) ?? ""));
}

/** Whoever names the variable gives its value; only a document that has the key is taken apart. */
function selectByVariable(value: unknown, jsonKey: string | undefined): SecretAnswer {
  if (jsonKey === undefined || asObject(value) === undefined) return asAnswer(value);
  return selectMember(value, jsonKey);
}

function jsonKeyOf({ location }: SecretRequest): string | undefined {
  return location.service === "secretsmanager" ? location.jsonKey : undefined;
}

function asObject(document: unknown): SecretTable | undefined {
  const value = typeof document === "string" ? parseJson(document) : document;
  return isObject(value) ? value : undefined;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is SecretTable {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function asAnswer(value: unknown): SecretAnswer {
  if (typeof value === "string") return { value };
  try {
    return { value: JSON.stringify(value) ?? "" };
  } catch {
    return { problem: "Cannot use the secret: its value is nested too deep to be written as JSON" };
  }
}
