/**
 * What must hold of what is saved, over all restarts: a commit is stored whole or not at all, one that was answered is
 * stored, the next process reads just that, and the room that it takes is bounded by what is kept.
 */
import type { Mutation, StateStore, StoredState } from "../../ports/state-store.ts";
import { DiskStateStore } from "../../store/disk-state-store.ts";
import type { JournalSizes } from "../../store/journal/journal.ts";
import { StateRows } from "../../store/state-rows.ts";
import type { SimulatedDisk } from "../simulated-disk/index.ts";
import type { Fail } from "./check-order.ts";

export type StoreCheckerPorts = {
  readonly disk: SimulatedDisk;
  readonly sizes: JournalSizes;
  readonly fail: Fail;
  /** A commit is in the store, whether its engine hears of it or not. */
  readonly onStored: (mutations: readonly Mutation[]) => void;
};

type Commit = { readonly mutations: readonly Mutation[] };
/** Commits whose write failed, and what the disk had then. */
type FailedWrite = { readonly commits: Commit[]; readonly disk: SimulatedDisk; settled: Promise<void> };

/** What is superseded may take three times what counts, and what was changed of a row twice what that row took. */
const MAX_SHARE = 3;
const MAX_PATCHED_SHARE = 3;
/** Begun after the last look at the size, or left by a process that died before it had deleted them. */
const EXTRA_SEGMENTS = 4;

export class StoreChecker {
  readonly #ports: StoreCheckerPorts;
  /** What is stored for certain. */
  #rows = new StateRows();
  /** Asked for and not answered, in their order. */
  #waiting: Commit[] = [];
  #failedWrite: FailedWrite | undefined;
  /** Outcomes are taken note of one after the other, as they came about. */
  #turn: Promise<unknown> = Promise.resolve();

  constructor(ports: StoreCheckerPorts) {
    this.#ports = ports;
  }

  /** The same store, looked at. */
  watch(store: StateStore): StateStore {
    return {
      load: () => this.#load(store),
      commit: (mutations) => this.#commit(store, mutations),
      close: () => store.close(),
    };
  }

  snapshot(): StoredState {
    return this.#rows.snapshot();
  }

