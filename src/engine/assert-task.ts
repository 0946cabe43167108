/** What is handed to `addTask` by a program without types, or by one that read it from somewhere. */
import { InvalidInputError } from "../core/errors.ts";
import { TASK_STATUSES } from "../core/status.ts";
import type { Task } from "../core/task.ts";

type Kind = "string" | "object" | "list";

/** Without these nothing can be said of a task at all; the rest of a made-up one is its maker's. */
const NEEDED: Readonly<Record<string, Kind>> = {
  arn: "string",
  id: "string",
  family: "string",
  definition: "object",
  containers: "list",
  resources: "list",
  desiredStatus: "string",
  knownStatus: "string",
};

/** @throws {InvalidInputError} with the path of what is missing or wrong */
export function assertTask(given: unknown): asserts given is Task {
  if (kindOf(given) !== "object") throw refused("task", "object", given);
  const task = given as Readonly<Record<string, unknown>>;
  for (const [member, kind] of Object.entries(NEEDED)) {
    if (kindOf(task[member]) !== kind) throw refused(`task.${member}`, kind, task[member]);
  }
  for (const member of ["desiredStatus", "knownStatus"] as const) {
    const statuses: readonly unknown[] = TASK_STATUSES;
    if (!statuses.includes(task[member]))
      throw new InvalidInputError(`task.${member}`, `Cannot add task: it is none of ${TASK_STATUSES.join(", ")}`);
  }
  if ((task.containers as readonly unknown[]).length === 0)
    throw new InvalidInputError("task.containers", "Cannot add task: it has no container");
}

function kindOf(value: unknown): Kind | "nothing" | "other" {
  if (value === undefined || value === null) return "nothing";
  if (Array.isArray(value)) return "list";
  return typeof value === "object" ? "object" : typeof value === "string" ? "string" : "other";
}

function refused(path: string, kind: Kind, value: unknown): InvalidInputError {
  const found = kindOf(value) === "nothing" ? "it is missing" : `it is no ${kind}`;
  return new InvalidInputError(path, `Cannot add task: ${found}. createTask() makes a task of a definition`);
}
