/** The engine as its users see it: the library, the command and the daemon all talk to this. */

import type { Blocker } from "../core/blocker.ts";
import type { TaskArn } from "../core/brand.ts";
import type { EngineError } from "../core/errors.ts";
import type { SavedDocument } from "../core/saved/document.ts";
import type { StateChange } from "../core/state-change.ts";
import type { StopCode, Task } from "../core/task.ts";
import type { LayerProgress } from "../ports/docker-client.ts";
import type { TaskEngineState } from "./task-engine-state.ts";

/** A state change on its way out; it stays in the outbox until `acknowledge` is called. */
export type StateChangeDelivery = {
  readonly change: StateChange;
  /** Resolves when the acknowledgement is durable. Also acknowledges all earlier changes of the same task. */
  acknowledge(): Promise<void>;
};

/** How a task is to be stopped; the first reason and code that a task gets are kept. */
export type StopRequest = {
  /** Shown as the task's `stoppedReason`. */
  readonly reason?: string;
  readonly stopCode?: StopCode;
  /** SIGKILL at once instead of the stop signal and the grace. */
  readonly force?: boolean;
};

/** What observers are told, in order per task; for boards and logs, never needed for correctness. */
export type EngineEvent =
  /** A task's state moved; `task` is the new snapshot. That somebody has acknowledged a change moves nothing. */
  | { readonly type: "task"; readonly task: Task }
  | {
      readonly type: "pullProgress";
      readonly taskArn: TaskArn;
      readonly containerName: string;
      readonly progress: LayerProgress;
    }
  /** The task's containers and resources are confirmed gone and its row is deleted. */
  | { readonly type: "removed"; readonly taskArn: TaskArn }
  /** Another engine works with a copy of this engine's state: this one is shut down, and its containers run on. */
  | { readonly type: "superseded"; readonly error: EngineError };

/** Keeps the engine's state in a second place, of the user's own. */
export type StateSaver = {
  /**
   * Called after each change of the state and before anybody acts on it; `engine.toJSON()` is then the state to save.
   * While it rejects it is called again and again, and the tasks concerned wait. Changes that come in while a save is
   * under way share the next one.
   */
  save(): Promise<void>;
};

/**
 * Before `init` only `toJSON` (see there), `restoreFromJSON`, `setSaver` and `shutdown` work; all else throws or rejects with
 * EngineNotInitializedError. After `shutdown` only `toJSON` does; all else throws or rejects with EngineDisabledError.
 */
export interface TaskEngine {
  /** Lookups over the tasks that the engine has: by Docker id, short id, name, address. */
  readonly state: TaskEngineState;
  /**
   * Connects to Docker, opens the event feed, restores saved tasks and takes up their management.
   * @throws {EngineError} CannotGetDockerclientError when no daemon answers, CannotGetDockerClientVersionError when it
   *   is too old, StateStoreError when the saved state cannot be read, or another engine works with it or has gone on from it
   */
  init(options?: { readonly signal?: AbortSignal }): Promise<void>;
  /** As `init`, tried again with back-off (200 ms to 2 s) until it works or the signal fires. */
  mustInit(options?: { readonly signal?: AbortSignal }): Promise<void>;
  /**
   * Takes a task, or for a known ARN its desired status. Resolves when it is durable; a rejection means that nothing
   * was added. A task whose dependencies form a cycle is added as STOPPED with a TaskDependencyError.
   * @throws {EngineError} EngineNotInitializedError, EngineDisabledError, StateStoreError
   */
  addTask(task: Task): Promise<void>;
  /** Sets the desired status STOPPED; resolves when that is durable. Unknown ARNs resolve to false. */
  stopTask(taskArn: TaskArn, request?: StopRequest): Promise<boolean>;
  /**
   * Removes a STOPPED task's containers and resources now instead of after the clean-up wait. Resolves when their
   * absence is confirmed and the row is deleted.
   */
  removeTask(taskArn: TaskArn): Promise<void>;
  getTaskByArn(taskArn: TaskArn): Task | undefined;
  listTasks(): readonly Task[];
  /** Why the task's containers do not move right now. */
  whyBlocked(taskArn: TaskArn): readonly Blocker[];
  /**
   * At-least-once, in order per task. What is not read, or not acknowledged, pauses only the tasks concerned: they run to
   * their end and wait for the acknowledgement before they are cleaned up. What a reader took and did not acknowledge is
   * told again to the next one.
   * @throws {EngineError} TaskStateError at the first read, while there is another reader
   */
  stateChangeEvents(): AsyncIterable<StateChangeDelivery>;
  /** @returns a function that ends the subscription */
  subscribe(listener: (event: EngineEvent) => void): () => void;
  /** Takes no new tasks; those it has keep being managed. */
  disable(): void;
  /** Lets go of everything; containers keep running. */
  shutdown(): Promise<void>;
  /**
   * What is durable at this moment: tasks, changes that nobody has acknowledged, images.
   * @throws {EngineError} EngineNotInitializedError as long as a store or a folder that was given has not been read, which
   * `init` does; a state that was restored can be given out before
   */
  toJSON(): SavedDocument;
  /**
   * Takes a saved state, to be carried on by `init`. The store must be empty: where it is not, `init` rejects with
   * StateStoreError and leaves the store as it is. What cannot be taken changes nothing.
   * @param input what `toJSON` gave, or its text; of this or any earlier version
   * @throws {InvalidInputError} with the path of what is wrong, or when the engine is initialised already
   */
  restoreFromJSON(input: unknown): void;
  /** Keeps the state in a further place from now on; `undefined` ends that. */
  setSaver(saver: StateSaver | undefined): void;
  /** The daemon's version. */
  version(): Promise<string>;
}
