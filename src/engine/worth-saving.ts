/**
 * Which steps of a task have to be on disk before anything else happens. A save costs more than the step itself, and a
 * restart works some things out again. How far a task's changes are acknowledged is in the outbox, whose rows go in a
 * commit of their own.
 */
import { isBeforePull } from "../core/status.ts";
import type { Container, Task, TaskResource } from "../core/task.ts";
import { TOLD_AGAIN, VOLATILE_PART, VOLATILE_TASK } from "./durable-part.ts";

/** Until an image is there nothing of the container is in the world: a restart begins with it anew. */
const BEFORE_PULL_TASK: ReadonlySet<string> = new Set([...VOLATILE_TASK, "knownStatus", "knownStatusAt"]);
const BEFORE_PULL_PART: ReadonlySet<string> = new Set([
  ...VOLATILE_PART,
  "knownStatus",
  // Follows from the task's again; but that it is to stop has a reason of its own, and is asked for below.
  "desiredStatus",
  "imageDigest",
  "digestResolved",
  "pullError",
]);

const WHILE_PRESENT_PART: ReadonlySet<string> = new Set([...VOLATILE_PART, ...TOLD_AGAIN]);

type Part = Container | TaskResource;
type Members = Readonly<Record<string, unknown>>;

/**
 * Is there something in `after` that a restart could not find out by itself? What is not worth a save of its own goes to
 * disk with the next one. Asked at every step: it makes nothing, and stops at the first difference.
 */
export function isWorthASave(before: Task, after: Task): boolean {
  if (before === after) return false;
  if (!sameParts(before.containers, after.containers, isSameContainer)) return true;
  if (!sameParts(before.resources, after.resources, isSameResource)) return true;
  const isEarly = after.knownStatus === "NONE" || after.knownStatus === "MANIFEST_PULLED";
  return !sameMembers(before, after, isEarly ? BEFORE_PULL_TASK : VOLATILE_TASK);
}

function isSameContainer(before: Container, after: Container): boolean {
  if (isBeforePull(after.knownStatus)) return !isToStop(before, after) && sameMembers(before, after, BEFORE_PULL_PART);
  if (before.knownStatus !== after.knownStatus) return false;
  return sameMembers(before, after, after.knownStatus === "STOPPED" ? VOLATILE_PART : WHILE_PRESENT_PART);
}

function isToStop(before: Container, after: Container): boolean {
  return after.desiredStatus === "STOPPED" && before.desiredStatus !== "STOPPED";
}

function isSameResource(before: TaskResource, after: TaskResource): boolean {
  return sameMembers(before, after, VOLATILE_PART);
}

function sameParts<P extends Part>(a: readonly P[], b: readonly P[], same: (a: P, b: P) => boolean): boolean {
  if (a === b) return true;
  if (a.length !== b.length) return false;
  for (let index = 0; index < a.length; index += 1) {
    const [left, right] = [a[index] as P, b[index] as P];
    if (left !== right && !same(left, right)) return false;
  }
  return true;
}

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
