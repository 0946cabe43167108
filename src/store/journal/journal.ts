/**
 * A journal of rows: every write goes behind the one before it, in one call that returns when it is on the disk. What the
 * next write takes is written down as soon as it is known, while what it is made of is still in the processor's caches.
 *
 * INVARIANTS
 * - Writes do not overlap; whoever uses the journal sees to that. Adding to the next write is allowed at any time.
 * - A write goes into room that was filled with zeros before, or begins a segment under a name that nobody reads yet. So
 *   it needs no room that a full disk could refuse half-way, and what was cut off can be told (see `tail.ts`).
 * - After a write that failed only the disk knows what is in the journal: nothing is written until it was read again.
 *
 * What is superseded stays until the journal is more than three times as large as what it is for. Then the rows of the oldest
 * segment that still count go with the next write once more, behind whatever that has been given, and the segment is
 * deleted after it: one with each write, so that no write waits for more than that.
 */
import { assert, unreachable } from "../../core/assert.ts";
import { DamagedFile } from "../failures.ts";
import { acknowledgementKey, changeKey, isChangeKey, parseSequenceKey, type RowOperation } from "../row-table.ts";
import type { StateFile, StateFolder } from "../state-folder.ts";
import { FoundRows } from "./found-rows.ts";
import { type Frame, type FrameHead, FrameWriter, linesOf } from "./frame.ts";
import { type IndexedRow, NOWHERE, type Place, RowIndex } from "./row-index.ts";
import {
  type FoundJournal,
  headName,
  readClosedSegment,
  readJournal,
  type SegmentSize,
  segmentName,
} from "./segments.ts";

export type JournalSizes = {
  /** Of the zeros behind the first frame of a segment. */
  readonly roomBytes: number;
  /** A journal this small is never cleaned. */
  readonly smallBytes: number;
};

export const JOURNAL_SIZES: JournalSizes = { roomBytes: 1024 * 1024, smallBytes: 4 * 1024 * 1024 };
/** A piece of room, as often as it takes. */
const ZEROS = Buffer.alloc(65_536);
/** Stays zero for ever, so that a file that lost its end shows it. */
const SPARE_BYTES = 512;
/**
 * So many times what counts, the rest is superseded, and most of what cleaning reads need not be written again. A task that
 * went through its life has superseded more than half of what it wrote: at twice, cleaning was a twentieth of that life.
 */
const MAX_SHARE = 3;

type OpenSegment = { readonly number: number; readonly file: StateFile };

/** What goes to the disk in one write. */
type Pending = {
  readonly writer: FrameWriter;
  place: Place;
  /** The segment of which everything that counts is in this write or in later segments. */
  cleaned: number | undefined;
};

export class Journal {
  readonly #folder: StateFolder;
  readonly #schema: number;
  readonly #sizes: JournalSizes;
  /** Is filled while the other is written. */
  #next = emptyWrite();
  #other = emptyWrite();
  #index = new RowIndex();
  #segments = new Map<number, SegmentSize>();
  #newest = 0;
  /** Segments whose files may go. */
  #unneeded: number[] = [];
  #nextFrame = 1;
  /** The write that the journal's head names. */
  #head: number | undefined;
  /** The one that is written to; the first write of a journal's life begins another. */
  #current: OpenSegment | undefined;

  /** @param schema version of the rows that are written */
  constructor(folder: StateFolder, schema: number, sizes: JournalSizes) {
    this.#folder = folder;
    this.#schema = schema;
    this.#sizes = sizes;
  }

