/**
 * What has changed of a task since it was saved, as plain data: its changed members, and under `containers` and
 * `resources` the changed members of each that changed, by its place. `null` stands for a member that is no more.
 */
import type { Container, Task, TaskResource } from "../core/task.ts";
import { CONTAINER_MEMBERS, TASK_MEMBERS } from "../core/task-copy.ts";

type Members = Record<string, unknown>;
type Part = Container | TaskResource;

/** What `persistedTask` leaves out, too. */
const UNSAVED = "inFlight";
const TASK = TASK_MEMBERS.filter((each) => each !== "containers" && each !== "resources" && each !== "admitted");
const CONTAINER = CONTAINER_MEMBERS.filter((each) => each !== UNSAVED);

/** @returns undefined when only the whole task tells it: it has other containers or resources than before */
export function taskPatch(before: Task, after: Task): Members | undefined {
  if (!haveSameNames(before, after)) return undefined;
  const patch: Members = {};
  addChanged(patch, before, after, TASK);
  addParts(patch, "containers", before.containers, after.containers);
  addParts(patch, "resources", before.resources, after.resources);
  return patch;
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

function addParts(patch: Members, key: string, before: readonly Part[], after: readonly Part[]): void {
  if (before === after) return;
  const parts: Members = {};
  for (const [index, part] of after.entries()) {
    const former = before[index];
    if (former === undefined || former === part) continue;
    const changed: Members = {};
    addChanged(changed, former, part, membersOf(former, part));
    parts[index] = changed;
  }
  patch[key] = parts;
}

/** Containers have all their members, resources those that they need. */
function membersOf(before: Part, after: Part): readonly string[] {
  if ("dockerName" in after) return CONTAINER;
  return Object.keys({ ...before, ...after }).filter((each) => each !== UNSAVED);
}

function addChanged(changed: Members, before: object, after: object, members: readonly string[]): void {
  for (const member of members) {
    const value: unknown = (after as Members)[member];
    if (value !== (before as Members)[member]) changed[member] = value ?? null;
  }
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
