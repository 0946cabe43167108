/**
 * The durable store: rows in an embedded key-value file.
 *
 * INVARIANTS
 * - One process has the folder, one writer writes: groups of commits go to disk one after the other, each whole or not
 *   at all, and a commit resolves when its group is on the disk.
 * - What is read back is what was written: rows that changed or vanished are an error, never an empty answer.
 * - After a commit that failed the memory of what is in the file is built anew from the file.
 *
 * Source: engine-modern 8.3, 8.4; REC-8, REC-9.
 */
import { mkdir } from "node:fs/promises";
import { InvalidInputError } from "../core/errors.ts";
import { type Log, silentLog } from "../ports/log.ts";
import type { Mutation, StateStore, StoredState } from "../ports/state-store.ts";
import { DATA_FILE, readUnsealed, seal, setAside } from "./data-file.ts";
import { DamagedFile, messageOf, storeError } from "./failures.ts";
import { type FolderLock, lockFolder } from "./folder-lock.ts";
import { RowBatch } from "./row-batch.ts";
import { RowFile, type StoredKey, type StoredRow } from "./row-file.ts";
import { RowIndex } from "./row-index.ts";
import {
  checkedJson,
  FINGERPRINT_KEY,
  type RowKey,
  type RowOperation,
  SCHEMA_KEY,
  storedChecksum,
  toOperation,
  toRawState,
} from "./row-table.ts";
import { MIGRATIONS, type Migration, readRows, STATE_VERSION } from "./state-document.ts";
import { mutationsOf } from "./state-rows.ts";

export type LmdbStateStoreOptions = {
  /** Made with mode 0700 when it is missing. */
  readonly folder: string;
  /**
   * `refuse` (default) leaves a damaged file where it is and fails. `setAside` renames it and begins empty; containers
   * that it knew of are then strangers to the engine.
   */
  readonly onDamage?: "refuse" | "setAside";
  readonly log?: Log;
  /** For tests of migrations. */
  readonly schema?: Schema;
};

type Schema = { readonly version: number; readonly migrations: Readonly<Record<number, Migration>> };

type Commit = {
  readonly mutations: readonly Mutation[];
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
};

/** Commits that wait for the disk; each has a caller that waits, so more than this means that somebody does not. */
const MAX_WAITING_COMMITS = 10_000;
const CURRENT_SCHEMA: Schema = { version: STATE_VERSION, migrations: MIGRATIONS };

export class LmdbStateStore implements StateStore {
  readonly #folder: string;
  readonly #file: RowFile;
  readonly #lock: FolderLock;
  readonly #waiting: Commit[] = [];
  #index = new RowIndex();
  #writer: Promise<void> | undefined;
  #closing: Promise<void> | undefined;
  #broken: Error | undefined;
  /** What opening read, for the load that follows: reading and checking it again would double the time of a start. */
  #opened: StoredState | undefined;

  private constructor(folder: string, lock: FolderLock) {
    this.#folder = folder;
    this.#file = new RowFile(folder);
    this.#lock = lock;
  }

  /**
   * Opens the store, or makes it.
   * @throws {EngineError} StateStoreError at once when another process has the folder; when the file is damaged, foreign,
   * or was written by a newer version
   */
  static async open(options: LmdbStateStoreOptions): Promise<LmdbStateStore> {
    const { folder, schema = CURRENT_SCHEMA } = options;
    await mkdir(folder, { recursive: true, mode: 0o700 }).catch((error: unknown) => {
      throw storeError(`Cannot make ${folder}: ${messageOf(error)}`, error);
    });
    const lock = await lockFolder(folder);
    try {
      return await openOrSetAside(options, () => LmdbStateStore.#openLocked(folder, lock, schema));
    } catch (error) {
      await lock.release();
      throw error;
    }
  }

  /** @throws {DamagedFile} */
  static async #openLocked(folder: string, lock: FolderLock, schema: Schema): Promise<LmdbStateStore> {
    const unsealed = await readUnsealed(folder);
    // Without any row the file was begun by a process that died before its first commit.
    if (unsealed !== undefined && unsealed.length > 0) verifyRows(unsealed);
    const store = new LmdbStateStore(folder, lock);
    try {
      await store.#prepare(schema);
      return store;
    } catch (error) {
      await store.#file.close();
      throw error;
    }
  }

