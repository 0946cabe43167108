/** Indices over the tasks of an engine; every lookup is O(1). Source: engine-behaviour 5 (DS-*). */
import type { DockerId, TaskArn } from "../core/brand.ts";
import type { Container, Task } from "../core/task.ts";

export type FoundContainer = { readonly task: Task; readonly container: Container };

export class TaskEngineState {
  readonly #tasks = new Map<TaskArn, Task>();
  readonly #byDockerId = new Map<DockerId, { readonly taskArn: TaskArn; readonly index: number }>();

  /** Adds a task or replaces its snapshot. */
  put(task: Task): void {
    const before = this.#tasks.get(task.arn);
    this.#tasks.set(task.arn, task);
    if (before?.containers === task.containers) return;
    for (const [index, { dockerId }] of task.containers.entries()) {
      if (dockerId !== undefined && before?.containers[index]?.dockerId !== dockerId) {
        this.#byDockerId.set(dockerId, { taskArn: task.arn, index });
      }
    }
  }

  remove(taskArn: TaskArn): void {
    const task = this.#tasks.get(taskArn);
    this.#tasks.delete(taskArn);
    for (const { dockerId } of task?.containers ?? []) {
      if (dockerId !== undefined) this.#byDockerId.delete(dockerId);
    }
  }

  taskByArn(taskArn: TaskArn): Task | undefined {
    return this.#tasks.get(taskArn);
  }

  allTasks(): readonly Task[] {
    return [...this.#tasks.values()];
  }

  tasks(): Iterable<Task> {
    return this.#tasks.values();
  }

  containerByDockerId(dockerId: DockerId): FoundContainer | undefined {
    const place = this.#byDockerId.get(dockerId);
    const task = place === undefined ? undefined : this.#tasks.get(place.taskArn);
    const container = place === undefined ? undefined : task?.containers[place.index];
    return task === undefined || container === undefined ? undefined : { task, container };
  }
}
