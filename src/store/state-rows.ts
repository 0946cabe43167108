/**
 * The rows in memory, and what each mutation does to them: the model that the durable store is compared with.
 *
 * INVARIANTS
 * - A change stays until it is acknowledged, also when its task's row is deleted before.
 * - Changes of a task are kept in the order of their numbers.
 */
import { unreachable } from "../core/assert.ts";
import type { TaskArn } from "../core/brand.ts";
import type { StateChange } from "../core/state-change.ts";
import type { Task } from "../core/task.ts";
import type { ImageRow, Mutation, StoredState } from "../ports/state-store.ts";
import { persistedTask } from "./persisted.ts";

export const EMPTY_STATE: StoredState = { tasks: [], changes: [], images: [], meta: {} };

export class StateRows {
  /** As they were given, and for the most part the engine's own objects: what is not saved of them is left out on reading. */
  readonly #tasks = new Map<TaskArn, Task>();
  /** Of each task those that are not acknowledged, which are a few. */
  readonly #changes = new Map<TaskArn, readonly StateChange[]>();
  readonly #images = new Map<string, ImageRow>();
  readonly #meta = new Map<string, string>();

  static of(state: StoredState): StateRows {
    const rows = new StateRows();
    for (const mutation of mutationsOf(state)) rows.apply(mutation);
    return rows;
  }

  apply(mutation: Mutation): void {
    switch (mutation.type) {
      case "putTask":
        this.#tasks.set(mutation.task.arn, mutation.task);
        return;
      case "deleteTask":
        this.#tasks.delete(mutation.taskArn);
        return;
      case "putChange":
        this.#putChange(mutation.change);
        return;
      case "acknowledge":
        this.#acknowledge(mutation.taskArn, mutation.upTo);
        return;
      case "putImage":
        this.#images.set(mutation.image.imageId, mutation.image);
        return;
      case "deleteImage":
        this.#images.delete(mutation.imageId);
        return;
      case "putMeta":
        this.#meta.set(mutation.key, mutation.value);
        return;
      default:
        unreachable(mutation);
    }
  }

  snapshot(): StoredState {
    return {
      tasks: Array.from(this.#tasks.values(), persistedTask),
      changes: [...this.#changes.keys()].sort().flatMap((arn) => this.#changesOf(arn)),
      images: [...this.#images.values()],
      meta: Object.fromEntries(this.#meta),
    };
  }

  #changesOf(taskArn: TaskArn): readonly StateChange[] {
    return (this.#changes.get(taskArn) ?? []).toSorted((a, b) => a.sequence - b.sequence);
  }

  #putChange(change: StateChange): void {
    const { taskArn, sequence } = change;
    const others = (this.#changes.get(taskArn) ?? []).filter((each) => each.sequence !== sequence);
    this.#changes.set(taskArn, others.concat(change));
  }

  #acknowledge(taskArn: TaskArn, upTo: number): void {
    const changes = this.#changes.get(taskArn);
    if (changes === undefined) return;
    const left = changes.filter(({ sequence }) => sequence > upTo);
    if (left.length === 0) this.#changes.delete(taskArn);
    else this.#changes.set(taskArn, left);
  }
}

/** The mutations that make this state out of an empty one. */
export function mutationsOf(state: StoredState): readonly Mutation[] {
  return [
    ...state.tasks.map((task): Mutation => ({ type: "putTask", task })),
    ...state.changes.map((change): Mutation => ({ type: "putChange", change })),
    ...state.images.map((image): Mutation => ({ type: "putImage", image })),
    ...Object.entries(state.meta).map(([key, value]): Mutation => ({ type: "putMeta", key, value })),
  ];
}
