/**
 * What follows for the task from its containers, and back. Source: engine-behaviour 1.6, 1.7; engine-modern 4.3, 4.4,
 * 7.2 (stop codes).
 */
import type { EpochMs } from "../brand.ts";
import { asEpochMs } from "../brand.ts";
import { formatReason } from "../errors.ts";
import {
  compareContainerStatus,
  compareTaskStatus,
  containerStatusFor,
  isRunningStatus,
  type TaskStatus,
  taskStatusOf,
} from "../status.ts";
import type { Container, StopCode, Task } from "../task.ts";
import { changeContainer, changeTask } from "../task-copy.ts";
import type { MachineConfig } from "./config.ts";

const ESSENTIAL_EXITED = "Essential container in task exited";
/** When a user gives no reason of their own. */
export const DEFAULT_USER_REASON = "Task stopped by user";

/** Brings desired and known statuses into line; the same task when nothing follows. */
export function derive(task: Task, now: EpochMs, config: MachineConfig): Task {
  return deriveKnown(deriveDesired(task, now), now, config);
}

function deriveDesired(task: Task, now: EpochMs): Task {
  const stopping = task.desiredStatus !== "STOPPED" && task.containers.some(endsTask);
  const derived = stopping ? stopBecauseOfContainers(task, now) : task;
  return propagateDesired(markExecutionStopped(derived, now));
}

function endsTask(container: Container): boolean {
  return container.essential && (container.knownStatus === "STOPPED" || container.desiredStatus === "STOPPED");
}

function stopBecauseOfContainers(task: Task, now: EpochMs): Task {
  const culprit = task.containers.find((container) => endsTask(container) && container.error !== undefined);
  const ran = task.containers.some((container) => endsTask(container) && container.startedAt !== undefined);
  if (ran || task.startedAt !== undefined) return stopTask(task, "EssentialContainerExited", ESSENTIAL_EXITED, now);
  const reason = culprit?.error === undefined ? undefined : formatReason(culprit.error);
  return stopTask(task, "TaskFailedToStart", reason, now);
}

/** Sets the desired status STOPPED; code and reason are those of the first cause. Source: REASON-1, REASON-6. */
export function stopTask(task: Task, stopCode: StopCode, reason: string | undefined, now: EpochMs): Task {
  if (task.desiredStatus === "STOPPED") return task;
  return changeTask(task, {
    desiredStatus: "STOPPED",
    stoppingAt: now,
    stopCode: task.stopCode ?? stopCode,
    stoppedReason: task.stoppedReason ?? reason,
  });
}

/** First essential stop only, never a non-essential one. Source: ID-3, DM-60, DM-61. */
function markExecutionStopped(task: Task, now: EpochMs): Task {
  if (task.executionStoppedAt !== undefined) return task;
  const stopped = task.containers.find((container) => container.essential && container.knownStatus === "STOPPED");
  if (stopped === undefined) return task;
  return changeTask(task, { executionStoppedAt: stopped.finishedAt ?? now });
}

/** Raises each container's desired status to what the task wants; never lowers one. Source: DM-66. */
function propagateDesired(task: Task): Task {
  const { desiredStatus, containers } = task;
  if (!containers.some((each) => isBehind(each, desiredStatus))) return task;
  return changeTask(task, { containers: containers.map((each) => raiseDesired(each, desiredStatus)) });
}

function isBehind({ desiredStatus, steadyStatus }: Container, ofTask: TaskStatus): boolean {
  return compareContainerStatus(containerStatusFor(ofTask, steadyStatus), desiredStatus) > 0;
}

function raiseDesired(container: Container, ofTask: TaskStatus): Container {
  if (!isBehind(container, ofTask)) return container;
  return changeContainer(container, { desiredStatus: containerStatusFor(ofTask, container.steadyStatus) });
}

function deriveKnown(task: Task, now: EpochMs, config: MachineConfig): Task {
  const known = knownStatusFor(task.containers);
  if (known === undefined || compareTaskStatus(known, task.knownStatus) <= 0) return task;
  const moved = { knownStatus: known, knownStatusAt: now };
  if (known === "RUNNING") return changeTask(task, { ...moved, startedAt: now });
  if (known !== "STOPPED") return changeTask(task, moved);
  const ended = stopTask(task, "EssentialContainerExited", ESSENTIAL_EXITED, now);
  const cleanupAt = asEpochMs(now + config.cleanupWaitMs + config.cleanupJitterMs);
  return changeTask(ended, { ...moved, stoppedAt: now, cleanupAt });
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
  const essentialStopped = containers.some((each) => each.essential && each.knownStatus === "STOPPED");
  if (earliest.knownStatus === earliest.steadyStatus && essentialStopped) return undefined;
  return known;
}

/** Is the container's process up as far as we know? */
export function isUp(container: Container): boolean {
  return isRunningStatus(container.knownStatus);
}
