/** What of a task has to be on disk: all but what a restart forgets anyway. */
import type { Container, Task, TaskResource } from "../core/task.ts";

const VOLATILE_TASK: ReadonlySet<string> = new Set(["admitted", "nextActionId", "containers", "resources"]);
const VOLATILE_PART: ReadonlySet<string> = new Set(["inFlight", "retry", "health"]);

/** Would a restart see the same task either way? Parts that were not touched are shared, so this is cheap. */
export function isDurablyEqual(a: Task, b: Task): boolean {
  if (a === b) return true;
  if (!sameMembers(a, b, VOLATILE_TASK)) return false;
  return sameList(a.containers, b.containers) && sameList(a.resources, b.resources);
}

function sameList<Part extends Container | TaskResource>(a: readonly Part[], b: readonly Part[]): boolean {
  if (a === b) return true;
  return a.length === b.length && a.every((part, index) => sameMembers(part, b[index], VOLATILE_PART));
}

function sameMembers(a: object, b: object | undefined, except: ReadonlySet<string>): boolean {
  if (a === b) return true;
  if (b === undefined) return false;
  const left = Object.entries(a);
  const right = new Map<string, unknown>(Object.entries(b));
  for (const [key, value] of left) {
    if (!except.has(key) && value !== right.get(key)) return false;
    right.delete(key);
  }
  return [...right].every(([key, value]) => except.has(key) || value === undefined);
}
