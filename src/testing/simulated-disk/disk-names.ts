/**
 * Which name each file has, and which it had when names were synced last. What was done to names since may be lost, each
 * change by itself; a rename is one change.
 */
import type { DiskFile } from "./disk-file.ts";

/** Names and what they stand for from then on: no file, after a removal. */
type Change = readonly (readonly [name: string, file: DiskFile | undefined])[];

export class DiskNames {
  #now = new Map<string, DiskFile>();
  #synced = new Map<string, DiskFile>();
  #unsynced: Change[] = [];
  readonly #folders = new Set<string>();

  inFolder(): readonly string[] {
    const folders = [...this.#folders];
    return [...this.#now.keys()].filter((name) => !name.includes("/")).concat(folders);
  }

  files(): readonly DiskFile[] {
    return [...this.#now.values()];
  }

  /** @throws {Error} ENOENT */
  find(name: string): DiskFile {
    const file = this.#now.get(name);
    if (file === undefined)
      throw Object.assign(new Error(`ENOENT: no such file or directory, ${name}`), { code: "ENOENT" });
    return file;
  }

  put(name: string, file: DiskFile): void {
    this.#change([[name, file]]);
  }

  /** @throws {Error} ENOENT */
  rename(from: string, to: string): void {
    const file = this.find(from);
    this.#change([
      [from, undefined],
      [to, file],
    ]);
  }

  remove(name: string): void {
    if (this.#now.has(name)) this.#change([[name, undefined]]);
  }

  /** Is not lost: nothing that is in there is ever read. */
  makeFolder(name: string): boolean {
    if (this.#folders.has(name)) return false;
    this.#folders.add(name);
    return true;
  }

  sync(): void {
    this.#synced = new Map(this.#now);
    this.#unsynced = [];
  }

  loseUnsynced(isKept: () => boolean): void {
    for (const change of this.#unsynced.filter(isKept)) apply(change, this.#synced);
    this.#unsynced = [];
    this.#now = new Map(this.#synced);
  }

  copy(): DiskNames {
    const copy = new DiskNames();
    for (const [name, file] of this.#now) copy.put(name, file.copy());
    copy.sync();
    return copy;
  }

  #change(change: Change): void {
    this.#unsynced.push(change);
    apply(change, this.#now);
  }
}

function apply(change: Change, names: Map<string, DiskFile>): void {
  for (const [name, file] of change) {
    if (file === undefined) names.delete(name);
    else names.set(name, file);
  }
}
