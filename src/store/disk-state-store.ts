/**
 * The durable store: rows in a journal.
 *
 * INVARIANTS
 * - One process has the folder, one writer writes: groups of commits go to disk one after the other, each whole or not
 *   at all, and a commit resolves when its group is on the disk.
 * - A commit is written down when it is made, and what follows is compared with it; so after a write that failed those
 *   that wait are written down anew.
 * - What is read back is what was written: rows that changed or vanished are an error, never an empty answer.
 * - After a commit that failed the memory of what is in the journal is built anew from the disk.
 *
 * Source: engine-modern 8.3, 8.4; REC-8, REC-9; docs/decisions/014.
 */
import { EngineError, InvalidInputError } from "../core/errors.ts";
import { CURRENT_SCHEMA, type SavedSchema } from "../core/saved/contents.ts";
import { type Log, silentLog } from "../ports/log.ts";
import type { Mutation, StateStore, StoredState } from "../ports/state-store.ts";
import { DamagedFile, damageError, messageOf, storeError } from "./failures.ts";
import type { FolderLock } from "./folder-lock.ts";
import type { FoundRows } from "./journal/found-rows.ts";
import { JOURNAL_SIZES, Journal, type JournalSizes } from "./journal/journal.ts";
import type { FoundJournal } from "./journal/segments.ts";
import { parseKey, type RowKey, toOperation, toRawState } from "./row-table.ts";
import { SavedTasks } from "./saved-tasks.ts";
import { setAside } from "./set-aside.ts";
import { readRows } from "./state-document.ts";
import { type StateFolder, systemFolder } from "./state-folder.ts";
import { EMPTY_STATE, mutationsOf } from "./state-rows.ts";
import { patchedRow } from "./task-patch.ts";
import { type Group, WaitingGroups } from "./waiting-groups.ts";

export type DiskStateStoreOptions = {
  /** Made with mode 0700 when it is missing. */
  readonly folder: string | StateFolder;
  /**
   * `refuse` (default) leaves a damaged store as it is and fails. `setAside` moves its files to a folder in there and
   * begins empty; containers that it knew of are then strangers to the engine.
   */
  readonly onDamage?: "refuse" | "setAside";
  readonly log?: Log;
  /** For tests of migrations. */
  readonly schema?: SavedSchema;
  /** For tests of what happens when they are used up. */
  readonly sizes?: JournalSizes;
};

/** Commits that wait for the disk; each has a caller that waits, so more than this means that somebody does not. */
const MAX_WAITING_COMMITS = 10_000;

export class DiskStateStore implements StateStore {
  readonly #folder: StateFolder;
  readonly #schema: SavedSchema;
  readonly #log: Log;
  readonly #journal: Journal;
  readonly #lock: FolderLock;
  /** Those that the next write takes: a group that everybody joins, or, of those that came while the disk was read, one each. */
  readonly #waiting = new WaitingGroups();
  #tasks = new SavedTasks();
  /** While the disk is read nobody knows what a commit is to be compared with: those that come wait for the end of it. */
  #isLearning = false;
  #writer: Promise<void> | undefined;
  #closing: Promise<void> | undefined;
  #broken: EngineError | undefined;
  /** Ends when nobody uses the journal. */
  #turn: Promise<unknown> = Promise.resolve();
  /** What opening read, for the load that follows: reading and checking it again would double the time of a start. */
  #opened: StoredState | undefined;

  private constructor(folder: StateFolder, options: DiskStateStoreOptions, lock: FolderLock) {
    const { schema = CURRENT_SCHEMA, log = silentLog, sizes = JOURNAL_SIZES } = options;
    this.#folder = folder;
    this.#schema = schema;
    this.#log = log;
    this.#journal = new Journal(folder, schema.version, sizes);
    this.#lock = lock;
  }

  /**
   * Opens the store, or makes it.
   * @throws {EngineError} StateStoreError at once when another process has the folder; when a file is damaged, foreign,
   * or was written by a newer version
   */
  static async open(options: DiskStateStoreOptions): Promise<DiskStateStore> {
    const folder = typeof options.folder === "string" ? systemFolder(options.folder) : options.folder;
    const lock = await folder.lock();
    try {
      const store = new DiskStateStore(folder, options, lock);
      await store.#prepareOrSetAside(options.onDamage ?? "refuse");
      return store;
    } catch (error) {
      await lock.release();
      throw error;
    }
  }

