/** Small edits of frozen tasks that keep every untouched part shared. */
import type { NamedError } from "../errors.ts";
import type { Container, Task, TaskResource } from "../task.ts";
import { changeContainer, changeTask } from "../task-copy.ts";

/** Replaces one container; the same task when `edit` returns the container unchanged. */
export function editContainer(task: Task, name: string, edit: (container: Container) => Container): Task {
  const index = task.containers.findIndex((container) => container.name === name);
  const before = task.containers[index];
  if (before === undefined) return task;
  const after = edit(before);
  if (after === before) return task;
  return changeTask(task, { containers: task.containers.with(index, after) });
}

export function editResource(task: Task, id: string, edit: (resource: TaskResource) => TaskResource): Task {
  const index = task.resources.findIndex((resource) => resource.id === id);
  const before = task.resources[index];
  if (before === undefined) return task;
  const after = edit(before);
  if (after === before) return task;
  return changeTask(task, { resources: task.resources.with(index, after) });
}

/** The reason belongs to what ended the container and is set once. Source: REASON-3, W-27. */
export function withError(container: Container, error: NamedError): Container {
  return container.error === undefined ? changeContainer(container, { error }) : container;
}

/** Sends one container to STOPPED because of a failure; nothing is known to run. */
export function failContainer(container: Container, error: NamedError): Container {
  return changeContainer(withError(container, error), { desiredStatus: "STOPPED" });
}

/** A container whose end has been seen, or that is confirmed gone: nothing is owed to it any more. */
export function ended(container: Container, facts: Partial<Container> = {}): Container {
  const restart = container.restart.pending ? { ...container.restart, pending: false } : container.restart;
  return changeContainer(container, {
    knownStatus: "STOPPED",
    stopOwed: false,
    startRequestedAt: undefined,
    retry: undefined,
    restart,
    ...facts,
  });
}

/** The container as its last recorded run left it. */
export function endedByLastRun(container: Container): Container {
  const run = container.restart.endedRun;
  return ended(container, {
    exitCode: run?.exitCode ?? container.exitCode,
    finishedAt: run?.finishedAt ?? container.finishedAt,
  });
}

/** `before` when `after` says the same in all members; parts are compared by identity. */
export function keepIfSame(before: Container, after: Container): Container {
  if (before === after) return before;
  // Asked of every look at every container: makes no list of the forty names.
  for (const key in after) {
    if (before[key as keyof Container] !== after[key as keyof Container]) return after;
  }
  return before;
}
