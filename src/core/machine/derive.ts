/**
 * What follows for the task from its containers, and back. Source: engine-behaviour 1.6, 1.7; engine-modern 4.3, 4.4,
 * 7.2 (stop codes).
 */
import type { EpochMs } from "../brand.ts";
import { asEpochMs } from "../brand.ts";
import { failureBehind, victimsOf } from "../causes.ts";
import { formatReason } from "../errors.ts";
import {
  compareContainerStatus,
  compareTaskStatus,
  containerStatusFor,
  isRunningStatus,
  type TaskStatus,
  taskStatusOf,
} from "../status.ts";
import { type Container, findContainer, type StopCode, type Task } from "../task.ts";
import type { MachineConfig } from "./config.ts";
import { Draft } from "./draft.ts";

const ESSENTIAL_EXITED = "Essential container in task exited";
/** When a user gives no reason of their own. */
export const DEFAULT_USER_REASON = "Task stopped by user";

/** What follows for a task by itself; the same task when nothing does. */
export function derive(task: Task, now: EpochMs, config: MachineConfig): Task {
  const draft = new Draft(task);
  align(draft, now, config);
  return draft.task;
}

/** Brings desired and known statuses into line. */
export function align(draft: Draft, now: EpochMs, config: MachineConfig): void {
  if (draft.task.desiredStatus !== "STOPPED") stopBecauseOfContainers(draft, now);
  if (draft.task.executionStoppedAt === undefined) markExecutionStopped(draft, now);
  propagateDesired(draft);
  raiseKnown(draft, now, config);
}

function stopBecauseOfContainers(draft: Draft, now: EpochMs): void {
  const { task } = draft;
  if (!task.containers.some(endsTask)) return;
  const ran = task.containers.some((container) => endsTask(container) && container.startedAt !== undefined);
  if (ran) stopTask(draft, "EssentialContainerExited", ESSENTIAL_EXITED, now);
  else stopTask(draft, "TaskFailedToStart", startFailure(task), now);
}

/** Why the task could not start: the failure behind all others, and whom it kept from starting. */
function startFailure(task: Task): string | undefined {
  const failed = task.containers.find((container) => endsTask(container) && container.error !== undefined);
  if (failed?.error === undefined) return undefined;
  const cause = failureBehind(failed, (name) => findContainer(task, name));
  if (cause.error === undefined) return formatReason(failed.error); // it ran: what came of it is in the victim's reason
  const victims = victimsOf(cause, task.containers).map(({ name }) => name);
  const told = victims.length === 0 ? "" : `; ${victims.join(", ")} could not start without ${cause.name}`;
  return formatReason(cause.error) + told;
}

function endsTask(container: Container): boolean {
  return container.essential && (container.knownStatus === "STOPPED" || container.desiredStatus === "STOPPED");
}

/** Sets the desired status STOPPED; code and reason are those of the first cause. Source: REASON-1, REASON-6. */
export function stopTask(draft: Draft, stopCode: StopCode, reason: string | undefined, now: EpochMs): void {
  if (draft.task.desiredStatus === "STOPPED") return;
  const task = draft.change();
  task.desiredStatus = "STOPPED";
  task.stoppingAt = now;
  task.stopCode = stopCode;
  task.stoppedReason = reason;
}

/** First essential stop only, never a non-essential one. Source: ID-3, DM-60, DM-61. */
function markExecutionStopped(draft: Draft, now: EpochMs): void {
  const stopped = draft.task.containers.find(isEssentialStopped);
  if (stopped !== undefined) draft.change().executionStoppedAt = stopped.finishedAt ?? now;
}

function isEssentialStopped(container: Container): boolean {
  return container.essential && container.knownStatus === "STOPPED";
}

/** Raises each container's desired status to what the task wants; never lowers one. Source: DM-66. */
function propagateDesired(draft: Draft): void {
  const { desiredStatus, containers } = draft.task;
  for (const container of containers) {
    const wanted = containerStatusFor(desiredStatus, container.steadyStatus);
    const isBehind = compareContainerStatus(wanted, container.desiredStatus) > 0;
    if (isBehind) draft.changeContainer(container).desiredStatus = wanted;
  }
}

function raiseKnown(draft: Draft, now: EpochMs, config: MachineConfig): void {
  const known = knownStatusFor(draft.task.containers);
  if (known === undefined || compareTaskStatus(known, draft.task.knownStatus) <= 0) return;
  const task = draft.change();
  task.knownStatus = known;
  task.knownStatusAt = now;
  if (known === "RUNNING") task.startedAt = now;
  if (known !== "STOPPED") return;
  stopTask(draft, "EssentialContainerExited", ESSENTIAL_EXITED, now);
  // It came with the desired status STOPPED, so that nobody has said why.
  if (task.stopCode === undefined) {
    task.stopCode = "UserInitiated";
    task.stoppedReason ??= DEFAULT_USER_REASON;
  }
  task.stoppedAt = now;
  task.cleanupAt = asEpochMs(now + config.cleanupWaitMs + config.cleanupJitterMs);
}

/**
 * The least advanced container decides. A task whose essential container died while the others came up is not promoted
 * to RUNNING on its way to STOPPED. Source: engine-behaviour 1.6, CORE-1, CORE-2.
 */
export function knownStatusFor(containers: readonly Container[]): TaskStatus | undefined {
  let earliest: Container | undefined;
  let known: TaskStatus | undefined;
  for (const container of containers) {
    if (earliest === undefined || compareContainerStatus(container.knownStatus, earliest.knownStatus) < 0) {
      earliest = container;
    }
    const counts = taskStatusOf(container.knownStatus, container.steadyStatus);
    if (known === undefined || compareTaskStatus(counts, known) < 0) known = counts;
  }
  if (earliest === undefined) return undefined;
  const essentialStopped = containers.some(isEssentialStopped);
  if (earliest.knownStatus === earliest.steadyStatus && essentialStopped) return undefined;
  return known;
}

/** Is the container's process up as far as we know? */
export function isUp(container: Container): boolean {
  return isRunningStatus(container.knownStatus);
}
