/**
 * A store that goes wrong where the script says: what a full disk, a lost answer or a stuck disk look like to the engine.
 */
import { EngineError } from "../core/errors.ts";
import type { Mutation, StateStore, StoredState } from "../ports/state-store.ts";

export type StoreFault =
  /** Nothing is stored; the call rejects. */
  | "failBefore"
  /** Everything is stored; the call rejects all the same. */
  | "failAfter"
  /** Nothing is stored; the call never settles, not even on close. */
  | "hangBefore"
  /** Everything is stored; the call never settles. */
  | "hangAfter";

export type StoreCall = {
  readonly operation: "load" | "commit";
  /** Counts the calls of this operation from 1. */
  readonly number: number;
  /** Empty for a load. */
  readonly mutations: readonly Mutation[];
};

/** Says for each call what goes wrong with it, if anything. */
export type FaultScript = (call: StoreCall) => StoreFault | undefined;

/** A script that breaks the commits of these numbers, from 1. */
export function faultsAt(faults: Readonly<Record<number, StoreFault>>): FaultScript {
  return (call) => (call.operation === "commit" ? faults[call.number] : undefined);
}

export class FailingStateStore implements StateStore {
  readonly #inner: StateStore;
  readonly #script: FaultScript;
  readonly #calls = { load: 0, commit: 0 };

  constructor(inner: StateStore, script: FaultScript) {
    this.#inner = inner;
    this.#script = script;
  }

  load(): Promise<StoredState> {
    return this.#run("load", [], () => this.#inner.load());
  }

  commit(mutations: readonly Mutation[]): Promise<void> {
    return this.#run("commit", mutations, () => this.#inner.commit(mutations));
  }

  close(): Promise<void> {
    return this.#inner.close();
  }

  async #run<Result>(
    operation: StoreCall["operation"],
    mutations: readonly Mutation[],
    act: () => Promise<Result>,
  ): Promise<Result> {
    this.#calls[operation] += 1;
    const fault = this.#script({ operation, number: this.#calls[operation], mutations });
    if (fault === "failBefore") throw scripted(operation);
    if (fault === "hangBefore") return never();
    const result = await act();
    if (fault === "failAfter") throw scripted(operation);
    if (fault === "hangAfter") return never();
    return result;
  }
}

function scripted(operation: StoreCall["operation"]): EngineError {
  return new EngineError("StateStoreError", `Cannot ${operation} state: failure of the script`, {
    indeterminate: operation === "commit",
    retryable: true,
  });
}

function never<Result>(): Promise<Result> {
  return new Promise<Result>(() => undefined);
}