  async load(): Promise<StoredState> {
    this.#requireOpen();
    const opened = this.#opened;
    this.#opened = undefined;
    if (opened !== undefined) return opened;
    try {
      return this.#toState(await this.#file.readAll(), STATE_VERSION, CURRENT_SCHEMA);
    } catch (error) {
      throw error instanceof DamagedFile ? damageError(this.#folder, error) : error;
    }
  }

  commit(mutations: readonly Mutation[]): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#requireOpen();
      if (this.#waiting.length >= MAX_WAITING_COMMITS) {
        throw storeError(`Cannot save: ${MAX_WAITING_COMMITS} commits wait for the disk already`);
      }
      this.#waiting.push({ mutations, resolve, reject });
      this.#writer ??= this.#writeAll();
    });
  }

  /** Waits for commits under way, then lets go of the folder. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    try {
      await this.#writer;
      await this.#file.close();
      await seal(this.#folder);
    } catch (error) {
      throw storeError(`Cannot close state in ${this.#folder}: ${messageOf(error)}`, error);
    } finally {
      await this.#lock.release();
    }
  }

  /** Everything that waits when a group begins goes into it: under load many commits share one wait for the disk. */
  async #writeAll(): Promise<void> {
    // Whoever commits in this turn of the event loop is in the first group.
    await Promise.resolve();
    while (this.#waiting.length > 0) {
      const { group, operations } = asOperations(this.#waiting.splice(0));
      try {
        if (this.#broken !== undefined) throw this.#broken;
        await this.#write(operations);
        for (const { resolve } of group) resolve();
      } catch (error) {
        const failure = storeError(`Cannot save state in ${this.#folder}: ${messageOf(error)}`, error, true);
        await this.#relearn();
        for (const { reject } of group) reject(failure);
      }
    }
    this.#writer = undefined;
  }

  /** After a failure only the file knows what is in it. When even that cannot be read, nothing more is written. */
  async #relearn(): Promise<void> {
    try {
      this.#index = indexOf((await this.#file.readAll()).filter(isRow));
    } catch (error) {
      this.#broken = storeError(`Cannot use state in ${this.#folder}: ${messageOf(error)}`, error);
    }
  }

  /** @param version of the rows, when it is a new one */
  async #write(operations: readonly RowOperation[], version?: number): Promise<void> {
    this.#opened = undefined;
    const batch = new RowBatch();
    for (const operation of operations) {
      if (operation.type === "put") this.#index.note(operation.key, batch.put(operation.key, operation.json));
      else for (const key of this.#index.remove(operation)) batch.remove(key);
    }
    batch.putPlain(FINGERPRINT_KEY, JSON.stringify(this.#index.fingerprint));
    if (version !== undefined) batch.putPlain(SCHEMA_KEY, String(version));
    await this.#file.write(batch.encoded());
  }

  /** Learns what is there, and brings rows of an older version up to date. @throws {DamagedFile} */
  async #prepare(schema: Schema): Promise<void> {
    const stored = await this.#readFile();
    if (stored.length === 0) return this.#write([], schema.version);
    const { version, index } = verifyRows(stored);
    this.#index = index;
    const state = this.#toState(stored, version, schema);
    if (version !== schema.version) return this.#rewrite(stored.filter(isRow), state, schema.version);
    if (schema === CURRENT_SCHEMA) this.#opened = state;
  }

  /** @throws {DamagedFile} */
  async #readFile(): Promise<readonly StoredRow[]> {
    try {
      return await this.#file.readAll();
    } catch (error) {
      throw new DamagedFile(messageOf(error));
    }
  }

  /** All rows anew and the new version, in one transaction: a crash leaves the old rows or the new ones. */
  #rewrite(rows: readonly StoredRow[], state: StoredState, version: number): Promise<void> {
    const old = rows.map(([key]): RowOperation => ({ type: "remove", key: asRowKey(key) }));
    const operations = [...old, ...mutationsOf(state).map(toOperation)];
    return this.#write(operations, version);
  }

  /** @throws {DamagedFile} */
  #toState(stored: readonly StoredRow[], version: number, schema: Schema): StoredState {
    const rows = stored.filter(isRow).map(([key, value]) => [asRowKey(key), parseRow(asRowKey(key), value)] as const);
    try {
      return readRows(toRawState(rows), version, schema.migrations, schema.version);
    } catch (error) {
      if (!(error instanceof InvalidInputError)) throw error;
      throw storeError(`Cannot open state in ${this.#folder}: ${error.message}`, error);
    }
  }

  #requireOpen(): void {
    if (this.#closing !== undefined) throw storeError("Cannot use the state store: it is closed");
  }
}

