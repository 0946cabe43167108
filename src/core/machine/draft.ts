/**
 * The task in the making, within one step: the first change copies what it touches, later ones change that copy in place.
 * So a step makes one copy of what it changes, however many parts of the machine have a say in it.
 *
 * INVARIANTS
 * - The task that was given, and everything in it, stays as it is.
 * - What differs from what was given was made in this step, is seen by nobody else, and may be changed until the step ends.
 * - Nothing keeps a draft, or anything that may be changed, beyond the step.
 */
import { assert } from "../assert.ts";
import type { Container, Task, TaskResource } from "../task.ts";
import { type Changeable, copyContainer, copyTask } from "../task-copy.ts";

export class Draft {
  /** As the step found it. */
  readonly given: Task;
  #task: Task;

  constructor(task: Task) {
    this.given = task;
    this.#task = task;
  }

  /** As it is by now; the very task that was given while nothing has changed. */
  get task(): Task {
    return this.#task;
  }

  /** The task, for changes of its own members. */
  change(): Changeable<Task> {
    if (this.#task === this.given) this.#task = copyTask(this.given);
    return this.#task as Changeable<Task>;
  }

  /** A number for an action that begins. */
  nextActionId(): number {
    const task = this.change();
    task.nextActionId += 1;
    return task.nextActionId - 1;
  }

  /**
   * A container of the task as it is by now, for changes. Who goes through `task.containers` may change each when its
   * turn has come.
   */
  changeContainer(container: Container): Changeable<Container> {
    const index = indexOf(this.#task.containers, container);
    if (container !== this.given.containers[index]) return container as Changeable<Container>;
    const copy = copyContainer(container);
    this.#containers()[index] = copy;
    return copy;
  }

  /** Puts a copy that was made of a container in its place. */
  replaceContainer(container: Container, copy: Container): void {
    this.#containers()[indexOf(this.#task.containers, container)] = copy;
  }

  /** Puts a copy of a resource, with these changes, in its place. */
  changeResource(resource: TaskResource, changes: Partial<TaskResource>): void {
    const resources = this.#task.resources.with(indexOf(this.#task.resources, resource), { ...resource, ...changes });
    this.change().resources = resources;
  }

  /** Goes on with a copy that was made of the task elsewhere: what differs in it is new as well. */
  take(task: Task): void {
    this.#task = task;
  }

  #containers(): Container[] {
    const task = this.change();
    if (task.containers === this.given.containers) task.containers = task.containers.slice();
    return task.containers as Container[];
  }
}

function indexOf<Part>(parts: readonly Part[], part: Part): number {
  const index = parts.indexOf(part);
  assert(index >= 0, "Cannot change a part that is not in the draft, or no more");
  return index;
}
