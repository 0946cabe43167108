/**
 * What the journal holds of each task, so that of one that is saved again only what has changed is written.
 *
 * INVARIANT: it is what the journal would be read as. Whoever notes a commit that then is not written takes it back, or
 * learns everything anew.
 */
import type { Task } from "../core/task.ts";
import type { Mutation } from "../ports/state-store.ts";
import { keyText, parseKey, type RowOperation, toOperation } from "./row-table.ts";
import { taskPatch } from "./task-patch.ts";
import { taskText } from "./task-text.ts";

type SavedTask = { readonly key: string; readonly task: Task };
type Undo = readonly [key: string, before: SavedTask | undefined];

export class SavedTasks {
  #tasks = new Map<string, SavedTask>();

  static of(tasks: readonly Task[]): SavedTasks {
    const saved = new SavedTasks();
    for (const task of tasks) saved.#note(task.arn, { key: keyText(["task", task.arn]), task });
    return saved;
  }

  /**
   * What a commit comes to, and notes it.
   * @throws {TypeError} when a row cannot be written as JSON; nothing is noted then
   */
  operationsOf(mutations: readonly Mutation[]): readonly RowOperation[] {
    const undo: Undo[] = [];
    try {
      return mutations.map((mutation) => this.#operation(mutation, undo));
    } catch (error) {
      for (const [arn, before] of undo.reverse()) this.#note(arn, before);
      throw error;
    }
  }

  /** The row of a task as a whole, by its key. */
  wholeRow(key: string): string | undefined {
    const saved = this.#tasks.get(parseKey(key)?.[1] ?? "");
    return saved === undefined ? undefined : taskText(saved.task);
  }

  #operation(mutation: Mutation, undo: Undo[]): RowOperation {
    if (mutation.type === "deleteTask") this.#change(mutation.taskArn, undefined, undo);
    if (mutation.type !== "putTask") return toOperation(mutation);
    const { task } = mutation;
    const before = this.#tasks.get(task.arn);
    const key = before?.key ?? keyText(["task", task.arn]);
    const patch = before === undefined ? undefined : taskPatch(before.task, task);
    const operation: RowOperation =
      patch === undefined
        ? { type: "put", key, json: taskText(task) }
        : { type: "patch", key, json: patch, whole: () => taskText(task) };
    this.#change(task.arn, { key, task }, undo);
    return operation;
  }

  #change(arn: string, saved: SavedTask | undefined, undo: Undo[]): void {
    undo.push([arn, this.#tasks.get(arn)]);
    this.#note(arn, saved);
  }

  #note(arn: string, saved: SavedTask | undefined): void {
    if (saved === undefined) this.#tasks.delete(arn);
    else this.#tasks.set(arn, saved);
  }
}
