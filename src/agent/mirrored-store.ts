/**
 * The engine's way to its store: opened when it is needed first, and mirrored in memory, so that the whole state can be
 * given out at any moment without asking the disk.
 *
 * INVARIANTS
 * - The mirror holds what the store has confirmed, nothing else.
 * - A commit resolves when the store and then the saver, if there is one, have it; the saver never runs twice at once.
 */

import { EngineError } from "../core/errors.ts";
import type { SavedState } from "../core/saved/document.ts";
import type { StateSaver } from "../engine/task-engine.ts";
import type { Mutation, StateStore, StoredState } from "../ports/state-store.ts";
import { EMPTY_STATE, mutationsOf, StateRows } from "../store/state-rows.ts";

/** Commits that the store answers with one and the same promise. */
type Group = {
  readonly written: Promise<void>;
  readonly mutations: Mutation[];
  readonly confirmed: Promise<void>;
};

export class MirroredStore implements StateStore {
  readonly #open: () => Promise<StateStore>;
  /** Once it is open, so that a commit need not wait for what is there. */
  #ready: StateStore | undefined;
  #store: Promise<StateStore> | undefined;
  #rows = StateRows.of(EMPTY_STATE);
  /** The newest, until it is confirmed. */
  #group: Group | undefined;
  #restored: SavedState | undefined;
  #saver: StateSaver | undefined;
  #saving: Promise<void> | undefined;
  #nextSave: Promise<void> | undefined;

  /** Does the mirror say what the store holds? */
  #isKnown: boolean;

  /**
   * @param open called once it is needed, and again as long as it rejects
   * @param isNew the store that it opens holds nothing yet
   */
  constructor(open: () => Promise<StateStore>, isNew: boolean) {
    this.#open = open;
    this.#isKnown = isNew;
  }

  setSaver(saver: StateSaver | undefined): void {
    this.#saver = saver;
  }

  /** Puts this state into the store when it is loaded. */
  restore(state: SavedState): void {
    this.#restored = state;
    this.#isKnown = true;
    this.#rows = StateRows.of(state);
  }

  /** @throws {EngineError} EngineNotInitializedError when nobody has read the store yet */
  snapshot(): StoredState {
    if (!this.#isKnown)
      throw new EngineError(
        "EngineNotInitializedError",
        "Cannot give out the state: the store has not been read, call init() first",
      );
    return this.#rows.snapshot();
  }

  /** @throws {EngineError} StateStoreError, also when a restored state meets rows that are there already */
  async load(): Promise<StoredState> {
    const store = await this.#opened();
    await this.#putRestored(store);
    const state = await store.load();
    this.#isKnown = true;
    this.#rows = StateRows.of(state);
    return state;
  }

  commit(mutations: readonly Mutation[]): Promise<void> {
    const written = this.#ready?.commit(mutations) ?? this.#opened().then((store) => store.commit(mutations));
    if (this.#group?.written === written) this.#group.mutations.push(...mutations);
    else this.#group = this.#newGroup(written, [...mutations]);
    return this.#group.confirmed;
  }

  #newGroup(written: Promise<void>, mutations: Mutation[]): Group {
    return { written, mutations, confirmed: written.then(() => this.#confirm(written, mutations)) };
  }

  #confirm(written: Promise<void>, mutations: readonly Mutation[]): void | Promise<void> {
    // A store may answer with this promise once more: what comes now is none of this group.
    if (this.#group?.written === written) this.#group = undefined;
    for (const mutation of mutations) this.#rows.apply(mutation);
    if (this.#saver !== undefined) return this.#saveAll(this.#saver);
  }

  async close(): Promise<void> {
    const store = await this.#store?.catch(() => undefined);
    await store?.close();
  }

  async #opened(): Promise<StateStore> {
    this.#store ??= this.#open();
    try {
      this.#ready = await this.#store;
      return this.#ready;
    } catch (error) {
      this.#store = undefined;
      throw error;
    }
  }

  async #putRestored(store: StateStore): Promise<void> {
    if (this.#restored === undefined) return;
    const { tasks, changes, images } = await store.load();
    const present = tasks.length + changes.length + images.length;
    if (present > 0) {
      throw new EngineError("StateStoreError", `Cannot restore state: the store holds ${present} rows already`);
    }
    await store.commit(mutationsOf(this.#restored));
    this.#restored = undefined;
  }

  /** A save that began before this commit may have missed it: then the next one counts. */
  async #saveAll(saver: StateSaver): Promise<void> {
    if (this.#saving === undefined) return await this.#save(saver);
    this.#nextSave ??= this.#saveAfter(this.#saving);
    await this.#nextSave;
  }

  async #saveAfter(current: Promise<void>): Promise<void> {
    await current.catch(() => undefined);
    this.#nextSave = undefined;
    if (this.#saver !== undefined) await this.#save(this.#saver);
  }

  async #save(saver: StateSaver): Promise<void> {
    this.#saving = saver.save();
    try {
      await this.#saving;
    } catch (cause) {
      throw new EngineError("StateStoreError", "Cannot save state: the saver failed", { retryable: true, cause });
    } finally {
      this.#saving = undefined;
    }
  }
}
