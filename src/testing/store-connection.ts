/** One engine's way to its store: after a crash nothing comes through. */
import type { Mutation, StateStore, StoredState } from "../ports/state-store.ts";

export type CommitMoment = {
  /** `asked`: nothing of it is stored yet. `stored`: all of it is, and the engine has not heard. */
  readonly phase: "asked" | "stored";
  readonly mutations: readonly Mutation[];
};
export type CommitObserver = (moment: CommitMoment) => void;

export class StoreConnection implements StateStore {
  readonly #store: StateStore;
  readonly #observe: CommitObserver;
  readonly #outlives: boolean;
  #isCut = false;

  /** @param outlives is the store there for the next engine as well? Then closing closes nothing. */
  constructor(store: StateStore, observe: CommitObserver, outlives: boolean) {
    this.#store = store;
    this.#observe = observe;
    this.#outlives = outlives;
  }

  cut(): void {
    this.#isCut = true;
  }

  load(): Promise<StoredState> {
    return this.#isCut ? NEVER : this.#store.load();
  }

  /** Who is cut off while it waits never hears the answer. */
  async commit(mutations: readonly Mutation[]): Promise<void> {
    if (!this.#isCut) this.#observe({ phase: "asked", mutations });
    if (this.#isCut) return await NEVER;
    await this.#store.commit(mutations);
    if (!this.#isCut) this.#observe({ phase: "stored", mutations });
    if (this.#isCut) return await NEVER;
  }

  async close(): Promise<void> {
    if (this.#isCut) return await NEVER;
    if (!this.#outlives) await this.#store.close();
  }
}

const NEVER: Promise<never> = new Promise(() => undefined);
