/**
 * One write of the journal: a head of fixed length, then lines of text. A line is a row, `KEY<tab>JSON`, or what changed of
 * a row, `KEY<tab>+JSON` (see `task-patch.ts`), or the key alone of a row that is no more. Nothing in a frame is a zero
 * byte, so that zeros tell where nothing was written.
 *
 *     BERTH1 headChecksum linesChecksum length kind number segment oldest previousEnd schema
 *
 * All numbers are hexadecimal. The first checksum is that of the head behind it, so that a head is known to be whole even
 * when its lines are not.
 */
import { crc32 } from "node:zlib";

export type FrameHead = {
  /** `rows`, or `end`: the last one before the journal was closed in order. */
  readonly kind: "rows" | "end";
  /** Counts the frames over all segments, without a gap. */
  readonly number: number;
  /** The segment that it lies in. */
  readonly segment: number;
  /** The first segment that is needed; what is before it may be deleted. */
  readonly oldest: number;
  /** Where the segment before this one ends: what lies behind that place there was never finished. */
  readonly previousEnd: number;
  /** Version of the rows. */
  readonly schema: number;
};

export type Frame = FrameHead & { readonly lines: Buffer; readonly end: number };

export const MAGIC = "BERTH1 ";
/** Digits of the fields behind the magic; a blank or, at the end, a line feed follows each. */
const FIELDS = [8, 8, 8, 1, 12, 8, 8, 8, 4];
const CHECKSUM_DIGITS = 8;
export const HEAD_BYTES = MAGIC.length + FIELDS.reduce((sum, digits) => sum + digits + 1, 0);
const CHECKED_FROM = MAGIC.length + CHECKSUM_DIGITS + 1;
const HEAD = new RegExp(`^${MAGIC}${FIELDS.map((digits) => `([0-9a-f]{${digits}})`).join(" ")}\n$`);
const KINDS = ["rows", "end"] as const;

const FIRST_BYTES = 65_536;
/** A larger piece of memory is given back after use. */
const KEPT_BYTES = 4 * 1024 * 1024;
/** UTF-8 takes at most three bytes for a unit of a JavaScript string. */
const MAX_BYTES_PER_UNIT = 3;
const [TAB, LINE_FEED, PLUS] = [0x09, 0x0a, 0x2b];

/** Writes frames down, one after the other, in one piece of memory. */
export class FrameWriter {
  #bytes = Buffer.alloc(FIRST_BYTES);
  #end = HEAD_BYTES;

  /** @returns how many bytes the row takes */
  put(keyText: string, json: string | Buffer): number {
    return this.#row(keyText, json, false);
  }

  /** What has changed of a row. @returns how many bytes that takes */
  patch(keyText: string, json: string): number {
    return this.#row(keyText, json, true);
  }

  #row(keyText: string, json: string | Buffer, isPatch: boolean): number {
    this.#makeRoom(keyText.length * MAX_BYTES_PER_UNIT + json.length * MAX_BYTES_PER_UNIT + 3);
    const start = this.#end;
    this.#text(keyText);
    this.#bytes[this.#end++] = TAB;
    if (isPatch) this.#bytes[this.#end++] = PLUS;
    if (typeof json === "string") this.#text(json);
    else this.#end += json.copy(this.#bytes, this.#end);
    this.#bytes[this.#end++] = LINE_FEED;
    return this.#end - start;
  }

  remove(keyText: string): void {
    this.#makeRoom(keyText.length * MAX_BYTES_PER_UNIT + 1);
    this.#text(keyText);
    this.#bytes[this.#end++] = LINE_FEED;
  }

  get isEmpty(): boolean {
    return this.#end === HEAD_BYTES;
  }

  /** How long the frame is so far. */
  get bytes(): number {
    return this.#end;
  }

  /** The frame; valid until the next one is begun. */
  finish(head: FrameHead): Buffer {
    const frame = this.#bytes.subarray(0, this.#end);
    const checked = headText(head, frame.subarray(HEAD_BYTES));
    frame.write(`${MAGIC}${hex(crc32(checked), CHECKSUM_DIGITS)} ${checked}`, 0, "latin1");
    return frame;
  }

  /** Begins the next one. */
  reset(): void {
    this.#end = HEAD_BYTES;
    if (this.#bytes.length > KEPT_BYTES) this.#bytes = Buffer.alloc(FIRST_BYTES);
  }

  #text(text: string): void {
    this.#end += this.#bytes.write(text, this.#end);
  }

  #makeRoom(bytes: number): void {
    const needed = this.#end + bytes;
    if (needed <= this.#bytes.length) return;
    const larger = Buffer.alloc(Math.max(needed, 2 * this.#bytes.length));
    this.#bytes.copy(larger, 0, 0, this.#end);
    this.#bytes = larger;
  }
}

/** The frame that begins at a place, or undefined when none that is whole does. */
export function readFrame(bytes: Buffer, start: number): Frame | undefined {
  const found = readHead(bytes, start);
  if (found === undefined || found.end > bytes.length) return undefined;
  const { head, linesChecksum, end } = found;
  const lines = bytes.subarray(start + HEAD_BYTES, end);
  return crc32(lines) === linesChecksum ? { ...head, lines, end } : undefined;
}

/** A head that is whole, and where its frame ends. */
export function readHead(
  bytes: Buffer,
  start: number,
): { readonly head: FrameHead; readonly linesChecksum: number; readonly end: number } | undefined {
  const text = bytes.toString("latin1", start, start + HEAD_BYTES);
  const fields = HEAD.exec(text)?.slice(1);
  if (fields === undefined) return undefined;
  const numbers = fields.map((digits) => Number.parseInt(digits, 16));
  const [checksum, linesChecksum = 0, length = 0, kindNumber = 0, number = 0, ...rest] = numbers;
  const kind = KINDS[kindNumber];
  if (kind === undefined || crc32(text.slice(CHECKED_FROM)) !== checksum) return undefined;
  const [segment = 0, oldest = 0, previousEnd = 0, schema = 0] = rest;
  const head = { kind, number, segment, oldest, previousEnd, schema };
  return { head, linesChecksum, end: start + HEAD_BYTES + length };
}

/** A line of a frame: the text of a key, and the JSON of its row or of what changed of it. */
export type Line = { readonly key: string } & (
  | { readonly kind: "row" | "patch"; readonly json: Buffer }
  | { readonly kind: "removed"; readonly json?: undefined }
);

export function* linesOf({ lines }: Frame): Generator<Line> {
  for (let at = 0; at < lines.length; ) {
    const end = lines.indexOf(LINE_FEED, at);
    yield lineOf(lines.subarray(at, end));
    at = end + 1;
  }
}

function lineOf(line: Buffer): Line {
  const tab = line.indexOf(TAB);
  if (tab < 0) return { key: line.toString("utf8"), kind: "removed" };
  const key = line.toString("utf8", 0, tab);
  const isPatch = line[tab + 1] === PLUS;
  return { key, kind: isPatch ? "patch" : "row", json: line.subarray(tab + (isPatch ? 2 : 1)) };
}

/** What the head's checksum covers. */
function headText({ kind, number, segment, oldest, previousEnd, schema }: FrameHead, lines: Buffer): string {
  const fields = [crc32(lines), lines.length, KINDS.indexOf(kind), number, segment, oldest, previousEnd, schema];
  return `${fields.map((field, index) => hex(field, FIELDS[index + 1] ?? 0)).join(" ")}\n`;
}

function hex(value: number, digits: number): string {
  return value.toString(16).padStart(digits, "0");
}
