/** The rows of a journal as they are read, frame by frame. */
import { DamagedFile } from "../failures.ts";
import { isAcknowledgement, isChangeKey, parseSequenceKey } from "../row-table.ts";
import { type Frame, type Line, linesOf } from "./frame.ts";

/** A row as it was last written whole, and what was changed of it since. */
export type FoundRow = {
  readonly segment: number;
  readonly bytes: number;
  readonly json: Buffer;
  patches?: Buffer[];
};

export class FoundRows {
  readonly rows = new Map<string, FoundRow>();
  /** The state changes of each task, by their numbers. */
  readonly changes = new Map<string, Map<number, FoundRow>>();
  /**
   * Rows of which only changes have been read: the row lay in a segment that is gone, and was written as a whole once more
   * before it went, which is still to come.
   */
  readonly #awaited = new Set<string>();

  /** Frames have to come in the order in which they were written. @param name of the segment @throws {DamagedFile} */
  take(segment: number, name: string, frame: Frame): void {
    for (const line of linesOf(frame)) {
      if (!this.#take(segment, line)) throw new DamagedFile(name, `key ${line.key} is not one of ours`);
    }
  }

  /** All have been taken. @param name of the last segment @throws {DamagedFile} */
  finish(name: string): void {
    for (const key of this.#awaited)
      throw new DamagedFile(name, `the row ${key} is missing, of which changes are there`);
  }

  #take(segment: number, { key, kind, json }: Line): boolean {
    if (isAcknowledgement(key)) return this.#acknowledge(key);
    if (isChangeKey(key)) return this.#takeChange(segment, key, json);
    if (kind === "patch") this.#takePatch(key, json);
    else this.#takeRow(segment, key, json);
    return true;
  }

  #takeRow(segment: number, key: string, json: Buffer | undefined): void {
    this.#awaited.delete(key);
    if (json === undefined) this.rows.delete(key);
    else this.rows.set(key, { segment, bytes: key.length + json.length, json });
  }

  #takePatch(key: string, json: Buffer): void {
    const row = this.rows.get(key);
    if (row === undefined) {
      this.#awaited.add(key);
      return;
    }
    row.patches ??= [];
    row.patches.push(json);
  }

  #takeChange(segment: number, key: string, json: Buffer | undefined): boolean {
    const place = parseSequenceKey(key);
    if (place === undefined) return false;
    const changes = this.changes.get(place.taskArn) ?? new Map<number, FoundRow>();
    if (json === undefined) changes.delete(place.sequence);
    else changes.set(place.sequence, { segment, bytes: key.length + json.length, json });
    if (changes.size === 0) this.changes.delete(place.taskArn);
    else this.changes.set(place.taskArn, changes);
    return true;
  }

  #acknowledge(key: string): boolean {
    const place = parseSequenceKey(key);
    if (place === undefined) return false;
    const changes = this.changes.get(place.taskArn);
    for (const sequence of changes?.keys() ?? []) if (sequence <= place.sequence) changes?.delete(sequence);
    if (changes?.size === 0) this.changes.delete(place.taskArn);
    return true;
  }
}
