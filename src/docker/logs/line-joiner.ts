/** Puts the pieces of long lines together: Docker stores what is over 16 KiB in several records. */

import type { LogLine } from "../../ports/docker-client.ts";
import { compareTimestamps, parseTimestamp, type Timestamp, timestampToEpochMs } from "../parse/timestamp.ts";
import type { Frame } from "./frame-decoder.ts";
import { PARTIAL_BYTES } from "./raw-decoder.ts";

/** A line that is longer comes in pieces of this size at least. */
export const MAX_LINE_BYTES = 1024 * 1024;
/** Longest form of Docker's timestamps: nine digits of a second and an offset. */
const MAX_TIMESTAMP_BYTES = 35;
const NEWLINE = 10;
const SPACE = 32;

type Piece = { readonly timestamp: Timestamp; readonly written: string; readonly text: Buffer };
type OpenLine = { readonly first: Piece; readonly texts: Buffer[]; size: number };

export type LineJoiner = {
  /** The line that this record completes, if any. */
  push(frame: Frame): LogLine | undefined;
  /** Lines that the end of the log leaves without a newline. */
  flush(): readonly LogLine[];
};

/** Lines up to and including `since` are left out: Docker repeats the one that was read last. */
export function createLineJoiner(since: Timestamp | undefined): LineJoiner {
  const open = new Map<Frame["stream"], OpenLine>();

  function close(stream: Frame["stream"], line: OpenLine): LogLine | undefined {
    open.delete(stream);
    const { timestamp, written } = line.first;
    if (since && compareTimestamps(timestamp, since) <= 0) return undefined;
    const text = Buffer.concat(line.texts).toString("utf8");
    return { stream, at: timestampToEpochMs(timestamp), timestamp: written, text };
  }

  return {
    push({ stream, payload }) {
      const ended = payload.at(-1) === NEWLINE;
      const piece = readPiece(ended ? payload.subarray(0, -1) : payload, open.get(stream)?.first);
      if (piece === undefined) return undefined;
      const line = open.get(stream) ?? { first: piece, texts: [], size: 0 };
      open.set(stream, line);
      // Empty pieces add nothing to the size, so there could be any number of them.
      if (piece.text.length > 0) line.texts.push(piece.text);
      line.size += piece.text.length;
      return ended || isLast(piece) || line.size >= MAX_LINE_BYTES ? close(stream, line) : undefined;
    },
    flush: () => [...open].map(([stream, line]) => close(stream, line)).filter((line) => line !== undefined),
  };
}

/**
 * Docker cuts where its buffer is full. A shorter record without a newline is the end of what the process printed, and what
 * follows is of its next run.
 */
function isLast({ text }: Piece): boolean {
  return text.length > 0 && text.length < PARTIAL_BYTES;
}

/** A record without a timestamp of its own goes on where the one before stopped. */
function readPiece(payload: Buffer, before: Piece | undefined): Piece | undefined {
  const end = payload.subarray(0, MAX_TIMESTAMP_BYTES + 1).indexOf(SPACE);
  const written = payload.toString("latin1", 0, Math.max(end, 0));
  const timestamp = parseTimestamp(written);
  if (timestamp) return { timestamp, written, text: payload.subarray(end + 1) };
  return before && { ...before, text: payload };
}
