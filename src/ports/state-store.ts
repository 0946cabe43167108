/**
 * Durable rows of the engine. A `commit` is all or nothing, and resolves only when it would survive the death of the
 * process. Source: engine-modern 8.3, 8.4, 34.
 */
import type { TaskArn } from "../core/brand.ts";
import type { SavedImage, SavedState } from "../core/saved/contents.ts";
import type { StateChange } from "../core/state-change.ts";
import type { Task } from "../core/task.ts";

/** What is saved of an image. */
export type ImageRow = SavedImage;

/** Everything that is saved. */
export type StoredState = SavedState;

/** One change of the saved state; says what is to be, so that doing it twice is harmless. */
export type Mutation =
  | { readonly type: "putTask"; readonly task: Task }
  | { readonly type: "deleteTask"; readonly taskArn: TaskArn }
  | { readonly type: "putChange"; readonly change: StateChange }
  /** Forgets the changes of a task up to and including this number. */
  | { readonly type: "acknowledge"; readonly taskArn: TaskArn; readonly upTo: number }
  | { readonly type: "putImage"; readonly image: ImageRow }
  | { readonly type: "deleteImage"; readonly imageId: string }
  | { readonly type: "putMeta"; readonly key: string; readonly value: string };

/** Durable rows; see the contract of `commit`. With `dataDir` the engine opens one on disk. */
export interface StateStore {
  /** @throws {EngineError} StateStoreError */
  load(): Promise<StoredState>;
  /**
   * Commits of one caller take effect in the order of the calls. Several may be answered with one promise, which is kept when
   * all of them are durable. @throws {EngineError} StateStoreError
   */
  commit(mutations: readonly Mutation[]): Promise<void>;
  close(): Promise<void>;
}
