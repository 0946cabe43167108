/** Which rows a journal holds, where and how large, kept in memory so that a commit need not read. */
import type { RowOperation } from "../row-table.ts";
import type { FoundRows } from "./found-rows.ts";

/** The segment that the rows of one write lie in. It becomes known with the write. */
export type Place = { segment: number };

/** The row of a state change, which is never patched. */
type IndexedChange = IndexedRow & { readonly sequence: number };

/** What was changed of a row since it was written as a whole lies behind it. */
export type IndexedRow = { readonly place: Place; readonly bytes: number; patchBytes: number };

/** The segment of what is not written yet. */
export const NOWHERE = 0;
/** What was changed of a row may take so many times its own room before it is written as a whole again. */
const MAX_PATCH_SHARE = 2;

export class RowIndex {
  readonly #rows = new Map<string, IndexedRow>();
  /** Of each task its state changes that are not acknowledged: a few. */
  readonly #changes = new Map<string, IndexedChange[]>();
  #bytes = 0;

  static of({ rows, changes }: FoundRows): RowIndex {
    const index = new RowIndex();
    for (const [key, { segment, bytes, patches }] of rows) {
      const row = index.put(key, bytes, { segment });
      for (const patch of patches ?? []) index.patch(row, patch.length);
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
    return this.#changes.get(taskArn)?.find((change) => change.sequence === sequence);
  }

  put(key: string, bytes: number, place: Place): IndexedRow {
    this.#uncount(this.#rows.get(key));
    this.#bytes += bytes;
    const row = { place, bytes, patchBytes: 0 };
    this.#rows.set(key, row);
    return row;
  }

  /** The row, if a change of it may be written behind it; undefined when it is time to write the row as a whole. */
  rowWithRoomFor(key: string, bytes: number): IndexedRow | undefined {
    const row = this.#rows.get(key);
    return row !== undefined && row.patchBytes + bytes <= MAX_PATCH_SHARE * row.bytes ? row : undefined;
  }

  patch(row: IndexedRow, bytes: number): void {
    row.patchBytes += bytes;
    this.#bytes += bytes;
  }

  putChange(taskArn: string, sequence: number, bytes: number, place: Place): void {
    const changes = this.#changes.get(taskArn);
    const index = changes?.findIndex((change) => change.sequence === sequence) ?? -1;
    this.#uncount(changes?.[index]);
    this.#bytes += bytes;
    const change = { sequence, place, bytes, patchBytes: 0 };
    if (changes === undefined) this.#changes.set(taskArn, [change]);
    else if (index < 0) changes.push(change);
    else changes[index] = change;
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
    const left = changes.filter(({ sequence }) => sequence > upTo);
    if (left.length === changes.length) return false;
    for (const change of changes) if (change.sequence <= upTo) this.#uncount(change);
    if (left.length === 0) this.#changes.delete(taskArn);
    else this.#changes.set(taskArn, left);
    return true;
  }

  #uncount(row: IndexedRow | undefined): void {
    if (row !== undefined) this.#bytes -= row.bytes + row.patchBytes;
  }
}
