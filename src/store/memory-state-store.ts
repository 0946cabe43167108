/**
 * The store's twin for tests, the simulator and runs that need no recovery. "Durable" here means that the rows outlive
 * the store object: `reopen` hands them to the next one, as a disk would after the death of a process.
 */
import { EngineError } from "../core/errors.ts";
import type { Mutation, StateStore, StoredState } from "../ports/state-store.ts";
import { EMPTY_STATE, StateRows } from "./state-rows.ts";

/** Keeps the state for as long as the process lives. */
export class MemoryStateStore implements StateStore {
  readonly #rows: StateRows;
  #closed = false;

  constructor(initial: StoredState | StateRows = EMPTY_STATE) {
    this.#rows = initial instanceof StateRows ? initial : StateRows.of(initial);
  }

  async load(): Promise<StoredState> {
    this.#requireOpen();
    return this.#rows.snapshot();
  }

  async commit(mutations: readonly Mutation[]): Promise<void> {
    this.#requireOpen();
    for (const mutation of mutations) this.#rows.apply(mutation);
  }

  async close(): Promise<void> {
    this.#closed = true;
  }

  /** What is stored right now, open or not; for checkers, which may look between two turns of the event loop. */
  snapshot(): StoredState {
    return this.#rows.snapshot();
  }

  /** A new store over the same rows; this one is closed. Stands for a process that died and its successor. */
  reopen(): MemoryStateStore {
    this.#closed = true;
    return new MemoryStateStore(this.#rows);
  }

  #requireOpen(): void {
    if (this.#closed) throw new EngineError("StateStoreError", "Cannot use the state store: it is closed");
  }
}
