/**
 * Saves until it is saved: a full disk or a lost answer pauses who waits for the save, and loses nothing. Containers
 * run on meanwhile. Every mutation says what is to be, not what is to change, so that doing it twice is harmless.
 */
import type { EpochMs } from "../core/brand.ts";
import { EngineError } from "../core/errors.ts";
import type { Clock } from "../ports/clock.ts";
import type { Log } from "../ports/log.ts";
import type { Mutation, StateStore } from "../ports/state-store.ts";
import { wait } from "./wait.ts";

const RETRY_MS = 1_000;

/** Since when saving fails, on the host's clock, and why. */
export type StoreTrouble = { readonly since: EpochMs; readonly error: string };

export class PersistentStore {
  readonly #store: StateStore;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #signal: AbortSignal;
  #isUndoing = false;
  #trouble: StoreTrouble | undefined;

  constructor(store: StateStore, clock: Clock, log: Log, signal: AbortSignal) {
    this.#store = store;
    this.#clock = clock;
    this.#log = log;
    this.#signal = signal;
  }

  /** Present while saving fails. */
  get trouble(): StoreTrouble | undefined {
    return this.#trouble;
  }

  /** Resolves when it is durable. @throws the signal's reason when the engine ends first */
  commit(mutations: readonly Mutation[]): Promise<void> {
    return this.#store.commit(mutations).catch((error: unknown) => {
      if (!this.#signal.aborted) this.#log.error("Cannot save state: trying again until it works", { error });
      this.#trouble ??= { since: this.#clock.now(), error: messageOf(error) };
      return this.#commitAgain(mutations);
    });
  }

  async #commitAgain(mutations: readonly Mutation[]): Promise<void> {
    for (;;) {
      this.#signal.throwIfAborted();
      await wait(this.#clock, RETRY_MS, this.#signal);
      try {
        await this.#store.commit(mutations);
        this.#trouble = undefined;
        return;
      } catch {
        // It was told when it failed first.
      }
    }
  }

  /**
   * One try; a failure is undone, because an answer may have been lost after the effect. What cannot be undone at once is
   * tried until it is, and until then this refuses at once, so that the undoing cannot meet a later save.
   * @throws {EngineError} StateStoreError
   */
  async commitOrUndo(mutations: readonly Mutation[], undo: readonly Mutation[]): Promise<void> {
    if (this.#isUndoing) throw new EngineError("StateStoreError", "Cannot save state: an earlier save is being undone");
    try {
      await this.#store.commit(mutations);
    } catch (error) {
      await this.#store.commit(undo).catch(() => this.#undoLater(undo));
      throw error;
    }
  }

  #undoLater(undo: readonly Mutation[]): void {
    this.#isUndoing = true;
    const done = () => {
      this.#isUndoing = false;
    };
    // It rejects only with the engine's end, and then there is nobody left to refuse.
    this.commit(undo).then(done, done);
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
