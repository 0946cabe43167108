/**
 * What of a task is worth a row. Whatever is under way, and what was accounted, holds for this process only: a restart
 * finds nothing in flight and counts again.
 * Source: engine-modern 8.4, 34.
 */
import type { Container, Task, TaskResource } from "../core/task.ts";

/** The task as it is stored: without `inFlight` anywhere, and not admitted. Gives back the same object when nothing changes. */
export function persistedTask(task: Task): Task {
  const containers = mapChanged(task.containers, withoutInFlight<Container>);
  const resources = mapChanged(task.resources, withoutInFlight<TaskResource>);
  if (!task.admitted && containers === task.containers && resources === task.resources) return task;
  return { ...task, containers, resources, admitted: false };
}

/**
 * As {@link persistedTask}, for JSON, which leaves out what is undefined: a member that is deleted makes the whole object a
 * slow one, and this is done at every save.
 */
export function taskForJson(task: Task): Task {
  const containers = mapChanged(task.containers, inFlightUndefined<Container>);
  const resources = mapChanged(task.resources, inFlightUndefined<TaskResource>);
  if (!task.admitted && containers === task.containers && resources === task.resources) return task;
  return { ...task, containers, resources, admitted: false };
}

function inFlightUndefined<Item extends { readonly inFlight?: unknown }>(item: Item): Item {
  return item.inFlight === undefined ? item : { ...item, inFlight: undefined };
}

function withoutInFlight<Item extends { readonly inFlight?: unknown }>(item: Item): Item {
  if (item.inFlight === undefined) return item;
  const copy: { -readonly [Key in keyof Item]: Item[Key] } = { ...item };
  delete copy.inFlight;
  return copy;
}

function mapChanged<Item>(items: readonly Item[], change: (item: Item) => Item): readonly Item[] {
  const changed = items.map(change);
  return changed.some((item, index) => item !== items[index]) ? changed : items;
}