  load(): Promise<StoredState> {
    return this.#exclusively(async () => {
      this.#requireOpen();
      const opened = this.#opened;
      this.#opened = undefined;
      return opened ?? (await this.#learn());
    });
  }

  commit(mutations: readonly Mutation[]): Promise<void> {
    try {
      this.#requireUsable();
      if (!this.#isLearning) this.#writeDown(mutations);
    } catch (error) {
      return Promise.reject(error);
    }
    const saved = this.#waiting.add(mutations, this.#isLearning);
    this.#writer ??= this.#writeAll();
    return saved;
  }

  /** Waits for commits under way, then lets go of the folder. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    try {
      await this.#writer;
      await this.#exclusively(() => this.#journal.close());
    } catch (error) {
      throw storeError(`Cannot close state in ${this.#folder.path}: ${messageOf(error)}`, error);
    } finally {
      await this.#lock.release();
    }
  }

  /** Everything that waits when a group begins goes into it: under load many commits share one wait for the disk. */
  async #writeAll(): Promise<void> {
    // Whoever commits in this turn of the event loop is in the first group.
    await Promise.resolve();
    while (this.#hasWork) {
      await this.#exclusively(() => this.#writeGroup());
      await this.#exclusively(() => this.#clean());
    }
    this.#writer = undefined;
  }

  get #hasWork(): boolean {
    return this.#broken === undefined && (!this.#waiting.isEmpty || !this.#journal.isEmpty);
  }

  async #writeGroup(): Promise<void> {
    const groups = this.#waiting.take();
    this.#opened = undefined;
    try {
      await this.#journal.write();
      for (const { resolve } of groups) resolve();
    } catch (error) {
      const failure = storeError(`Cannot save state in ${this.#folder.path}: ${messageOf(error)}`, error, true);
      await this.#relearn();
      for (const { reject } of groups) reject(failure);
    }
  }

  /** Nobody waits for it: what could not be deleted now is deleted later. */
  async #clean(): Promise<void> {
    try {
      if (this.#broken === undefined) await this.#journal.clean((key) => this.#tasks.wholeRow(key));
    } catch (error) {
      this.#log.warn("Cannot give back room in the state journal", { folder: this.#folder.path, error });
      await this.#relearn();
    }
  }

  /** After a failure only the disk knows what is in the journal. */
  async #relearn(): Promise<void> {
    await this.#learn().catch((error: unknown) => {
      this.#log.error("Cannot save any more: what is saved cannot be read", { folder: this.#folder.path, error });
    });
  }

  /**
   * Reads what is on the disk, and writes down anew what waits. When that cannot be read, nothing more is written.
   * @throws {EngineError} StateStoreError
   */
  async #learn(): Promise<StoredState> {
    this.#isLearning = true;
    try {
      const state = this.#toState(await this.#journal.read());
      this.#tasks = SavedTasks.of(state.tasks);
      this.#waiting.keep((group) => this.#isWrittenDown(group));
      return state;
    } catch (error) {
      this.#broken = this.#readFailure(error);
      for (const { reject } of this.#waiting.take()) reject(this.#broken);
      throw this.#broken;
    } finally {
      this.#isLearning = false;
    }
  }

  /**
   * What was written down before can be again. So one that cannot came while the disk was read, is alone in its group, and
   * is refused alone.
   */
  #isWrittenDown({ commits, reject }: Group): boolean {
    try {
      for (const mutations of commits) this.#writeDown(mutations);
      return true;
    } catch (error) {
      reject(error);
      return false;
    }
  }

  /** @throws {TypeError} when a row cannot be written as JSON; nothing of the commit is written down then */
  #writeDown(mutations: readonly Mutation[]): void {
    this.#journal.add(this.#tasks.operationsOf(mutations));
  }

  async #prepareOrSetAside(onDamage: "refuse" | "setAside"): Promise<void> {
    const folder = this.#folder;
    try {
      await this.#prepare();
    } catch (error) {
      if (!(error instanceof DamagedFile)) throw error;
      if (onDamage === "refuse") throw damageError(folder.path, error);
      const name = await setAside(folder);
      this.#log.error("Cannot use the saved state: it is damaged, is set aside, and an empty one is begun", {
        folder: folder.path,
        damage: `${error.file}: ${error.message}`,
        name,
      });
      await this.#prepare();
    }
  }

  /** Learns what is there, and brings rows of an older version up to date. @throws {DamagedFile} */
  async #prepare(): Promise<void> {
    const found = await this.#journal.read();
    if (found?.unfinished) {
      this.#log.warn("The process that had the saved state was ended in the middle of a save, which is left out", {
        folder: this.#folder.path,
      });
    }
    this.#opened = this.#toState(found);
    this.#tasks = SavedTasks.of(this.#opened.tasks);
    if (found !== undefined && found.schema !== this.#schema.version) await this.#rewrite(this.#opened);
  }

  /** All rows anew in the present version, in one write: a crash leaves the old rows or the new ones. */
  async #rewrite(state: StoredState): Promise<void> {
    await this.#journal.replace(mutationsOf(state).map(toOperation));
    this.#tasks = SavedTasks.of(state.tasks);
  }

  #readFailure(error: unknown): EngineError {
    if (error instanceof EngineError) return error;
    if (error instanceof DamagedFile) return damageError(this.#folder.path, error);
    return storeError(`Cannot use state in ${this.#folder.path}: ${messageOf(error)}`, error);
  }

  /** @throws {DamagedFile} */
  #toState(found: FoundJournal | undefined): StoredState {
    if (found === undefined) return EMPTY_STATE;
    const raw = toRawState([...parsedRows(found.rows)]);
    return this.#checked(() => readRows(raw, found.schema, this.#schema));
  }

  #checked(read: () => StoredState): StoredState {
    try {
      return read();
    } catch (error) {
      if (!(error instanceof InvalidInputError)) throw error;
      throw storeError(`Cannot open state in ${this.#folder.path}: ${error.message}`, error);
    }
  }

  #exclusively<Result>(use: () => Promise<Result>): Promise<Result> {
    const result = this.#turn.then(use);
    this.#turn = result.catch(() => undefined); // its caller hears of it
    return result;
  }

  #requireOpen(): void {
    if (this.#closing !== undefined) throw storeError("Cannot use the state store: it is closed");
  }

  /** @throws {EngineError} StateStoreError */
  #requireUsable(): void {
    this.#requireOpen();
    if (this.#broken !== undefined) throw this.#broken;
    if (this.#waiting.commits < MAX_WAITING_COMMITS) return;
    throw storeError(`Cannot save: ${MAX_WAITING_COMMITS} commits wait for the disk already`);
  }
}

/** @throws {DamagedFile} when a row is none that was ever written, though its checksum says so */
function* parsedRows({ rows, changes }: FoundRows): Generator<readonly [RowKey, unknown]> {
  for (const [keyText, { json, patches = [] }] of rows) {
    const key = parseKey(keyText);
    if (key === undefined) throw new DamagedFile("the journal", `key ${keyText} is not one of ours`);
    const row = patches.reduce((patched, patch) => withPatch(keyText, patched, patch), parseRow(keyText, json));
    yield [key, row];
  }
  for (const [taskArn, bySequence] of changes) {
    for (const [sequence, { json }] of bySequence) yield [["change", taskArn, sequence], parseRow(taskArn, json)];
  }
}

function withPatch(key: string, row: unknown, patch: Buffer): unknown {
  const patched = patchedRow(row, parseRow(key, patch));
  if (patched === undefined) throw new DamagedFile("the journal", `what changed of row ${key} does not fit it`);
  return patched;
}

function parseRow(key: string, json: Buffer): unknown {
  try {
    return JSON.parse(json.toString("utf8"));
  } catch {
    throw new DamagedFile("the journal", `row ${key} is no JSON`);
  }
}
