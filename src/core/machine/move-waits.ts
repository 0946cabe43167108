/**
 * The host's time was set while the task waited. What it waits for is written down as instants of that time, so these move
 * along: a wait is as long as it was meant to be. What was told stays as it was told.
 */
import { asEpochMs, type EpochMs } from "../brand.ts";
import type { Container, Task, TaskResource } from "../task.ts";
import { changeContainer, changeTask } from "../task-copy.ts";
import type { MachineConfig } from "./config.ts";

/** @param byMs how far the host's time was set ahead; negative when it was set back */
export function moveWaits(task: Task, byMs: number): Task {
  const moved = (at: EpochMs) => asEpochMs(at + byMs);
  return changeTask(task, {
    containers: task.containers.map((each) => moveContainer(each, moved)),
    resources: task.resources.map((each) => moveResource(each, moved)),
    ...(task.cleanupAt === undefined ? {} : { cleanupAt: moved(task.cleanupAt) }),
  });
}

/** After a restart nobody knows how the host's time was set meanwhile: a wait that is left is no longer than the whole one. */
export function boundWaits(task: Task, now: EpochMs, { cleanupWaitMs, cleanupJitterMs }: MachineConfig): Task {
  const { cleanupAt } = task;
  const latest = asEpochMs(now + cleanupWaitMs + cleanupJitterMs);
  const containers = task.containers.map((each) => boundStartTimeout(each, now));
  return changeTask(task, {
    containers,
    ...(cleanupAt === undefined || cleanupAt <= latest ? {} : { cleanupAt: latest }),
  });
}

function boundStartTimeout(container: Container, now: EpochMs): Container {
  const { startTimeoutAt, startTimeoutMs } = container;
  const latest = asEpochMs(now + startTimeoutMs);
  if (startTimeoutAt === undefined || startTimeoutAt <= latest) return container;
  return changeContainer(container, { startTimeoutAt: latest });
}

type Move = (at: EpochMs) => EpochMs;

function moveContainer(container: Container, moved: Move): Container {
  const { retry, startTimeoutAt } = container;
  if (retry === undefined && startTimeoutAt === undefined) return container;
  return changeContainer(container, {
    ...(retry === undefined ? {} : { retry: { ...retry, notBefore: moved(retry.notBefore) } }),
    ...(startTimeoutAt === undefined ? {} : { startTimeoutAt: moved(startTimeoutAt) }),
  });
}

function moveResource(resource: TaskResource, moved: Move): TaskResource {
  const { retry } = resource;
  return retry === undefined ? resource : { ...resource, retry: { ...retry, notBefore: moved(retry.notBefore) } };
}
