/**
 * After STOPPED: waits, then removes containers, then resources, each until its absence is confirmed, then forgets the
 * task. Source: engine-modern 14, W-24, W-25.
 */
import type { EpochMs } from "../brand.ts";
import type { Container, Task, TaskResource } from "../task.ts";
import type { Draft } from "./draft.ts";
import type { Orders } from "./orders.ts";
import { begin } from "./resources.ts";

export function advanceCleanup(draft: Draft, now: EpochMs, orders: Orders): void {
  const { task } = draft;
  if (task.knownStatus !== "STOPPED" || task.cleanupAt === undefined) return;
  if (now < task.cleanupAt) {
    orders.wakeBy(task.cleanupAt);
    return;
  }
  if (unreported(task) > 0) return;
  removeContainers(draft, now, orders);
  if (!draft.task.containers.every(isGone)) return;
  removeResources(draft, now, orders);
  if (draft.task.resources.every(isRemoved)) orders.add({ type: "forgetTask" });
}

/** Containers stay for who has not been told that they ended. Source: CLN-3. */
function unreported(task: Task): number {
  return Math.max(0, task.nextChange - 1 - task.acknowledgedChange);
}

/** How many state changes are to be acknowledged before a clean-up that is due may begin. */
export function unreportedBeforeCleanup(task: Task, now: EpochMs): number {
  const isDue = task.cleanupAt !== undefined && now >= task.cleanupAt;
  return isDue ? unreported(task) : 0;
}

/** Was it ever asked for, and has it not been confirmed gone? A create under way may still leave an object. */
function isGone(container: Container): boolean {
  return container.removed || (container.createRequestedAt === undefined && container.dockerId === undefined);
}

function isRemoved(resource: TaskResource): boolean {
  return resource.knownStatus === "REMOVED" || !resource.createRequested;
}

function removeContainers(draft: Draft, now: EpochMs, orders: Orders): void {
  for (const container of draft.task.containers) {
    if (isGone(container) || container.inFlight !== undefined || container.stopOwed) continue;
    if (container.retry?.action === "remove" && container.retry.notBefore > now) {
      orders.wakeBy(container.retry.notBefore);
      continue;
    }
    remove(draft, container, orders);
  }
}

function remove(draft: Draft, container: Container, orders: Orders): void {
  const actionId = draft.nextActionId();
  const { name: containerName, dockerName: target } = container;
  orders.add({ type: "remove", containerName, actionId, target });
  draft.changeContainer(container).inFlight = { action: "remove", id: actionId };
}

function removeResources(draft: Draft, now: EpochMs, orders: Orders): void {
  for (const resource of draft.task.resources) {
    if (isRemoved(resource) || resource.inFlight !== undefined) continue;
    if (resource.retry !== undefined && resource.retry.notBefore > now) {
      orders.wakeBy(resource.retry.notBefore);
      continue;
    }
    begin(draft, resource, "remove", orders);
  }
}
