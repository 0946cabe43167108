/**
 * What has changed of a task since it was saved, as plain data: its changed members, and under `containers` and
 * `resources` the changed members of each that changed, by its place. `null` stands for a member that is no more.
 */
import type { Container, Task, TaskResource } from "../core/task.ts";
import { containerDifferences, taskDifferences } from "../core/task-copy.ts";

type Members = Record<string, unknown>;
type Part = Container | TaskResource;

/** What `persistedTask` leaves out, too. */
const UNSAVED_PART = "inFlight";
/** The latter two are told part by part. */
const UNSAVED_TASK: ReadonlySet<string> = new Set(["admitted", "containers", "resources"]);

/** @returns undefined when only the whole task tells it: it has other containers or resources than before */
export function taskPatch(before: Task, after: Task): Members | undefined {
  if (!haveSameNames(before, after)) return undefined;
  const patch: Members = {};
  for (const member of taskDifferences(before, after)) {
    if (!UNSAVED_TASK.has(member)) patch[member] = after[member] ?? null;
  }
  addParts(patch, "containers", before.containers, after.containers, containerDifferences);
  addParts(patch, "resources", before.resources, after.resources, resourceDifferences);
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

function addParts<P extends Part>(
  patch: Members,
  key: "containers" | "resources",
  before: readonly P[],
  after: readonly P[],
  differences: (before: P, after: P) => readonly (keyof P & string)[],
): void {
  if (before === after) return;
  const parts: Members = {};
  for (const [index, part] of after.entries()) {
    const former = before[index];
    if (former === undefined || former === part) continue;
    const changed: Members = {};
    for (const member of differences(former, part)) {
      if (member !== UNSAVED_PART) changed[member] = part[member] ?? null;
    }
    parts[index] = changed;
  }
  patch[key] = parts;
}

/** Resources have only those members that they need. */
function resourceDifferences(before: TaskResource, after: TaskResource): readonly (keyof TaskResource)[] {
  const members = Object.keys({ ...before, ...after }) as (keyof TaskResource)[];
  return members.filter((member) => before[member] !== after[member]);
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
