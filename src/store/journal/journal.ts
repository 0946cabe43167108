/**
 * A journal of rows: every write goes behind the one before it, in one call that returns when it is on the disk.
 *
 * INVARIANTS
 * - Writes do not overlap; whoever uses the journal sees to that.
 * - A write goes into room that was filled with zeros before, or begins a segment under a name that nobody reads yet. So
 *   it needs no room that a full disk could refuse half-way, and what was cut off can be told (see `tail.ts`).
 * - After a write that failed only the disk knows what is in the journal: nothing is written until it was read again.
 *
 * What is superseded stays until the journal is more than twice as large as what it is for. Then the rows of the oldest
 * segment that still count are written once more, and the segment is deleted: one with each write, so that no write
 * waits for more than that.
 */
import { constants } from "node:fs";
import { type FileHandle, open, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { assert, unreachable } from "../../core/assert.ts";
import { acknowledgementKey, changeKey, isChangeKey, parseSequenceKey, type RowOperation } from "../row-table.ts";
import { FoundRows } from "./found-rows.ts";
import { type FrameHead, FrameWriter, linesOf } from "./frame.ts";
import { type IndexedRow, RowIndex } from "./row-index.ts";
import { type FoundJournal, readClosedSegment, readJournal, type SegmentSize, segmentName } from "./segments.ts";

/** Zeros behind the first frame of a segment: a piece, as often as it takes. */
const ZEROS = Buffer.alloc(65_536);
const ROOM: readonly Buffer[] = Array.from({ length: 16 }, () => ZEROS);
const ROOM_BYTES = ROOM.length * ZEROS.length;
/** Stays zero for ever, so that a file that lost its end shows it. */
const SPARE_BYTES = 512;
/** A journal this small is never cleaned. */
const SMALL_BYTES = 4 * 1024 * 1024;
const FILE_MODE = 0o600;
const { O_CREAT, O_TRUNC, O_WRONLY, O_DSYNC } = constants;

type OpenSegment = { readonly number: number; readonly file: FileHandle };

export class Journal {
  readonly #folder: string;
  readonly #schema: number;
  readonly #writer = new FrameWriter();
  #index = new RowIndex();
  #segments = new Map<number, SegmentSize>();
  #newest = 0;
  #nextFrame = 1;
  /** The one that is written to; the first write of a journal's life begins another. */
  #current: OpenSegment | undefined;

  /** @param schema version of the rows that are written */
  constructor(folder: string, schema: number) {
    this.#folder = folder;
    this.#schema = schema;
  }

  /**
   * Learns what is there.
   * @returns undefined when there is no journal yet
   * @throws {DamagedFile} when something that was written is missing or changed
   */
  async read(): Promise<FoundJournal | undefined> {
    this.#writer.reset();
    await this.#leaveSegment();
    const found = await readJournal(this.#folder);
    this.#index = RowIndex.of(found?.rows ?? new FoundRows());
    this.#segments = new Map(found?.segments);
    this.#newest = found?.newest ?? 0;
    this.#nextFrame = found?.nextFrame ?? 1;
    return found;
  }

  /** All operations or none; resolves when they are on the disk. When it rejects, {@link read} has to come first. */
  async write(operations: Iterable<RowOperation>): Promise<void> {
    const rows = this.#encode(operations);
    if (!this.#writer.isEmpty) await this.#append("rows", this.#oldest, rows);
  }

  /** The rows of these operations and no others, in a segment that needs none before it. */
  async replace(operations: readonly RowOperation[]): Promise<void> {
    await this.#leaveSegment();
    const former = [...this.#segments.keys()];
    this.#index = new RowIndex();
    await this.#append("rows", this.#newest + 1, this.#encode(operations));
    for (const segment of former) await this.#delete(segment);
  }

  /**
   * Gives back the room of one segment, when there is much to be had. When it rejects, {@link read} has to come first.
   * @param wholeRow a row as it is by now, of those of which changes were written
   */
  async clean(wholeRow: (key: string) => string | undefined): Promise<void> {
    const oldest = this.#oldest;
    const size = this.#segments.get(oldest);
    if (size === undefined || oldest === this.#newest || !this.#isLarge()) return;
    const rows = [...(await this.#rowsOf(oldest, size.end))].map(([key, json]) => this.#putAgain(key, json, wholeRow));
    await this.#append("rows", oldest + 1, rows);
    await this.#delete(oldest);
  }

  /** Tells the next reader that nothing follows. */
  async close(): Promise<void> {
    try {
      if (this.#current !== undefined) await this.#append("end", this.#oldest, []);
    } finally {
      await this.#leaveSegment();
    }
  }

  /** What of a segment still counts. */
  async #rowsOf(segment: number, end: number): Promise<ReadonlyMap<string, Buffer>> {
    const rows = new Map<string, Buffer>();
    for (const frame of await readClosedSegment(this.#folder, segment, end)) {
      for (const { key, kind, json } of linesOf(frame)) {
        if (kind === "row" && this.#indexed(key)?.segment === segment) rows.set(key, json);
      }
    }
    return rows;
  }

  #indexed(key: string): IndexedRow | undefined {
    const place = isChangeKey(key) ? parseSequenceKey(key) : undefined;
    return place === undefined ? this.#index.rowOf(key) : this.#index.changeOf(place.taskArn, place.sequence);
  }

  #putAgain(key: string, json: Buffer, wholeRow: (key: string) => string | undefined): IndexedRow {
    const place = isChangeKey(key) ? parseSequenceKey(key) : undefined;
    if (place !== undefined) return this.#index.putChange(place.taskArn, place.sequence, this.#writer.put(key, json));
    const isPatched = (this.#index.rowOf(key)?.patchBytes ?? 0) > 0;
    const whole = isPatched ? wholeRow(key) : json;
    assert(whole !== undefined, `Cannot write row ${key} anew: nobody knows what it is by now`);
    return this.#put(key, whole);
  }

  get #oldest(): number {
    const [oldest = this.#newest + 1] = this.#segments.keys();
    return oldest;
  }

  #isLarge(): boolean {
    const bytes = [...this.#segments.values()].reduce((sum, segment) => sum + segment.bytes, 0);
    return bytes > SMALL_BYTES + 2 * this.#index.bytes;
  }

  /** Begins a frame with these. @returns the rows that are in it */
  #encode(operations: Iterable<RowOperation>): readonly IndexedRow[] {
    this.#writer.reset();
    const rows: IndexedRow[] = [];
    for (const operation of operations) {
      const row = this.#encodeOne(operation);
      if (row !== undefined) rows.push(row);
    }
    return rows;
  }

  /** @returns the row that is written as a whole */
  #encodeOne(operation: RowOperation): IndexedRow | undefined {
    switch (operation.type) {
      case "put":
        return this.#put(operation.key, operation.json);
      case "patch":
        return this.#patch(operation);
      case "putChange": {
        const { taskArn, sequence, json } = operation;
        return this.#index.putChange(taskArn, sequence, this.#writer.put(changeKey(taskArn, sequence), json));
      }
      case "remove":
        if (this.#index.remove(operation)) this.#writer.remove(operation.key);
        return undefined;
      case "acknowledge":
        if (this.#index.remove(operation)) {
          this.#writer.remove(acknowledgementKey(operation.taskArn, operation.upTo));
        }
        return undefined;
      default:
        return unreachable(operation);
    }
  }

  #patch({ key, json, whole }: Extract<RowOperation, { readonly type: "patch" }>): IndexedRow | undefined {
    if (!this.#index.hasRoomForPatch(key, json.length)) return this.#put(key, whole());
    this.#index.patch(key, this.#writer.patch(key, json));
    return undefined;
  }

  #put(key: string, json: string | Buffer): IndexedRow {
    return this.#index.put(key, this.#writer.put(key, json));
  }

  /** Writes the frame that was begun. */
  async #append(kind: FrameHead["kind"], oldest: number, rows: readonly IndexedRow[]): Promise<void> {
    if (this.#current === undefined || !this.#fits()) await this.#begin(kind, oldest);
    else await this.#continue(this.#current, kind, oldest);
    this.#nextFrame += 1;
    this.#writer.reset();
    for (const row of rows) row.segment = this.#newest;
  }

  #fits(): boolean {
    const { end, bytes } = this.#sizeOf(this.#newest);
    return end + this.#writer.bytes + SPARE_BYTES <= bytes;
  }

  async #continue({ number, file }: OpenSegment, kind: FrameHead["kind"], oldest: number): Promise<void> {
    const { end, bytes } = this.#sizeOf(number);
    const frame = this.#finish(kind, number, oldest);
    await writeAll(file, [frame], end);
    this.#segments.set(number, { end: end + frame.length, bytes });
  }

  async #begin(kind: FrameHead["kind"], oldest: number): Promise<void> {
    await this.#leaveSegment();
    const number = this.#newest + 1;
    const frame = this.#finish(kind, number, oldest);
    const path = join(this.#folder, segmentName(number));
    const file = await open(`${path}.new`, O_CREAT | O_TRUNC | O_WRONLY | O_DSYNC, FILE_MODE);
    try {
      await writeAll(file, [frame, ...ROOM], 0);
      await rename(`${path}.new`, path);
      await syncFolder(this.#folder);
    } catch (error) {
      await file.close();
      await rm(`${path}.new`, { force: true });
      throw error;
    }
    this.#current = { number, file };
    this.#newest = number;
    this.#segments.set(number, { end: frame.length, bytes: frame.length + ROOM_BYTES });
  }

  async #leaveSegment(): Promise<void> {
    const current = this.#current;
    this.#current = undefined;
    await current?.file.close();
  }

  /** Nothing refers to it any more: should this fail, the next reader deletes it. */
  async #delete(segment: number): Promise<void> {
    this.#segments.delete(segment);
    await rm(join(this.#folder, segmentName(segment)), { force: true });
  }

  #finish(kind: FrameHead["kind"], segment: number, oldest: number): Buffer {
    const previousEnd = this.#segments.get(segment - 1)?.end ?? 0;
    return this.#writer.finish({ kind, number: this.#nextFrame, segment, oldest, previousEnd, schema: this.#schema });
  }

  #sizeOf(segment: number): SegmentSize {
    return this.#segments.get(segment) ?? { end: 0, bytes: 0 };
  }
}

/** Everything in one call, which is one wait for the disk; the system may take less of it at a time. */
async function writeAll(file: FileHandle, parts: readonly Buffer[], position: number): Promise<void> {
  let rest = parts;
  for (let at = position; rest.length > 0; ) {
    const { bytesWritten } = await file.writev(rest, at);
    at += bytesWritten;
    rest = behind(rest, bytesWritten);
  }
}

function behind(parts: readonly Buffer[], bytes: number): readonly Buffer[] {
  let left = bytes;
  return parts.flatMap((part) => {
    const taken = Math.min(left, part.length);
    left -= taken;
    return taken === part.length ? [] : [part.subarray(taken)];
  });
}

/** A new name is on the disk once its folder is. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
