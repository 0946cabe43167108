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
import type { RootDatabase } from "lmdb";
import { InvalidInputError } from "../core/errors.ts";
import { type Log, silentLog } from "../ports/log.ts";
import type { Mutation, StateStore, StoredState } from "../ports/state-store.ts";
import { DATA_FILE, findDamage, seal, setAside } from "./data-file.ts";
import { DamagedFile, messageOf, storeError } from "./failures.ts";
import { type FolderLock, lockFolder } from "./folder-lock.ts";
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
  readonly operations: readonly RowOperation[];
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
};
type Database = RootDatabase<string>;

/** Commits that wait for the disk; each has a caller that waits, so more than this means that somebody does not. */
const MAX_WAITING_COMMITS = 10_000;
const CURRENT_SCHEMA: Schema = { version: STATE_VERSION, migrations: MIGRATIONS };

export class LmdbStateStore implements StateStore {
  readonly #folder: string;
  readonly #database: Database;
  readonly #lock: FolderLock;
  readonly #waiting: Commit[] = [];
  #index = new RowIndex();
  #writer: Promise<void> | undefined;
  #closing: Promise<void> | undefined;

  private constructor(folder: string, database: Database, lock: FolderLock) {
    this.#folder = folder;
    this.#database = database;
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
    const damage = await findDamage(folder);
    if (damage !== undefined) throw new DamagedFile(damage);
    const store = new LmdbStateStore(folder, await openDatabase(folder), lock);
    try {
      await store.#prepare(schema);
      return store;
    } catch (error) {
      await store.#database.close();
      throw error;
    }
  }

  async load(): Promise<StoredState> {
    this.#requireOpen();
    try {
      return this.#read(STATE_VERSION, MIGRATIONS, STATE_VERSION);
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
      this.#waiting.push({ operations: mutations.map(toOperation), resolve, reject });
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
      await this.#database.close();
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
      const group = this.#waiting.splice(0);
      try {
        await this.#write(group.flatMap(({ operations }) => operations));
        for (const { resolve } of group) resolve();
      } catch (error) {
        this.#rebuildIndex();
        const failure = storeError(`Cannot save state in ${this.#folder}: ${messageOf(error)}`, error, true);
        for (const { reject } of group) reject(failure);
      }
    }
    this.#writer = undefined;
  }

  async #write(operations: readonly RowOperation[]): Promise<void> {
    await this.#database.batch(() => {
      for (const operation of operations) {
        for (const step of this.#index.apply(operation)) this.#queue(step);
      }
      void this.#database.put(FINGERPRINT_KEY, JSON.stringify(this.#index.fingerprint));
    });
  }

  /** The batch is what is waited for; its parts share its fate. */
  #queue(step: Exclude<RowOperation, { readonly type: "acknowledge" }>): void {
    const key = [...step.key].filter((part) => part !== undefined);
    if (step.type === "put") void this.#database.put(key, step.value);
    else void this.#database.remove(key);
  }

  /** Reads the schema's version, brings old rows up to date, and learns what is there. */
  async #prepare(schema: Schema): Promise<void> {
    const version = this.#readVersion();
    if (version === undefined) return this.#initialise(schema.version);
    this.#rebuildIndex();
    this.#verifyFingerprint();
    const state = this.#read(version, schema.migrations, schema.version);
    if (version !== schema.version) await this.#rewrite(state, schema.version);
  }

  #readVersion(): number | undefined {
    const text = this.#database.get(SCHEMA_KEY);
    if (text !== undefined && /^[1-9]\d*$/.test(text)) return Number(text);
    if (this.#database.getKeysCount({ limit: 1 }) === 0) return undefined;
    throw storeError(`Cannot open state in ${this.#folder}: ${DATA_FILE} holds rows of something else`);
  }

  async #initialise(version: number): Promise<void> {
    await this.#database.batch(() => {
      void this.#database.put(SCHEMA_KEY, String(version));
      void this.#database.put(FINGERPRINT_KEY, JSON.stringify(this.#index.fingerprint));
    });
  }

  /** All rows anew and the new version, in one transaction: a crash leaves the old rows or the new ones. */
  async #rewrite(state: StoredState, version: number): Promise<void> {
    const old = [...this.#rows()].map(([key]): RowOperation => ({ type: "remove", key }));
    const operations = [...old, ...mutationsOf(state).map(toOperation)];
    await this.#database.batch(() => {
      for (const operation of operations) for (const step of this.#index.apply(operation)) this.#queue(step);
      void this.#database.put(SCHEMA_KEY, String(version));
      void this.#database.put(FINGERPRINT_KEY, JSON.stringify(this.#index.fingerprint));
    });
  }

  #rebuildIndex(): void {
    this.#index = new RowIndex();
    for (const [key, value] of this.#rows()) this.#index.note(key, storedChecksum(value));
  }

  #verifyFingerprint(): void {
    const expected = this.#database.get(FINGERPRINT_KEY);
    if (expected === JSON.stringify(this.#index.fingerprint)) return;
    throw new DamagedFile("rows are missing or are not those that were written");
  }

  #read(version: number, migrations: Readonly<Record<number, Migration>>, current: number): StoredState {
    const rows = [...this.#rows()].map(([key, value]) => [key, this.#parse(key, value)] as const);
    try {
      return readRows(toRawState(rows), version, migrations, current);
    } catch (error) {
      if (!(error instanceof InvalidInputError)) throw error;
      throw storeError(`Cannot open state in ${this.#folder}: ${error.message}`, error);
    }
  }

  #parse(key: RowKey, value: string): unknown {
    const json = checkedJson(key, value);
    if (json === undefined) throw new DamagedFile(`row ${key.join(" ")} is not what was written`);
    return JSON.parse(json);
  }

  *#rows(): Iterable<readonly [RowKey, string]> {
    for (const { key, value } of this.#database.getRange({})) {
      if (isRowKey(key)) yield [key, value];
    }
  }

  #requireOpen(): void {
    if (this.#closing !== undefined) throw storeError("Cannot use the state store: it is closed");
  }
}

async function openDatabase(folder: string): Promise<Database> {
  const { open } = await import("lmdb");
  const settings = {
    path: folder,
    noSubdir: false,
    encoding: "string" as const,
    // A commit resolves when it is on the disk, not when it can be seen.
    overlappingSync: false,
    permissionsMode: 0o600,
  };
  try {
    return open<string>(settings);
  } catch (error) {
    throw new DamagedFile(messageOf(error));
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

function isRowKey(key: unknown): key is RowKey {
  return Array.isArray(key) && key[0] !== "store" && typeof key[1] === "string";
}