  /** When nothing is being written, and no write has failed since the room was looked at last. */
  lookAtSize(): void {
    const { disk, sizes, fail } = this.#ports;
    if (!disk.isIdle || this.#waiting.length > 0) return;
    const kept = keptBytes(this.snapshot());
    const bytes = disk.sizes.reduce((sum, each) => sum + each, 0);
    // What is written at once is in one segment, however much it is.
    const extra = EXTRA_SEGMENTS * sizes.roomBytes + Math.max(0, ...disk.sizes);
    if (bytes > sizes.smallBytes + MAX_SHARE * kept + extra)
      fail(`${bytes} bytes are on the disk, for ${kept} that are kept`);
  }

  /** Everything has been answered: another process would read just that. */
  async lookAtRows(): Promise<void> {
    await this.#inTurn(async () => {
      const found = await this.#readBack(this.#ports.disk.copy());
      const difference = found === undefined ? undefined : differenceOf(found, this.snapshot());
      if (difference !== undefined) this.#ports.fail(`${difference}, while nothing is being saved`);
    });
  }

  async #load(store: StateStore): Promise<StoredState> {
    const found = await store.load();
    await this.#inTurn(() => this.#restored(found));
    return found;
  }

  async #commit(store: StateStore, mutations: readonly Mutation[]): Promise<void> {
    const commit = { mutations };
    this.#waiting.push(commit);
    try {
      await store.commit(mutations);
    } catch (error) {
      await this.#rejected(commit);
      throw error;
    }
    await this.#inTurn(() => this.#stored(commit));
  }

  /** The commits that nobody was told of are there, the first of them, or none. */
  #restored(found: StoredState): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    const difference = this.#takeThoseThatAreThere(found, waiting);
    if (difference !== undefined) this.#ports.fail(`${difference}, after a restart`);
  }

  #takeThoseThatAreThere(found: StoredState, commits: readonly Commit[]): string | undefined {
    const first = differenceOf(found, this.snapshot());
    if (first === undefined) return undefined;
    for (const commit of commits) {
      this.#apply(commit);
      if (differenceOf(found, this.snapshot()) === undefined) return undefined;
    }
    return first;
  }

  /** Those of one write hear of it in one turn, before anything else is written. */
  #rejected(commit: Commit): Promise<void> {
    if (this.#failedWrite === undefined) {
      const write: FailedWrite = { commits: [], disk: this.#ports.disk.copy(), settled: Promise.resolve() };
      this.#failedWrite = write;
      queueMicrotask(() => {
        this.#failedWrite = undefined;
      });
      write.settled = this.#inTurn(() => this.#failed(write));
    }
    this.#failedWrite.commits.push(commit);
    return this.#failedWrite.settled;
  }

  async #failed({ commits, disk }: FailedWrite): Promise<void> {
    this.#waiting = this.#waiting.filter((each) => !commits.includes(each));
    const found = await this.#readBack(disk);
    if (found === undefined || differenceOf(found, this.snapshot()) === undefined) return;
    for (const commit of commits) this.#apply(commit);
    const difference = differenceOf(found, this.snapshot());
    if (difference !== undefined) this.#ports.fail(`${difference}, after a write that failed`);
  }

  #stored(commit: Commit): void {
    const index = this.#waiting.indexOf(commit);
    // The engine that asked for it is dead, and the next one has read what is there.
    if (index < 0) return;
    this.#waiting.splice(index, 1);
    this.#apply(commit);
  }

  #apply({ mutations }: Commit): void {
    for (const mutation of mutations) this.#rows.apply(mutation);
    this.#ports.onStored(mutations);
  }

  async #readBack(disk: SimulatedDisk): Promise<StoredState | undefined> {
    try {
      const store = await DiskStateStore.open({ folder: disk.folder(), sizes: this.#ports.sizes });
      return await store.load();
    } catch (error) {
      this.#ports.fail(`what is saved cannot be read: ${String(error)}`);
      return undefined;
    }
  }

  #inTurn(act: () => Promise<void> | void): Promise<void> {
    const result = this.#turn.then(act);
    this.#turn = result.catch(() => undefined); // its caller hears of it
    return result;
  }
}

function keptBytes({ tasks, changes, images, meta }: StoredState): number {
  return MAX_PATCHED_SHARE * bytesOf(tasks) + bytesOf(changes) + bytesOf(images) + bytesOf(meta);
}

function bytesOf(rows: object): number {
  return JSON.stringify(rows).length;
}

/** The first row that is not what was saved. */
function differenceOf(found: StoredState, saved: StoredState): string | undefined {
  const [left, right] = [rowsOf(found), rowsOf(saved)];
  for (const [key, text] of right) {
    const row = left.get(key);
    if (row === undefined) return `${key} is saved and not read back`;
    if (row !== text) return `${key} is read back with another ${memberThatDiffers(row, text)} than was saved`;
  }
  const extra = [...left.keys()].find((key) => !right.has(key));
  return extra === undefined ? undefined : `${extra} is read back and was not saved`;
}

function rowsOf({ tasks, changes, images, meta }: StoredState): ReadonlyMap<string, string> {
  return new Map([
    ...tasks.map((task) => [`the row of ${task.id}`, textOf(task)] as const),
    ...changes.map((each) => [`state change ${each.sequence} of ${each.taskArn}`, textOf(each)] as const),
    ...images.map((each) => [`the row of image ${each.imageId}`, textOf(each)] as const),
    ...Object.entries(meta).map(([key, value]) => [`the row of ${key}`, textOf(value)] as const),
  ]);
}

/** As JSON, members in any order. */
function textOf(value: unknown): string {
  return JSON.stringify(value, (_, each: unknown) =>
    typeof each === "object" && each !== null && !Array.isArray(each)
      ? Object.fromEntries(Object.entries(each).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : each,
  );
}

function memberThatDiffers(row: string, saved: string): string {
  const [left, right]: readonly Record<string, unknown>[] = [JSON.parse(row), JSON.parse(saved)];
  const members = Object.keys({ ...left, ...right });
  return members.find((member) => textOf(left?.[member]) !== textOf(right?.[member])) ?? "content";
}
