/**
 * The files of a journal: segments, `journal-00000001.log` and so on, each of them frames and then zeros; and its head, an
 * empty file `journal-head-123` whose name says which write has to be there. A segment that is lost, or an older one that was
 * put back, would otherwise look like a journal that ended earlier.
 */
import { DamagedFile } from "../failures.ts";
import type { StateFolder } from "../state-folder.ts";
import { FoundRows } from "./found-rows.ts";
import { type Frame, readFrame } from "./frame.ts";
import { judgeTail } from "./tail.ts";

const NAME = /^journal-(\d{8,})\.log$/;
/** A segment gets its name when its first frame is on the disk; before that nobody was told of anything in it. */
const UNBORN_NAME = /^journal-\d{8,}\.log\.new$/;
const HEAD_NAME = /^journal-head-(\d+)$/;

/** Everything that a journal holds. */
export type FoundJournal = {
  readonly schema: number;
  readonly rows: FoundRows;
  /** Those that are needed, by number. */
  readonly segments: ReadonlyMap<number, SegmentSize>;
  readonly newest: number;
  readonly nextFrame: number;
  /** The write that its head names; journals of before have no head. */
  readonly head: number | undefined;
  /** A write that was cut off is left out. */
  readonly unfinished: boolean;
};

export type SegmentSize = {
  /** Where its frames end. */
  readonly end: number;
  /** With the zeros behind them. */
  readonly bytes: number;
};

type Segment = { readonly number: number; readonly bytes: Buffer; readonly first: Frame };

export function segmentName(segment: number): string {
  return `journal-${String(segment).padStart(8, "0")}.log`;
}

export function headName(frame: number): string {
  return `journal-head-${frame}`;
}

/** The names of a journal's files, also of those that were never finished. */
export async function journalFiles(folder: StateFolder): Promise<readonly string[]> {
  return (await folder.names()).filter((name) => [NAME, UNBORN_NAME, HEAD_NAME].some((each) => each.test(name)));
}

/**
 * Reads a journal and removes what it does not need any more.
 * @returns undefined when there is none
 * @throws {DamagedFile} when something that was written is missing or changed
 */
export async function readJournal(folder: StateFolder): Promise<FoundJournal | undefined> {
  const files = await journalFiles(folder);
  const numbers = numbersIn(files, NAME);
  const head = numbersIn(files, HEAD_NAME).at(-1);
  const found = numbers.length === 0 ? undefined : await readSegments(folder, numbers);
  requireWrite(head, found);
  const needed = new Set([...(found?.segments.keys() ?? [])].map(segmentName));
  if (head !== undefined) needed.add(headName(head));
  for (const name of files) if (!needed.has(name)) await folder.remove(name);
  return found === undefined ? undefined : { ...found, head };
}

/** In their order. */
function numbersIn(names: readonly string[], pattern: RegExp): readonly number[] {
  const numbers = names.flatMap((name) => pattern.exec(name)?.[1] ?? []).map(Number);
  return numbers.toSorted((a, b) => a - b);
}

/** @throws {DamagedFile} when the journal ends before the write that its head names */
function requireWrite(head: number | undefined, found: { readonly nextFrame: number } | undefined): void {
  const last = (found?.nextFrame ?? 1) - 1;
  if (head === undefined || head <= last) return;
  throw new DamagedFile(
    "the journal",
    `its newest part is missing: it ends with write ${last}, and write ${head} was saved`,
  );
}

/** The frames of one segment that is followed by others. @throws {DamagedFile} */
export async function readClosedSegment(folder: StateFolder, number: number, end: number): Promise<readonly Frame[]> {
  const { bytes } = await readSegment(folder, number);
  return closedFrames(number, bytes, end);
}

async function readSegments(folder: StateFolder, numbers: readonly number[]): Promise<Omit<FoundJournal, "head">> {
  const newest = await readSegment(folder, numbers.at(-1) ?? 0);
  const frames = openFrames(newest);
  const last = frames.at(-1) ?? newest.first;
  const tail = judgeTail(segmentName(newest.number), newest.bytes, last.end);
  const reader = new RowReader();
  const read = (number: number) => (number === newest.number ? newest : readSegment(folder, number, numbers));
  let next = await read(last.oldest);
  while (next.number < newest.number) {
    const current = next;
    next = await read(current.number + 1);
    const end = next.first.previousEnd;
    reader.read(current, closedFrames(current.number, current.bytes, end), end);
  }
  reader.read(newest, frames, last.end);
  reader.finish(segmentName(newest.number));
  return {
    ...reader.found,
    schema: last.schema,
    newest: newest.number,
    nextFrame: last.number + 1,
    unfinished: tail === "unfinished",
  };
}

/** @param among the segments that are there @throws {DamagedFile} */
async function readSegment(folder: StateFolder, number: number, among?: readonly number[]): Promise<Segment> {
  const name = segmentName(number);
  if (among?.includes(number) === false) throw new DamagedFile(name, "it is missing");
  const bytes = await folder.read(name);
  const first = readFrame(bytes, 0);
  if (first?.segment !== number) throw new DamagedFile(name, "it does not begin as a journal does");
  return { number, bytes, first };
}

/** As far as they are whole. */
function openFrames({ bytes, first }: Segment): readonly Frame[] {
  const frames = [first];
  for (let frame = readFrame(bytes, first.end); frame !== undefined; frame = readFrame(bytes, frame.end)) {
    frames.push(frame);
  }
  return frames;
}

/** All up to the known end. @throws {DamagedFile} */
function closedFrames(number: number, bytes: Buffer, end: number): readonly Frame[] {
  const frames: Frame[] = [];
  for (let at = 0; at < end; ) {
    const frame = readFrame(bytes, at);
    if (frame === undefined || frame.end > end) {
      throw new DamagedFile(segmentName(number), `what was written at byte ${at} is not there any more`);
    }
    frames.push(frame);
    at = frame.end;
  }
  return frames;
}

/** Gathers rows over segments, and sees to it that no frame between is missing. */
class RowReader {
  readonly #rows = new FoundRows();
  readonly #segments = new Map<number, SegmentSize>();
  #nextFrame: number | undefined;

  /** @throws {DamagedFile} */
  read({ number, bytes }: Segment, frames: readonly Frame[], end: number): void {
    this.#segments.set(number, { end, bytes: bytes.length });
    for (const frame of frames) {
      if (frame.number !== (this.#nextFrame ?? frame.number)) {
        throw new DamagedFile(segmentName(number), `write ${this.#nextFrame} is missing before write ${frame.number}`);
      }
      this.#nextFrame = frame.number + 1;
      this.#rows.take(number, segmentName(number), frame);
    }
  }

  /** @throws {DamagedFile} */
  finish(name: string): void {
    this.#rows.finish(name);
  }

  get found(): Pick<FoundJournal, "rows" | "segments"> {
    return { rows: this.#rows, segments: this.#segments };
  }
}
