/** Task resources: made before the containers they gate, once; a failure stops the task. Source: engine-modern 4.11. */
import type { EpochMs } from "../brand.ts";
import type { NamedError } from "../errors.ts";
import { formatReason } from "../errors.ts";
import type { Task, TaskResource } from "../task.ts";
import { changeTask } from "../task-copy.ts";
import { stopTask } from "./derive.ts";
import type { Effect } from "./effect.ts";
import { removalRetryAt } from "./retry.ts";
import { editResource } from "./step-state.ts";

export function advanceResources(task: Task, effects: Effect[]): Task {
  if (!task.admitted || task.desiredStatus === "STOPPED") return task;
  let current = task;
  for (const resource of task.resources) {
    if (resource.knownStatus !== "NONE" || resource.inFlight !== undefined) continue;
    if (resource.volatile && !isNeeded(task)) continue;
    current = begin(current, resource, "create", effects);
  }
  return current;
}

/** Secrets and the like are not fetched again once every container exists. Source: engine-modern 20.3. */
function isNeeded(task: Task): boolean {
  return task.containers.some((container) => container.type === "NORMAL" && container.dockerId === undefined);
}

export function begin(task: Task, resource: TaskResource, action: "create" | "remove", effects: Effect[]): Task {
  const id = task.nextActionId;
  effects.push({
    type: action === "create" ? "createResource" : "removeResource",
    resourceId: resource.id,
    actionId: id,
  });
  return editResource(changeTask(task, { nextActionId: id + 1 }), resource.id, (each) => ({
    ...each,
    inFlight: { action, id },
    createRequested: each.createRequested || action === "create",
  }));
}

export function foldResourceResult(
  task: Task,
  resourceId: string,
  actionId: number,
  error: NamedError | undefined,
  now: EpochMs,
): Task {
  const resource = task.resources.find((each) => each.id === resourceId);
  if (resource?.inFlight?.id !== actionId) return task;
  const { action } = resource.inFlight;
  if (action === "remove") return editResource(task, resourceId, (each) => removed(each, error, now));
  const landed = editResource(task, resourceId, (each) => ({
    ...each,
    inFlight: undefined,
    knownStatus: error === undefined ? "CREATED" : each.knownStatus,
  }));
  return error === undefined ? landed : stopTask(landed, "TaskFailedToStart", capitalise(formatReason(error)), now);
}

function removed(resource: TaskResource, error: NamedError | undefined, now: EpochMs): TaskResource {
  const free: TaskResource = { ...resource, inFlight: undefined };
  if (error === undefined) return { ...free, knownStatus: "REMOVED", retry: undefined };
  const attempts = (resource.retry?.attempts ?? 0) + 1;
  return { ...free, retry: { attempts, notBefore: removalRetryAt(attempts, now), error } };
}

/** A task's reason begins with a capital. Source: engine-modern 7.1. */
function capitalise(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
