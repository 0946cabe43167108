/** The stored state as text. Its form, its versions and its migrations are those of every saved state. */
import { CURRENT_SCHEMA, type RawState, readContents, type SavedSchema } from "../core/saved/contents.ts";
import { parseSavedDocument, toSavedDocument } from "../core/saved/document.ts";
import type { StoredState } from "../ports/state-store.ts";
import { persistedTask } from "./persisted.ts";

/**
 * Brings rows of any known version to today's form.
 * @throws {InvalidInputError} with the path of what is wrong, or for a version that is newer than this program
 */
export function readRows(raw: RawState, version: number, schema: SavedSchema = CURRENT_SCHEMA): StoredState {
  return withoutProcess(readContents(raw, version, schema));
}

/** The whole state as text, readable by people and by {@link parseExport}. */
export function formatExport(state: StoredState): string {
  return `${JSON.stringify(toSavedDocument(withoutProcess(state)), undefined, 2)}\n`;
}

/** @throws {InvalidInputError} when it is no export, or one of a newer version */
export function parseExport(text: string): StoredState {
  return withoutProcess(parseSavedDocument(text));
}

/** Without what held for one process only. */
function withoutProcess(state: StoredState): StoredState {
  return { ...state, tasks: state.tasks.map(persistedTask) };
}