/** @throws {EngineError} StateStoreError in place of DamagedFile */
async function openOrSetAside(
  { folder, onDamage = "refuse", log = silentLog }: LmdbStateStoreOptions,
  attempt: () => Promise<LmdbStateStore>,
): Promise<LmdbStateStore> {
  try {
    return await attempt();
  } catch (error) {
    if (!(error instanceof DamagedFile)) throw error;
    if (onDamage === "refuse") throw damageError(folder, error);
    const name = await setAside(folder);
    log.error("Cannot use the state file: it is damaged, is set aside, and an empty one is begun", {
      folder,
      damage: error.message,
      name,
    });
    return attempt();
  }
}

function damageError(folder: string, { message }: DamagedFile): Error {
  return storeError(
    `Cannot use state in ${folder}: ${DATA_FILE} is damaged: ${message}; it is left as it is, move it away to begin anew`,
  );
}

/** Are these the rows that were written, all of them? @throws {DamagedFile} when they are not */
function verifyRows(stored: readonly StoredRow[]): { readonly version: number; readonly index: RowIndex } {
  const find = (wanted: StoredKey) => stored.find(([key]) => sameKey(key, wanted))?.[1];
  const version = find(SCHEMA_KEY);
  if (version === undefined || !/^[1-9]\d*$/.test(version)) throw new DamagedFile("it does not say its version");
  const rows = stored.filter(isRow);
  const index = indexOf(rows);
  if (find(FINGERPRINT_KEY) !== JSON.stringify(index.fingerprint)) {
    throw new DamagedFile("rows are missing or are not those that were written");
  }
  for (const [key, value] of rows) checkRow(asRowKey(key), value);
  return { version: Number(version), index };
}

function indexOf(rows: readonly StoredRow[]): RowIndex {
  const index = new RowIndex();
  for (const [key, value] of rows) index.note(asRowKey(key), storedChecksum(value));
  return index;
}

/** @throws {DamagedFile} */
function parseRow(key: RowKey, value: string): unknown {
  const json = checkRow(key, value);
  try {
    return JSON.parse(json);
  } catch {
    throw new DamagedFile(`row ${key.join(" ")} is no JSON`);
  }
}

/** The row's JSON. @throws {DamagedFile} */
function checkRow(key: RowKey, value: string): string {
  const json = checkedJson(key, value);
  if (json === undefined) throw new DamagedFile(`row ${key.join(" ")} is not what was written`);
  return json;
}

/** A commit that cannot be written down is refused alone. */
function asOperations(commits: readonly Commit[]): { group: readonly Commit[]; operations: readonly RowOperation[] } {
  const group: Commit[] = [];
  const operations: RowOperation[] = [];
  for (const commit of commits) {
    try {
      for (const operation of commit.mutations.map(toOperation)) operations.push(operation);
      group.push(commit);
    } catch (error) {
      commit.reject(error);
    }
  }
  return { group, operations };
}

/** Rows of the state, as against those about the file. */
function isRow([key]: StoredRow): boolean {
  return key[0] !== SCHEMA_KEY[0];
}

/** @throws {DamagedFile} when a key is none that was ever written */
function asRowKey(key: StoredKey): RowKey {
  const [kind, id, sequence] = key;
  if (typeof id !== "string") throw new DamagedFile(`key ${JSON.stringify(key)} is not one of ours`);
  if (kind === "change" && typeof sequence === "number") return [kind, id, sequence];
  if ((kind === "task" || kind === "image" || kind === "meta") && sequence === undefined) return [kind, id];
  throw new DamagedFile(`key ${JSON.stringify(key)} is not one of ours`);
}

function sameKey(key: StoredKey, other: StoredKey): boolean {
  return key.length === other.length && key.every((part, index) => part === other[index]);
}
