/**
 * Asks the sources in order until each request has its value; tells what is missing all at once.
 * Source: engine-modern 20.3, 20.5.
 */
import type { TaskDefinition } from "../../core/definition/types.ts";
import { type SecretRequest, secretRequestsOf } from "../../core/secrets/requests.ts";
import { describeLocation, nameWithoutSuffix } from "../../core/secrets/value-from.ts";
import type { SecretSource } from "./secret-source.ts";

export type MissingSecret = {
  /** Where it stands in the definition: `containerDefinitions[0].secrets[1]`. */
  readonly path: string;
  readonly containerName: string;
  /** The variable or the log option; empty for a login. */
  readonly name: string;
  readonly valueFrom: string;
  /** What was tried, or what went wrong. */
  readonly reason: string;
  /** How to provide it. */
  readonly hint: string;
};

export type ResolvedSecrets = {
  /** By the request's path. */
  readonly values: ReadonlyMap<string, string>;
  readonly missing: readonly MissingSecret[];
};

/** @throws `signal.reason` */
export async function resolveSecrets(
  requests: readonly SecretRequest[],
  sources: readonly SecretSource[],
  signal: AbortSignal,
): Promise<ResolvedSecrets> {
  const values = new Map<string, string>();
  const problems = new Map<string, string>();
  for (const source of sources) {
    const open = requests.filter(({ path }) => !values.has(path));
    if (open.length === 0) break;
    for (const [path, answer] of await source.resolve(open, signal)) {
      if ("value" in answer) values.set(path, answer.value);
      else problems.set(path, answer.problem);
    }
  }
  const missing = requests
    .filter(({ path }) => !values.has(path))
    .map((request) => missingOf(request, problems.get(request.path), sources));
  return { values, missing };
}

/**
 * Everything that a definition wants and no source has, before anything is started.
 * @throws {InvalidInputError} for a `valueFrom` that cannot be read
 */
export async function findMissingSecrets(
  definition: TaskDefinition,
  sources: readonly SecretSource[],
  signal: AbortSignal = new AbortController().signal,
): Promise<readonly MissingSecret[]> {
  const { missing } = await resolveSecrets(secretRequestsOf(definition), sources, signal);
  return missing;
}

/** One line for people, without any value. */
export function describeMissingSecret({ path, name, reason, hint }: MissingSecret): string {
  return `${path}${name === "" ? "" : ` (${name})`}: ${reason}; ${hint}`;
}

function missingOf(
  request: SecretRequest,
  problem: string | undefined,
  sources: readonly SecretSource[],
): MissingSecret {
  const { path, containerName, name, valueFrom } = request;
  const labels = sources.map(({ label }) => label);
  const places = labels.length === 0 ? "no source of secrets is given" : `it is not in ${labels.join(" or ")}`;
  const reason = problem ?? `Cannot find ${describeLocation(request.location)}: ${places}`;
  return { path, containerName, name, valueFrom, reason, hint: hintFor(request) };
}

function hintFor({ location, name }: SecretRequest): string {
  const keys = [nameWithoutSuffix(location.name) ?? location.name, name].filter((key) => key !== "");
  const spelled = [...new Set(keys)].map((key) => JSON.stringify(key)).join(" or ");
  return `put ${spelled} into the file given with --secrets, or fetch it with --aws`;
}
