/**
 * What has changed of a task since it was saved, as JSON: its changed members, and under `containers` and
 * `resources` the changed members of each that changed, by its place. `null` stands for a member that is no more.
 */
import type { Task, TaskResource } from "../core/task.ts";
import { someContainerDifference, someTaskDifference } from "../core/task-copy.ts";
import { jsonOf } from "./json-text.ts";

type Members = Record<string, unknown>;
/** Names the members in which two differ, until the answer is true. */
type Compare<P> = (before: P, after: P, isSought: (name: keyof P & string) => boolean) => boolean;

/** What `persistedTask` leaves out, too. */
const UNSAVED_PART = "inFlight";
/** The latter two are told part by part. */
const UNSAVED_TASK: ReadonlySet<string> = new Set(["admitted", "containers", "resources"]);

/**
 * The text of a patch.
 * @returns undefined when only the whole task tells it: it has other containers or resources than before
 * @throws {TypeError} when it cannot be written as JSON
 */
export function taskPatch(before: Task, after: Task): string | undefined {
  if (!haveSameNames(before, after)) return undefined;
  const members = changedMembers(before, after, someTaskDifference, (name) => UNSAVED_TASK.has(name));
  const containers = changedParts(before.containers, after.containers, someContainerDifference);
  const resources = changedParts(before.resources, after.resources, someResourceDifference);
  let text = members;
  if (containers !== "") text = withMember(text, "containers", `{${containers}}`);
  if (resources !== "") text = withMember(text, "resources", `{${resources}}`);
  return `{${text}}`;
}

/**
 * The row with what a patch says.
 * @param row parsed from JSON, and nobody else's: it becomes part of what is returned
 * @returns undefined when the patch is none of this row
 */
export function patchedRow(row: unknown, patch: unknown): Members | undefined {
  if (!isRecord(row) || !isRecord(patch)) return undefined;
  const { containers, resources, ...members } = patch;
  const isWhole = patchParts(row.containers, containers) && patchParts(row.resources, resources);
  return isWhole ? withMembers(row, members) : undefined;
}

function haveSameNames(before: Task, after: Task): boolean {
  if (before.containers.length !== after.containers.length) return false;
  if (before.resources.length !== after.resources.length) return false;
  return (
    before.containers.every(({ name }, index) => name === after.containers[index]?.name) &&
    before.resources.every(({ id }, index) => id === after.resources[index]?.id)
  );
}

/** Those parts that changed, by their place: the members of an object, without its braces. */
function changedParts<P>(before: readonly P[], after: readonly P[], compare: Compare<P>): string {
  if (before === after) return "";
  let text = "";
  for (let index = 0; index < after.length; index += 1) {
    const [former, part] = [before[index], after[index]];
    if (former === undefined || part === undefined) continue;
    const members = changedMembers(former, part, compare, (name) => name === UNSAVED_PART);
    if (members !== "") text = withMember(text, String(index), `{${members}}`);
  }
  return text;
}

/** Those members of one object that changed, without its braces. */
function changedMembers<P>(before: P, after: P, compare: Compare<P>, isUnsaved: (name: string) => boolean): string {
  let text = "";
  compare(before, after, (name) => {
    const value = after[name];
    if (!isUnsaved(name)) text = withMember(text, name, value === undefined ? "null" : jsonOf(value));
    return false;
  });
  return text;
}

function withMember(text: string, name: string, json: string): string {
  return `${text === "" ? "" : `${text},`}"${name}":${json}`;
}

/** Resources have only those members that they need. */
function someResourceDifference(
  before: TaskResource,
  after: TaskResource,
  isSought: (name: keyof TaskResource) => boolean,
): boolean {
  const members = Object.keys({ ...before, ...after }) as (keyof TaskResource)[];
  return members.some((member) => before[member] !== after[member] && isSought(member));
}

function patchParts(parts: unknown, patches: unknown): boolean {
  if (patches === undefined) return true;
  if (!Array.isArray(parts) || !isRecord(patches)) return false;
  return Object.entries(patches).every(([index, members]) => {
    const part: unknown = parts[Number(index)];
    if (!isRecord(part) || !isRecord(members)) return false;
    parts[Number(index)] = withMembers(part, members);
    return true;
  });
}

/** One that lost a member is a copy: an object from which something was deleted is a slow one. */
function withMembers(row: Members, members: Members): Members {
  const entries = Object.entries(members);
  for (const [member, value] of entries) row[member] = value;
  if (entries.every(([, value]) => value !== null)) return row;
  return Object.fromEntries(Object.entries(row).filter(([member]) => members[member] !== null));
}

function isRecord(value: unknown): value is Members {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
