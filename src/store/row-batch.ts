/**
 * The rows of one write, as bytes in one piece of memory. It moves to the thread that writes instead of being copied, and
 * lies outside the heap: the garbage collector has nothing to do with rows that wait for the disk.
 */
import { crc32 } from "node:zlib";
import { CHECKSUM_DIGITS, checksumText, keyText, type RowKey } from "./row-table.ts";

/** Five items a step: kind, id and number of its key (`null` for none), and where its value begins and ends in `bytes`; -1 removes the row. */
export type RowSteps = readonly (string | number | null)[];

export type EncodedRows = { readonly steps: RowSteps; readonly bytes: ArrayBuffer };

export const ITEMS_PER_STEP = 5;
export const REMOVED = -1;
const FIRST_BYTES = 16_384;
/** UTF-8 takes at most three bytes for a unit of a JavaScript string. */
const MAX_BYTES_PER_UNIT = 3;

export class RowBatch {
  readonly #steps: (string | number | null)[] = [];
  #bytes = Buffer.from(new ArrayBuffer(FIRST_BYTES));
  #end = 0;

  /** A row with its checksum before it. @returns the checksum */
  put(key: RowKey, json: string): number {
    this.#makeRoom(CHECKSUM_DIGITS + json.length * MAX_BYTES_PER_UNIT);
    const start = this.#end;
    const content = start + CHECKSUM_DIGITS;
    this.#end = content + this.#bytes.write(json, content);
    const checksum = crc32(this.#bytes.subarray(content, this.#end), crc32(keyText(key)));
    this.#bytes.write(checksumText(checksum), start, "latin1");
    this.#steps.push(key[0], key[1], key[2] ?? null, start, this.#end);
    return checksum;
  }

  /** A row about the file itself. */
  putPlain(key: readonly [string, string], text: string): void {
    this.#makeRoom(text.length * MAX_BYTES_PER_UNIT);
    const start = this.#end;
    this.#end += this.#bytes.write(text, start);
    this.#steps.push(key[0], key[1], null, start, this.#end);
  }

  remove(key: RowKey): void {
    this.#steps.push(key[0], key[1], key[2] ?? null, REMOVED, REMOVED);
  }

  /** To be called once, at the end. */
  encoded(): EncodedRows {
    return { steps: this.#steps, bytes: this.#bytes.buffer };
  }

  #makeRoom(bytes: number): void {
    const needed = this.#end + bytes;
    if (needed <= this.#bytes.length) return;
    const larger = Buffer.from(new ArrayBuffer(Math.max(needed, 2 * this.#bytes.length)));
    this.#bytes.copy(larger, 0, 0, this.#end);
    this.#bytes = larger;
  }
}
