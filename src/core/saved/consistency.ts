/** What must hold between the parts of a saved state, beyond the form of each. Source: engine-behaviour 5.4, DS-13. */
import { InvalidInputError } from "../errors.ts";
import type { StateChange } from "../state-change.ts";
import type { Task } from "../task.ts";

/** @throws {InvalidInputError} with the path of the part that contradicts another */
export function assertConsistent(state: {
  readonly tasks: readonly Task[];
  readonly changes: readonly StateChange[];
}): void {
  const tasks = new Map<string, Task>();
  const ids = new Set<string>();
  const names = new Set<string>();
  for (const [index, task] of state.tasks.entries()) {
    const path = `tasks[${index}]`;
    if (tasks.has(task.arn)) refuse(`${path}.arn`, `task ${task.arn} is there twice`);
    tasks.set(task.arn, task);
    assertContainers(task, path, { ids, names });
  }
  assertChanges(state.changes, tasks);
}

function assertContainers(
  { containers }: Task,
  path: string,
  seen: { readonly ids: Set<string>; readonly names: Set<string> },
): void {
  const own = new Set<string>();
  for (const [index, { name, dockerId, dockerName }] of containers.entries()) {
    const at = `${path}.containers[${index}]`;
    if (own.has(name)) refuse(`${at}.name`, `container ${name} is there twice`);
    if (dockerId !== undefined && seen.ids.has(dockerId)) refuse(`${at}.dockerId`, "two containers have this id");
    if (seen.names.has(dockerName)) refuse(`${at}.dockerName`, "two containers have this name");
    own.add(name);
    if (dockerId !== undefined) seen.ids.add(dockerId);
    seen.names.add(dockerName);
  }
}

/** A change may outlive its task, but it cannot be one that its task has not made yet. */
function assertChanges(changes: readonly StateChange[], tasks: ReadonlyMap<string, Task>): void {
  const last = new Map<string, number>();
  for (const [index, { taskArn, sequence }] of changes.entries()) {
    const path = `changes[${index}].sequence`;
    const next = tasks.get(taskArn)?.nextChange ?? Number.POSITIVE_INFINITY;
    if (sequence >= next) refuse(path, `the next change of the task is number ${next}`);
    if (sequence <= (last.get(taskArn) ?? 0)) refuse(path, "changes of a task are not in the order of their numbers");
    last.set(taskArn, sequence);
  }
}

function refuse(path: string, fact: string): never {
  throw new InvalidInputError(path, `Cannot read state: ${fact}`);
}
