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

type SavedTask = { readonly key: string; task: Task };
/** What was noted of a task before, if anything was. */
type Undo = readonly [arn: string, saved: SavedTask | undefined, before: Task | undefined];

export class SavedTasks {
  #tasks = new Map<string, SavedTask>();

  static of(tasks: readonly Task[]): SavedTasks {
    const saved = new SavedTasks();
    for (const task of tasks) saved.#tasks.set(task.arn, { key: keyText(["task", task.arn]), task });
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
      for (const each of undo.reverse()) this.#takeBack(each);
      throw error;
    }
  }

  /** The row of a task as a whole, by its key. */
  wholeRow(key: string): string | undefined {
    const saved = this.#tasks.get(parseKey(key)?.[1] ?? "");
    return saved === undefined ? undefined : taskText(saved.task);
  }

  #operation(mutation: Mutation, undo: Undo[]): RowOperation {
    if (mutation.type === "deleteTask") this.#forget(mutation.taskArn, undo);
    return mutation.type === "putTask" ? this.#put(mutation.task, undo) : toOperation(mutation);
  }

  #put(task: Task, undo: Undo[]): RowOperation {
    const { arn } = task;
    const saved = this.#tasks.get(arn);
    const before = saved?.task;
    const key = saved?.key ?? keyText(["task", arn]);
    const operation = rowOperation(key, before, task);
    undo.push([arn, saved, before]);
    if (saved === undefined) this.#tasks.set(arn, { key, task });
    else saved.task = task;
    return operation;
  }

  #forget(arn: string, undo: Undo[]): void {
    const saved = this.#tasks.get(arn);
    undo.push([arn, saved, saved?.task]);
    this.#tasks.delete(arn);
  }

  #takeBack([arn, saved, before]: Undo): void {
    if (saved === undefined || before === undefined) {
      this.#tasks.delete(arn);
      return;
    }
    saved.task = before;
    this.#tasks.set(arn, saved);
  }
}

/** The whole row, or only what has changed of it. */
function rowOperation(key: string, before: Task | undefined, task: Task): RowOperation {
  const patch = before === undefined ? undefined : taskPatch(before, task);
  if (patch === undefined) return { type: "put", key, json: taskText(task) };
  return { type: "patch", key, json: patch, whole: () => taskText(task) };
}