  /**
   * Learns what is there. What was added to the next write is forgotten.
   * @returns undefined when there is no journal yet
   * @throws {DamagedFile} when something that was written is missing or changed
   */
  async read(): Promise<FoundJournal | undefined> {
    // First of all: should it fail, nothing is left that could be written.
    beginAnew(this.#next);
    await this.#leaveSegment();
    const found = await readJournal(this.#folder);
    if (found === undefined && this.#newest > 0)
      throw new DamagedFile("the journal", "it was there while it was written, and is gone");
    this.#unneeded = [];
    this.#index = RowIndex.of(found?.rows ?? new FoundRows());
    this.#segments = new Map(found?.segments);
    this.#newest = found?.newest ?? 0;
    this.#nextFrame = found?.nextFrame ?? 1;
    this.#head = found?.head;
    return found;
  }

  /** Adds operations to the next write. */
  add(operations: readonly RowOperation[]): void {
    for (const operation of operations) this.#encode(operation);
  }

  /** Is there nothing to write? */
  get isEmpty(): boolean {
    return this.#next.writer.isEmpty && this.#next.cleaned === undefined;
  }

  /**
   * Everything that was added, or nothing; resolves when it is on the disk. When it rejects, {@link read} has to come
   * first, and what was added since has to be added again.
   */
  async write(): Promise<void> {
    if (!this.isEmpty) await this.#append("rows", this.#next.cleaned === undefined ? this.#oldest : this.#oldest + 1);
  }

  /** The rows of these operations and no others, in a segment that needs none before it. */
  async replace(operations: readonly RowOperation[]): Promise<void> {
    await this.#leaveSegment();
    const former = [...this.#segments.keys()];
    this.#index = new RowIndex();
    this.add(operations);
    await this.#append("rows", this.#newest + 1);
    for (const segment of former) this.#forget(segment);
    await this.#deleteUnneeded();
  }

  /**
   * Gives back the room of a segment that is no longer needed, and lets the next write do without another one when there
   * is much to be had.
   * @param wholeRow a row as it is by now, of those of which changes were written
   */
  async clean(wholeRow: (key: string) => string | undefined): Promise<void> {
    await this.#deleteUnneeded();
    const oldest = this.#oldest;
    const size = this.#segments.get(oldest);
    if (size === undefined || oldest === this.#newest || !this.#isLarge()) return;
    const frames = await readClosedSegment(this.#folder, oldest, size.end);
    // From here on nothing comes between: what counts now is what the next write makes of it.
    for (const [key, json] of this.#rowsOf(oldest, frames)) this.#putAgain(key, json, wholeRow);
    this.#next.cleaned = oldest;
  }

  /** Tells the next reader that nothing follows. */
  async close(): Promise<void> {
    try {
      if (this.#current === undefined) return;
      await this.#append("end", this.#oldest);
      await this.#moveHead(this.#nextFrame - 1);
    } finally {
      await this.#leaveSegment();
    }
  }

  /** What of a segment still counts. */
  #rowsOf(segment: number, frames: readonly Frame[]): ReadonlyMap<string, Buffer> {
    const rows = new Map<string, Buffer>();
    for (const frame of frames) {
      for (const { key, kind, json } of linesOf(frame)) {
        if (kind === "row" && this.#indexed(key)?.place.segment === segment) rows.set(key, json);
      }
    }
    return rows;
  }

  #indexed(key: string): IndexedRow | undefined {
    const place = isChangeKey(key) ? parseSequenceKey(key) : undefined;
    return place === undefined ? this.#index.rowOf(key) : this.#index.changeOf(place.taskArn, place.sequence);
  }

  #putAgain(key: string, json: Buffer, wholeRow: (key: string) => string | undefined): void {
    const place = isChangeKey(key) ? parseSequenceKey(key) : undefined;
    if (place !== undefined) {
      this.#putChange(place.taskArn, place.sequence, key, json);
      return;
    }
    const isPatched = (this.#index.rowOf(key)?.patchBytes ?? 0) > 0;
    const whole = isPatched ? wholeRow(key) : json;
    assert(whole !== undefined, `Cannot write row ${key} anew: nobody knows what it is by now`);
    this.#put(key, whole);
  }

  get #oldest(): number {
    const [oldest = this.#newest + 1] = this.#segments.keys();
    return oldest;
  }

  #isLarge(): boolean {
    const bytes = [...this.#segments.values()].reduce((sum, segment) => sum + segment.bytes, 0);
    return bytes > this.#sizes.smallBytes + MAX_SHARE * this.#index.bytes;
  }

  #encode(operation: RowOperation): void {
    const { writer } = this.#next;
    switch (operation.type) {
      case "put":
        this.#put(operation.key, operation.json);
        return;
      case "patch":
        this.#patch(operation);
        return;
      case "putChange": {
        const { taskArn, sequence, json } = operation;
        this.#putChange(taskArn, sequence, changeKey(taskArn, sequence), json);
        return;
      }
      case "remove":
        if (this.#index.remove(operation)) writer.remove(operation.key);
        return;
      case "acknowledge":
        if (this.#index.remove(operation)) writer.remove(acknowledgementKey(operation.taskArn, operation.upTo));
        return;
      default:
        unreachable(operation);
    }
  }

  #patch({ key, json, whole }: Extract<RowOperation, { readonly type: "patch" }>): void {
    const row = this.#index.rowWithRoomFor(key, json.length);
    if (row === undefined) this.#put(key, whole());
    else this.#index.patch(row, this.#next.writer.patch(key, json));
  }

  #put(key: string, json: string | Buffer): void {
    const { writer, place } = this.#next;
    this.#index.put(key, writer.put(key, json), place);
  }

  #putChange(taskArn: string, sequence: number, key: string, json: string | Buffer): void {
    const { writer, place } = this.#next;
    this.#index.putChange(taskArn, sequence, writer.put(key, json), place);
  }

  /** Writes what was added, and lets the next write begin. */
  async #append(kind: FrameHead["kind"], oldest: number): Promise<void> {
    const write = this.#next;
    this.#next = this.#other;
    this.#other = write;
    try {
      if (this.#current === undefined || !this.#fits(write)) await this.#begin(write, kind, oldest);
      else await this.#continue(write, this.#current, kind, oldest);
      this.#nextFrame += 1;
      write.place.segment = this.#newest;
      if (write.cleaned !== undefined) this.#forget(write.cleaned);
    } finally {
      beginAnew(write);
    }
  }

  #fits({ writer }: Pending): boolean {
    const { end, bytes } = this.#sizeOf(this.#newest);
    return end + writer.bytes + SPARE_BYTES <= bytes;
  }

  async #continue(
    write: Pending,
    { number, file }: OpenSegment,
    kind: FrameHead["kind"],
    oldest: number,
  ): Promise<void> {
    const { end, bytes } = this.#sizeOf(number);
    const frame = this.#finish(write, kind, number, oldest);
    await file.write([frame], end);
    // What is written into a file that was deleted goes with it, and nobody says so.
    if (file.isDeleted())
      throw new DamagedFile(segmentName(number), `${segmentName(number)} was deleted while it was in use`);
    this.#segments.set(number, { end: end + frame.length, bytes });
  }

  async #begin(write: Pending, kind: FrameHead["kind"], oldest: number): Promise<void> {
    await this.#leaveSegment();
    const number = this.#newest + 1;
    const frame = this.#finish(write, kind, number, oldest);
    const name = segmentName(number);
    const file = await this.#folder.create(`${name}.new`);
    try {
      await file.write([frame, ...room(this.#sizes.roomBytes)], 0);
      await this.#folder.rename(`${name}.new`, name);
      await this.#folder.sync();
      await this.#moveHead(this.#nextFrame);
    } catch (error) {
      await file.close();
      await this.#folder.remove(`${name}.new`);
      throw error;
    }
    this.#current = { number, file };
    this.#newest = number;
    this.#segments.set(number, { end: frame.length, bytes: frame.length + this.#sizes.roomBytes });
  }

  /**
   * This write is on the disk, and has to be there from now on. Nobody waits until the head's new name is on the disk, too:
   * the former asks for less, and for nothing that is not there.
   */
  async #moveHead(frame: number): Promise<void> {
    const name = headName(frame);
    if (this.#head === undefined) await (await this.#folder.create(name)).close();
    else await this.#folder.rename(headName(this.#head), name);
    this.#head = frame;
  }

  async #leaveSegment(): Promise<void> {
    const current = this.#current;
    this.#current = undefined;
    await current?.file.close();
  }

  #forget(segment: number): void {
    this.#segments.delete(segment);
    this.#unneeded.push(segment);
  }

  /** Nothing refers to them any more: should this fail, the next reader deletes them. */
  async #deleteUnneeded(): Promise<void> {
    for (const segment of this.#unneeded.splice(0)) {
      await this.#folder.remove(segmentName(segment));
    }
  }

  #finish({ writer }: Pending, kind: FrameHead["kind"], segment: number, oldest: number): Buffer {
    const previousEnd = this.#segments.get(segment - 1)?.end ?? 0;
    return writer.finish({ kind, number: this.#nextFrame, segment, oldest, previousEnd, schema: this.#schema });
  }

  #sizeOf(segment: number): SegmentSize {
    return this.#segments.get(segment) ?? { end: 0, bytes: 0 };
  }
}

function emptyWrite(): Pending {
  return { writer: new FrameWriter(), place: { segment: NOWHERE }, cleaned: undefined };
}

/** Its rows have a place of their own, which they keep when the memory is used again. */
function beginAnew(write: Pending): void {
  write.writer.reset();
  write.place = { segment: NOWHERE };
  write.cleaned = undefined;
}

function room(bytes: number): readonly Buffer[] {
  const pieces = Array.from({ length: Math.floor(bytes / ZEROS.length) }, () => ZEROS);
  return [...pieces, ZEROS.subarray(0, bytes % ZEROS.length)];
}
