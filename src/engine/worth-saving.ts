/**
 * Which steps of a task have to be on disk before anything else happens. A save costs more than the step itself, and a
 * restart works some things out again. How far a task's changes are acknowledged is in the outbox, whose rows go in a
 * commit of their own.
 */
import { compareTaskStatus, isBeforeCreate } from "../core/status.ts";
import type { Container, Task, TaskResource } from "../core/task.ts";
import { someContainerDifference, someTaskDifference } from "../core/task-copy.ts";
import { TOLD_AGAIN, VOLATILE_PART, VOLATILE_TASK } from "./durable-part.ts";

/**
 * Until a container is made a restart begins with it anew, after a look under its name, which is on record from the
 * beginning. What was pulled is told by the task's times of pulling, which are saved.
 */
const BEFORE_CREATE_TASK = ["knownStatus", "knownStatusAt"];
// The desired status follows from the task's again; but that it is to stop has a reason of its own, and is asked for below.
const BEFORE_CREATE_PART = [
  ...(["knownStatus", "desiredStatus", "createRequestedAt"] as const),
  ...(["imageDigest", "digestResolved", "imageId", "pullError"] as const),
];

/** What a look under the container's name tells again. */
const STARTED_AT_ONCE = ["knownStatus", "dockerId", "startRequestedAt", "hostPorts"];

/** Asked of a member that differs: is that worth a save? */
type IsDurable = (member: string) => boolean;
const inTask = allBut(VOLATILE_TASK);
const inEarlyTask = allBut(VOLATILE_TASK, BEFORE_CREATE_TASK);
const inEarlyContainer = allBut(VOLATILE_PART, BEFORE_CREATE_PART);
const inPresentContainer = allBut(VOLATILE_PART, TOLD_AGAIN);
const inStartedContainer = allBut(VOLATILE_PART, TOLD_AGAIN, STARTED_AT_ONCE);
const inStoppedContainer = allBut(VOLATILE_PART);

function allBut(...unsaved: readonly Iterable<string>[]): IsDurable {
  const names = new Set(unsaved.flatMap((each) => [...each]));
  return (member) => !names.has(member);
}

type Part = Container | TaskResource;

/**
 * Is there something in `after` that a restart could not find out by itself? What is not worth a save of its own goes to
 * disk with the next one. Asked at every step. A member that is absent and one that is undefined are the same.
 */
export function isWorthASave(before: Task, after: Task): boolean {
  if (before === after) return false;
  if (!sameParts(before.containers, after.containers, isSameContainer)) return true;
  if (!sameParts(before.resources, after.resources, isSameResource)) return true;
  // Until then its status follows from its containers' again.
  const isEarly = compareTaskStatus(after.knownStatus, "CREATED") <= 0;
  return someTaskDifference(before, after, isEarly ? inEarlyTask : inTask);
}

function isSameContainer(before: Container, after: Container): boolean {
  return !isToStopEarly(before, after) && !someContainerDifference(before, after, durableMembers(before, after));
}

function durableMembers(before: Container, after: Container): IsDurable {
  if (isBeforeCreate(after.knownStatus)) return inEarlyContainer;
  if (isStartedAtOnce(before, after)) return inStartedContainer;
  return after.knownStatus === "STOPPED" ? inStoppedContainer : inPresentContainer;
}

/**
 * The answer to its create is in, and it is started in the same step. A crash would leave it as its create does: under its
 * name, and perhaps running by then. A host port that was chosen for it is nowhere else.
 */
function isStartedAtOnce(before: Container, after: Container): boolean {
  if (before.knownStatus !== "PULLED" || after.knownStatus !== "CREATED") return false;
  const wasAsked = before.createRequestedAt !== undefined && before.createRequestedAt === after.createRequestedAt;
  const hasPorts = before.hostPorts.length > 0 || after.hostPorts.length > 0;
  return wasAsked && after.inFlight?.action === "start" && !hasPorts;
}

function isToStopEarly(before: Container, after: Container): boolean {
  return isBeforeCreate(after.knownStatus) && after.desiredStatus === "STOPPED" && before.desiredStatus !== "STOPPED";
}

/** That it was made needs no save: it is on record from the beginning, and making it again leaves one. */
function isSameResource(before: TaskResource, after: TaskResource): boolean {
  const members = Object.keys({ ...before, ...after }) as (keyof TaskResource)[];
  return members.every((member) => {
    if (before[member] === after[member] || VOLATILE_PART.has(member)) return true;
    return member === "createRequested" || (member === "knownStatus" && after.knownStatus === "CREATED");
  });
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
