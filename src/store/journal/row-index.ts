/** Which rows a journal holds, where and how large, kept in memory so that a commit need not read. */
import type { RowOperation } from "../row-table.ts";
import type { FoundRows } from "./found-rows.ts";

/** The segment that the rows of one write lie in. It becomes known with the write. */
export type Place = { segment: number };

/** What was changed of a row since it was written as a whole lies behind it. */
export type IndexedRow = { readonly place: Place; readonly bytes: number; patchBytes: number };

/** The segment of what is not written yet. */
export const NOWHERE = 0;
/** What was changed of a row may take so many times its own room before it is written as a whole again. */
const MAX_PATCH_SHARE = 2;

export class RowIndex {
  readonly #rows = new Map<string, IndexedRow>();
  /** Of each task its state changes, by their numbers. */
  readonly #changes = new Map<string, Map<number, IndexedRow>>();
  #bytes = 0;

  static of({ rows, changes }: FoundRows): RowIndex {
    const index = new RowIndex();
    for (const [key, { segment, bytes, patches }] of rows) {
      index.put(key, bytes, { segment });
      for (const patch of patches ?? []) index.patch(key, patch.length);
    }
    for (const [taskArn, bySequence] of changes) {
      for (const [sequence, { segment, bytes }] of bySequence) index.putChange(taskArn, sequence, bytes, { segment });
    }
    return index;
  }

  /** What all rows take. */
  get bytes(): number {
    return this.#bytes;
  }

  rowOf(key: string): IndexedRow | undefined {
    return this.#rows.get(key);
  }

  changeOf(taskArn: string, sequence: number): IndexedRow | undefined {
    return this.#changes.get(taskArn)?.get(sequence);
  }

  put(key: string, bytes: number, place: Place): void {
    this.#rows.set(key, this.#count(this.#rows.get(key), bytes, place));
  }

  /** May a change of this row be written behind it, or is it time to write the row as a whole? */
  hasRoomForPatch(key: string, bytes: number): boolean {
    const row = this.#rows.get(key);
    return row !== undefined && row.patchBytes + bytes <= MAX_PATCH_SHARE * row.bytes;
  }

  patch(key: string, bytes: number): void {
    const row = this.#rows.get(key);
    if (row === undefined) return;
    row.patchBytes += bytes;
    this.#bytes += bytes;
  }

  putChange(taskArn: string, sequence: number, bytes: number, place: Place): void {
    const known = this.#changes.get(taskArn);
    const changes = known ?? new Map<number, IndexedRow>();
    changes.set(sequence, this.#count(changes.get(sequence), bytes, place));
    if (known === undefined) this.#changes.set(taskArn, changes);
  }

  /** @returns whether there was anything to take out */
  remove(operation: Extract<RowOperation, { readonly type: "remove" | "acknowledge" }>): boolean {
    if (operation.type === "acknowledge") return this.#acknowledge(operation.taskArn, operation.upTo);
    this.#uncount(this.#rows.get(operation.key));
    return this.#rows.delete(operation.key);
  }

  #acknowledge(taskArn: string, upTo: number): boolean {
    const changes = this.#changes.get(taskArn);
    if (changes === undefined) return false;
    const { size } = changes;
    for (const [sequence, row] of changes) {
      if (sequence > upTo) continue;
      this.#uncount(row);
      changes.delete(sequence);
    }
    if (changes.size === 0) this.#changes.delete(taskArn);
    return changes.size < size;
  }

  #count(former: IndexedRow | undefined, bytes: number, place: Place): IndexedRow {
    this.#uncount(former);
    this.#bytes += bytes;
    return { place, bytes, patchBytes: 0 };
  }

  #uncount(row: IndexedRow | undefined): void {
    if (row !== undefined) this.#bytes -= row.bytes + row.patchBytes;
  }
}
