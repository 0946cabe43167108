/**
 * What lies behind the last whole frame of a journal: nothing, a write that its process did not live to finish, or damage.
 *
 * Room is filled with zeros before it is written to, and reaches behind every frame. So a write that was cut off shows
 * zeros where a sector of it should be, while a file that lost its end has none, and bytes that went bad are no zeros. An
 * unfinished write was reported to nobody; after anything else that was reported is missing.
 */
import { DamagedFile } from "../failures.ts";
import { HEAD_BYTES, MAGIC, readFrame, readHead } from "./frame.ts";

/** What a disk writes whole or not at all. */
const SECTOR_BYTES = 512;

export type Tail = "unused" | "unfinished";

/** @throws {DamagedFile} */
export function judgeTail(name: string, bytes: Buffer, from: number): Tail {
  if (from >= bytes.length) throw new DamagedFile(name, "it lost its end");
  if (isEmpty(bytes, from, bytes.length)) return "unused";
  if (holdsFrame(bytes, from)) throw new DamagedFile(name, `what was written at byte ${from} is not there any more`);
  // Without a whole head nobody knows how long it was to be; then it is the head that lacks a sector.
  const end = readHead(bytes, from)?.end ?? from + HEAD_BYTES;
  if (end > bytes.length) throw new DamagedFile(name, "it lost its end");
  if (hasEmptySector(bytes, from, end)) return "unfinished";
  throw new DamagedFile(name, `what was written last, at byte ${from}, is not there any more`);
}

/** Is a whole frame anywhere behind a place? */
function holdsFrame(bytes: Buffer, from: number): boolean {
  for (let at = bytes.indexOf(MAGIC, from); at >= 0; at = bytes.indexOf(MAGIC, at + 1)) {
    if (readFrame(bytes, at) !== undefined) return true;
  }
  return false;
}

function hasEmptySector(bytes: Buffer, from: number, to: number): boolean {
  for (let start = from; start < to; ) {
    const end = Math.min(to, (Math.floor(start / SECTOR_BYTES) + 1) * SECTOR_BYTES);
    if (isEmpty(bytes, start, end)) return true;
    start = end;
  }
  return false;
}

function isEmpty(bytes: Buffer, from: number, to: number): boolean {
  for (let at = from; at < to; at += 1) if (bytes[at] !== 0) return false;
  return true;
}
