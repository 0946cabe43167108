/**
 * After STOPPED: waits, then removes containers, then resources, each until its absence is confirmed, then forgets the
 * task. Source: engine-modern 14, W-24, W-25.
 */
import type { EpochMs } from "../brand.ts";
import type { Container, Task, TaskResource } from "../task.ts";
import { changeContainer, changeTask } from "../task-copy.ts";
import type { Effect } from "./effect.ts";
import { begin } from "./resources.ts";
import { editContainer } from "./step-state.ts";
import type { Wake } from "./wake.ts";

export function advanceCleanup(task: Task, now: EpochMs, effects: Effect[], wake: Wake): Task {
  if (task.knownStatus !== "STOPPED" || task.cleanupAt === undefined) return task;
  if (now < task.cleanupAt) {
    wake.by(task.cleanupAt);
    return task;
  }
  if (unreported(task) > 0) return task;
  const swept = removeContainers(task, now, effects, wake);
  if (!swept.containers.every(isGone)) return swept;
  const emptied = removeResources(swept, now, effects, wake);
  if (emptied.resources.every(isRemoved)) effects.push({ type: "forgetTask" });
  return emptied;
}

/** Containers stay for who has not been told that they ended. Source: CLN-3. */
function unreported(task: Task): number {
  return Math.max(0, task.nextChange - 1 - task.acknowledgedChange);
}

/** How many state changes are to be acknowledged before a clean-up that is due may begin. */
export function unreportedBeforeCleanup(task: Task, now: EpochMs): number {
  const isDue = task.knownStatus === "STOPPED" && task.cleanupAt !== undefined && now >= task.cleanupAt;
  return isDue ? unreported(task) : 0;
}

/** Was it ever asked for, and has it not been confirmed gone? A create under way may still leave an object. */
function isGone(container: Container): boolean {
  return container.removed || (container.createRequestedAt === undefined && container.dockerId === undefined);
}

function isRemoved(resource: TaskResource): boolean {
  return resource.knownStatus === "REMOVED" || (!resource.createRequested && resource.knownStatus === "NONE");
}

function removeContainers(task: Task, now: EpochMs, effects: Effect[], wake: Wake): Task {
  let current = task;
  for (const container of task.containers) {
    if (isGone(container) || container.inFlight !== undefined || container.stopOwed) continue;
    if (container.retry?.action === "remove" && container.retry.notBefore > now) {
      wake.by(container.retry.notBefore);
      continue;
    }
    current = remove(current, container, effects);
  }
  return current;
}

function remove(task: Task, container: Container, effects: Effect[]): Task {
  const id = task.nextActionId;
  const target = container.dockerName;
  effects.push({ type: "remove", containerName: container.name, actionId: id, target });
  return editContainer(changeTask(task, { nextActionId: id + 1 }), container.name, (each) =>
    changeContainer(each, {
      inFlight: { action: "remove", id },
    }),
  );
}

function removeResources(task: Task, now: EpochMs, effects: Effect[], wake: Wake): Task {
  let current = task;
  for (const resource of task.resources) {
    if (isRemoved(resource) || resource.inFlight !== undefined) continue;
    if (resource.retry !== undefined && resource.retry.notBefore > now) {
      wake.by(resource.retry.notBefore);
      continue;
    }
    current = begin(current, resource, "remove", effects);
  }
  return current;
}
