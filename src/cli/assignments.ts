/** Options of the form `NAME=VALUE` and `CONTAINER:NAME=VALUE`, and container names that must exist. */
import { suggestion } from "../core/definition/nearest.ts";
import type { KeyValuePair, TaskOverride } from "../core/definition/types.ts";
import { InvalidInputError } from "../core/errors.ts";
import { endOfName } from "../core/secrets/dotenv.ts";
import { InvalidInputLines } from "./told-in-lines.ts";

/** @throws {InvalidInputError} for an entry without `=` or without a name */
export function parseAssignments(
  option: string,
  entries: readonly string[],
  form: string,
): ReadonlyMap<string, string> {
  const values = new Map<string, string>();
  for (const entry of entries) values.set(...splitAssignment(option, entry, form));
  return values;
}

/**
 * @param known names, which may have a `=` in them
 * @throws {InvalidInputError} for an entry without `=` or without a name
 */
export function splitAssignment(
  option: string,
  entry: string,
  form: string,
  known: readonly string[] = [],
): readonly [string, string] {
  const at = endOfName(entry, known);
  if (at < 1) throw new InvalidInputError("", `Cannot read ${option} "${entry}": write it as ${option} ${form}`);
  return [entry.slice(0, at), entry.slice(at + 1)];
}

export type ContainerVariable = { readonly containerName: string } & KeyValuePair;

/** @throws {InvalidInputError} for an entry that is not `CONTAINER:NAME=VALUE` */
export function parseContainerVariables(entries: readonly string[]): readonly ContainerVariable[] {
  return entries.map((entry) => {
    const equals = entry.indexOf("=");
    const left = equals < 0 ? entry : entry.slice(0, equals);
    const colon = left.indexOf(":");
    if (equals < 0 || colon < 1 || colon === left.length - 1) {
      const missing = colon < 0 ? ": the container is not named" : "";
      throw new InvalidInputError("", `Cannot read --env "${entry}"${missing}: write it as --env CONTAINER:NAME=VALUE`);
    }
    return { containerName: left.slice(0, colon), name: left.slice(colon + 1), value: entry.slice(equals + 1) };
  });
}

/** The variables as RunTask's overrides, after those that there are already: a later one wins. */
export function addVariables(override: TaskOverride, variables: readonly ContainerVariable[]): TaskOverride {
  const containers = [...(override.containerOverrides ?? [])];
  for (const { containerName, name, value } of variables) {
    const at = containers.findIndex((each) => each.name === containerName);
    const known = containers[at] ?? { name: containerName };
    const others = (known.environment ?? []).filter((each) => each.name !== name);
    const changed = { ...known, environment: [...others, { name, value }] };
    if (at < 0) containers.push(changed);
    else containers[at] = changed;
  }
  return containers.length === 0 ? override : { ...override, containerOverrides: containers };
}

/** @throws {InvalidInputError} naming every container that does not exist, and those that do */
export function checkContainerNames(option: string, wanted: readonly string[], known: readonly string[]): void {
  const unknown = [...new Set(wanted)].filter((name) => !known.includes(name));
  if (unknown.length === 0) return;
  const list = unknown.map((name) => `"${name}"`).join(", ");
  const guess = unknown.length === 1 ? suggestion(unknown[0] ?? "", known) : undefined;
  throw new InvalidInputLines([
    `Cannot use ${option} for ${list}: the task definition has the containers ${known.join(", ")}`,
    ...(guess === undefined ? [] : [`${guess}?`]),
  ]);
}
