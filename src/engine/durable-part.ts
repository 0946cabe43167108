/** What of a task outlives the engine: all but what a restart forgets anyway, or works out again. */
import type { Task } from "../core/task.ts";

export const VOLATILE_TASK: ReadonlySet<string> = new Set([
  "admitted",
  "nextActionId",
  "acknowledgedChange",
  "sentStatus",
  "containers",
  "resources",
]);
export const VOLATILE_PART: ReadonlySet<string> = new Set(["inFlight", "retry", "health", "sentStatus"]);

/** Facts that every look at a container tells again, as long as it is there. */
export const TOLD_AGAIN: readonly string[] = ["createdAt", "startedAt", "ipAddress", "imageId", "networkBindings"];
const WHILE_PRESENT: ReadonlySet<string> = new Set([...VOLATILE_PART, ...TOLD_AGAIN]);

/** The task without what a restart forgets, for comparing across engines. */
export function durablePart(task: Task): object {
  return {
    ...without(task, VOLATILE_TASK),
    containers: task.containers.map((container) =>
      without(container, container.knownStatus === "STOPPED" ? VOLATILE_PART : WHILE_PRESENT),
    ),
    resources: task.resources.map((resource) => without(resource, VOLATILE_PART)),
  };
}

/** Members that are undefined count as absent. */
function without(value: object, except: ReadonlySet<string>): object {
  return Object.fromEntries(Object.entries(value).filter(([key, member]) => !except.has(key) && member !== undefined));
}
