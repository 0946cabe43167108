/**
 * What of a task has to be on disk: all but what a restart forgets anyway, or works out again. How far a task's changes
 * are acknowledged is in the outbox, whose rows go in a commit of their own.
 */
import type { Container, Task, TaskResource } from "../core/task.ts";

const VOLATILE_TASK: ReadonlySet<string> = new Set([
  "admitted",
  "nextActionId",
  "acknowledgedChange",
  "sentStatus",
  "containers",
  "resources",
]);
const VOLATILE_PART: ReadonlySet<string> = new Set(["inFlight", "retry", "health", "sentStatus"]);

/** Would a restart see the same task either way? Asked at every step: it makes nothing, and stops at the first difference. */
export function isDurablyEqual(a: Task, b: Task): boolean {
  if (a === b) return true;
  if (!sameList(a.containers, b.containers) || !sameList(a.resources, b.resources)) return false;
  return sameMembers(a, b, VOLATILE_TASK);
}

type Part = Container | TaskResource;

function sameList(a: readonly Part[], b: readonly Part[]): boolean {
  if (a === b) return true;
  if (a.length !== b.length) return false;
  for (let index = 0; index < a.length; index += 1) {
    const [left, right] = [a[index] as Part, b[index] as Part];
    if (left !== right && !sameMembers(left, right, VOLATILE_PART)) return false;
  }
  return true;
}

type Members = Readonly<Record<string, unknown>>;

/** A member that is absent and one that is undefined are the same. */
function sameMembers(a: Members, b: Members, except: ReadonlySet<string>): boolean {
  for (const key in a) {
    if (a[key] !== b[key] && !except.has(key)) return false;
  }
  for (const key in b) {
    if (a[key] === undefined && b[key] !== undefined && !except.has(key)) return false;
  }
  return true;
}

/** The task without what a restart forgets, for comparing across engines. */
export function durablePart(task: Task): object {
  return {
    ...without(task, VOLATILE_TASK),
    containers: task.containers.map((container) => without(container, VOLATILE_PART)),
    resources: task.resources.map((resource) => without(resource, VOLATILE_PART)),
  };
}

/** Members that are undefined count as absent. */
function without(value: object, except: ReadonlySet<string>): object {
  return Object.fromEntries(Object.entries(value).filter(([key, member]) => !except.has(key) && member !== undefined));
}
