/** Which rows the file holds and what their checksums are, kept in memory so that a commit need not read. */
import type { Fingerprint, RowKey, RowOperation } from "./row-table.ts";
import { keyText } from "./row-table.ts";

export class RowIndex {
  readonly #checksums = new Map<string, number>();
  readonly #sequences = new Map<string, Set<number>>();
  #mix = 0;

  get fingerprint(): Fingerprint {
    // As unsigned, so that it reads the same after JSON.
    return { count: this.#checksums.size, mix: this.#mix >>> 0 };
  }

  /** Takes up a row that is in the file. */
  note(key: RowKey, checksum: number): void {
    const text = keyText(key);
    this.#mix ^= (this.#checksums.get(text) ?? 0) ^ checksum;
    this.#checksums.set(text, checksum);
    const [kind, id, sequence] = key;
    if (kind !== "change" || sequence === undefined) return;
    const sequences = this.#sequences.get(id) ?? new Set<number>();
    sequences.add(sequence);
    this.#sequences.set(id, sequences);
  }

  forget(key: RowKey): void {
    const text = keyText(key);
    this.#mix ^= this.#checksums.get(text) ?? 0;
    this.#checksums.delete(text);
    const [kind, id, sequence] = key;
    if (kind !== "change" || sequence === undefined) return;
    const sequences = this.#sequences.get(id);
    sequences?.delete(sequence);
    if (sequences?.size === 0) this.#sequences.delete(id);
  }

  /** Takes out what an operation removes. @returns the keys of these rows */
  remove(operation: Exclude<RowOperation, { readonly type: "put" }>): readonly RowKey[] {
    const keys = operation.type === "remove" ? [operation.key] : this.#acknowledged(operation.taskArn, operation.upTo);
    for (const key of keys) this.forget(key);
    return keys;
  }

  #acknowledged(taskArn: string, upTo: number): readonly RowKey[] {
    const sequences = [...(this.#sequences.get(taskArn) ?? [])];
    return sequences.filter((sequence) => sequence <= upTo).map((sequence) => ["change", taskArn, sequence]);
  }
}
