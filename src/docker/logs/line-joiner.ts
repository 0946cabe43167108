/** Puts the pieces of long lines together: Docker stores what is over 16 KiB in several records. */

import type { LogLine } from "../../ports/docker-client.ts";
import { compareTimestamps, parseTimestamp, type Timestamp, timestampToEpochMs } from "../parse/timestamp.ts";
import type { OnRecord } from "./frame-decoder.ts";
import { PARTIAL_BYTES } from "./raw-decoder.ts";

/** A line that is longer comes in pieces of this size at least. */
export const MAX_LINE_BYTES = 1024 * 1024;
/** Longest form of Docker's timestamps: nine digits of a second and an offset. */
const MAX_TIMESTAMP_BYTES = 35;
/** `2006-01-02T15:04:05.000000000Z`, as the daemon writes them. */
const USUAL_TIMESTAMP_BYTES = 30;
const USUAL_FRACTION = /^\d{9}Z$/;
const NEWLINE = 10;
const SPACE = 32;

type Stream = LogLine["stream"];
type Moment = Timestamp & { readonly written: string };
type OpenLine = { readonly moment: Moment; readonly texts: Buffer[]; size: number };

export type LineJoiner = {
  /** Takes a record in. The bytes are not kept. */
  readonly push: OnRecord;
  /** The lines that are complete since the last call. */
  taken(): readonly LogLine[];
  /** The end of the log completes lines that have no newline. */
  flush(): void;
};

/** Lines up to and including `since` are left out: Docker repeats the one that was read last. */
export function createLineJoiner(since: Timestamp | undefined): LineJoiner {
  const open = new Map<Stream, OpenLine>();
  const readMoment = momentReader();
  let lines: LogLine[] = [];

  function tell(stream: Stream, moment: Moment, text: string): void {
    if (since !== undefined && compareTimestamps(moment, since) <= 0) return;
    lines.push({ stream, at: timestampToEpochMs(moment), timestamp: moment.written, text });
  }

  function close(stream: Stream, { moment, texts }: OpenLine): void {
    open.delete(stream);
    tell(stream, moment, Buffer.concat(texts).toString("utf8"));
  }

  /** A piece of a line of several records, or of one that nothing ends. */
  function join(stream: Stream, line: OpenLine, text: Buffer): void {
    open.set(stream, line);
    // Empty pieces add nothing to the size, so there could be any number of them.
    if (text.length > 0) line.texts.push(Buffer.from(text));
    line.size += text.length;
  }

  return {
    push(stream, bytes, start, end) {
      const isEnded = end > start && bytes[end - 1] === NEWLINE;
      const textEnd = isEnded ? end - 1 : end;
      const space = spaceBehindTimestamp(bytes, start, textEnd);
      const moment = space < 0 ? undefined : readMoment(bytes.toString("latin1", start, space));
      const textStart = moment === undefined ? start : space + 1;
      const isLast = isEnded || isCutShort(textEnd - textStart);
      const before = open.get(stream);
      // Nearly every line is one record.
      if (before === undefined && moment !== undefined && isLast)
        return tell(stream, moment, bytes.toString("utf8", textStart, textEnd));
      // A record without a timestamp of its own goes on where the one before stopped.
      const line = before ?? (moment && { moment, texts: [], size: 0 });
      if (line === undefined) return;
      join(stream, line, bytes.subarray(textStart, textEnd));
      if (isLast || line.size >= MAX_LINE_BYTES) close(stream, line);
    },
    taken() {
      const taken = lines;
      lines = [];
      return taken;
    },
    flush() {
      for (const [stream, line] of [...open]) close(stream, line);
    },
  };
}

/**
 * Docker cuts where its buffer is full. A shorter record without a newline is the end of what the process printed, and what
 * follows is of its next run.
 */
function isCutShort(textBytes: number): boolean {
  return textBytes > 0 && textBytes < PARTIAL_BYTES;
}

/** Where the timestamp would end, -1 where there is no room for one. */
function spaceBehindTimestamp(bytes: Buffer, start: number, end: number): number {
  if (bytes[start + USUAL_TIMESTAMP_BYTES] === SPACE && start + USUAL_TIMESTAMP_BYTES < end)
    return start + USUAL_TIMESTAMP_BYTES;
  const space = bytes.subarray(start, Math.min(end, start + MAX_TIMESTAMP_BYTES + 1)).indexOf(SPACE);
  return space < 0 ? -1 : start + space;
}

/** Reads timestamps, most of which differ from the one before in their fraction alone. */
function momentReader(): (written: string) => Moment | undefined {
  let second = "";
  let seconds = 0;
  return (written) => {
    const fraction = written.slice(second.length);
    if (second !== "" && USUAL_FRACTION.test(fraction) && written.startsWith(second))
      return { seconds, nanos: Number(fraction.slice(0, -1)), written };
    const timestamp = parseTimestamp(written);
    if (timestamp === undefined) return undefined;
    second = written.slice(0, written.indexOf(".") + 1);
    seconds = timestamp.seconds;
    return { ...timestamp, written };
  };
}
