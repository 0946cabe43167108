/** Which rows a journal holds, where and how large, kept in memory so that a commit need not read. */
import { changeOf, keyText, type RowOperation } from "../row-table.ts";

/** Where a row lies; the segment becomes known with the write. */
export type IndexedRow = { segment: number; readonly bytes: number };

const NOWHERE = 0;

export class RowIndex {
  readonly #rows = new Map<string, IndexedRow>();
  /** Of each task the numbers of its changes. */
  readonly #sequences = new Map<string, Set<number>>();
  #bytes = 0;

  static of(rows: ReadonlyMap<string, IndexedRow>): RowIndex {
    const index = new RowIndex();
    for (const [key, { segment, bytes }] of rows) index.put(key, bytes).segment = segment;
    return index;
  }

  /** What all rows take. */
  get bytes(): number {
    return this.#bytes;
  }

  segmentOf(key: string): number | undefined {
    return this.#rows.get(key)?.segment;
  }

  put(key: string, bytes: number): IndexedRow {
    const row = { segment: NOWHERE, bytes };
    this.#bytes += bytes - (this.#rows.get(key)?.bytes ?? 0);
    this.#rows.set(key, row);
    const change = changeOf(key);
    if (change === undefined) return row;
    const sequences = this.#sequences.get(change.taskArn) ?? new Set<number>();
    sequences.add(change.sequence);
    this.#sequences.set(change.taskArn, sequences);
    return row;
  }

  /** Takes out what an operation removes. @returns the keys of these rows */
  remove(operation: Exclude<RowOperation, { readonly type: "put" }>): readonly string[] {
    if (operation.type === "acknowledge") return this.#acknowledge(operation.taskArn, operation.upTo);
    return this.#forget(operation.key) ? [operation.key] : [];
  }

  #acknowledge(taskArn: string, upTo: number): readonly string[] {
    const sequences = this.#sequences.get(taskArn) ?? new Set<number>();
    const removed = [...sequences].filter((sequence) => sequence <= upTo);
    for (const sequence of removed) sequences.delete(sequence);
    if (sequences.size === 0) this.#sequences.delete(taskArn);
    return removed.map((sequence) => keyText(["change", taskArn, sequence])).filter((key) => this.#forget(key));
  }

  #forget(key: string): boolean {
    this.#bytes -= this.#rows.get(key)?.bytes ?? 0;
    return this.#rows.delete(key);
  }
}
