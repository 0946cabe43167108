/** Task resources: made before the containers they gate, once; a failure stops the task. Source: engine-modern 4.11. */
import type { EpochMs } from "../brand.ts";
import type { NamedError } from "../errors.ts";
import { formatReason } from "../errors.ts";
import type { Task, TaskResource } from "../task.ts";
import { stopTask } from "./derive.ts";
import type { Draft } from "./draft.ts";
import type { Orders } from "./orders.ts";
import { removalRetryAt } from "./retry.ts";

export function advanceResources(draft: Draft, orders: Orders): void {
  const { task } = draft;
  if (!task.admitted || task.desiredStatus === "STOPPED") return;
  for (const resource of task.resources) {
    if (resource.knownStatus !== "NONE" || resource.inFlight !== undefined) continue;
    if (resource.volatile && !isNeeded(task)) continue;
    begin(draft, resource, "create", orders);
  }
}

/** Secrets and the like are not fetched again once every container exists. Source: engine-modern 20.3. */
function isNeeded(task: Task): boolean {
  return task.containers.some((container) => container.type === "NORMAL" && container.dockerId === undefined);
}

export function begin(draft: Draft, resource: TaskResource, action: "create" | "remove", orders: Orders): void {
  const id = draft.nextActionId();
  orders.add({
    type: action === "create" ? "createResource" : "removeResource",
    resourceId: resource.id,
    actionId: id,
  });
  draft.changeResource(resource, {
    inFlight: { action, id },
    createRequested: resource.createRequested || action === "create",
  });
}

export function foldResourceResult(
  draft: Draft,
  resourceId: string,
  actionId: number,
  error: NamedError | undefined,
  now: EpochMs,
): void {
  const resource = draft.task.resources.find((each) => each.id === resourceId);
  if (resource?.inFlight?.id !== actionId) return;
  if (resource.inFlight.action === "remove") foldRemoval(draft, resource, error, now);
  else foldCreation(draft, resource, error, now);
}

function foldCreation(draft: Draft, resource: TaskResource, error: NamedError | undefined, now: EpochMs): void {
  if (error === undefined) {
    draft.changeResource(resource, { inFlight: undefined, knownStatus: "CREATED" });
    return;
  }
  draft.changeResource(resource, { inFlight: undefined });
  stopTask(draft, "TaskFailedToStart", capitalise(formatReason(error)), now);
}

function foldRemoval(draft: Draft, resource: TaskResource, error: NamedError | undefined, now: EpochMs): void {
  if (error === undefined) {
    draft.changeResource(resource, { inFlight: undefined, knownStatus: "REMOVED", retry: undefined });
    return;
  }
  const attempts = (resource.retry?.attempts ?? 0) + 1;
  const retry = { attempts, notBefore: removalRetryAt(attempts, now), error };
  draft.changeResource(resource, { inFlight: undefined, retry });
}

/** A task's reason begins with a capital. Source: engine-modern 7.1. */
function capitalise(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
