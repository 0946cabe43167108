/**
 * What of a task is worth a row. Whatever is under way, and what was accounted, holds for this process only: a restart
 * finds nothing in flight and counts again.
 * Source: engine-modern 8.4, 34.
 */
import type { Container, Task, TaskResource } from "../core/task.ts";

/**
 * The task as it is stored: nothing `inFlight` anywhere, and not admitted. Gives back the same object when nothing changes.
 * What is in flight becomes undefined instead of being deleted, which would make a slow object of it at every save.
 */
export function persistedTask(task: Task): Task {
  const containers = mapChanged(task.containers, withoutInFlight<Container>);
  const resources = mapChanged(task.resources, withoutInFlight<TaskResource>);
  if (!task.admitted && containers === task.containers && resources === task.resources) return task;
  return { ...task, containers, resources, admitted: false };
}

function withoutInFlight<Item extends { readonly inFlight?: unknown }>(item: Item): Item {
  return item.inFlight === undefined ? item : { ...item, inFlight: undefined };
}

function mapChanged<Item>(items: readonly Item[], change: (item: Item) => Item): readonly Item[] {
  const changed = items.map(change);
  return changed.some((item, index) => item !== items[index]) ? changed : items;
}
