/** The whole state of a store as text, and back: for moving, looking at it, and bug reports. */
import type { StateStore } from "../ports/state-store.ts";
import { storeError } from "./failures.ts";
import { formatExport, parseExport } from "./state-document.ts";
import { mutationsOf } from "./state-rows.ts";

/** @throws {EngineError} StateStoreError */
export async function exportState(store: StateStore): Promise<string> {
  return formatExport(await store.load());
}

/**
 * Fills an empty store, all or nothing.
 * @throws {InvalidInputError} when the text is no export, or one of a newer version
 * @throws {EngineError} StateStoreError, also when the store is not empty: nothing is ever overwritten
 */
export async function importState(store: StateStore, text: string): Promise<void> {
  const state = parseExport(text);
  const present = await store.load();
  const count = present.tasks.length + present.changes.length + present.images.length;
  if (count > 0) throw storeError(`Cannot import state: the store holds ${count} rows already`);
  await store.commit(mutationsOf(state));
}
