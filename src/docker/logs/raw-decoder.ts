/** The output of a container with a terminal: one stream without frames, in which records must be found by newlines. */
import type { FrameDecoder, OnRecord } from "./frame-decoder.ts";

const NEWLINE = 10;
const RETURN = 13;
/** Where Docker cuts a long line into records, each with a timestamp of its own. */
export const PARTIAL_BYTES = 16 * 1024;
const TIMESTAMP = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{9}Z /;
const TIMESTAMP_BYTES = "2006-01-02T15:04:05.000000000Z ".length;
const INNER_TIMESTAMP = /\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{9}Z /g;
/** As long as this without a newline, what is there is handed on. */
const MAX_REST_BYTES = 1024 * 1024;

export type RawDecoder = FrameDecoder & {
  /** Hands over what the end of the log leaves. */
  flush(): void;
};

export function createRawDecoder(onRecord: OnRecord): RawDecoder {
  let rest: Buffer = Buffer.alloc(0);
  const tell = (payloads: readonly Buffer[]) => {
    for (const payload of payloads) onRecord("stdout", payload, 0, payload.length);
  };
  return {
    push(chunk) {
      const bytes: Buffer = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
      let start = 0;
      for (let end = bytes.indexOf(NEWLINE); end >= 0; end = bytes.indexOf(NEWLINE, start)) {
        tell(records(withoutReturn(bytes.subarray(start, end)), true));
        start = end + 1;
      }
      rest = bytes.subarray(start);
      if (rest.length < MAX_REST_BYTES) return;
      const payloads = recordsOf(rest);
      const last = payloads.pop() ?? rest;
      // What comes next belongs to the last record, whose timestamp it needs.
      rest = last.length < MAX_REST_BYTES ? last : last.subarray(0, TIMESTAMP_BYTES);
      tell(last.length < MAX_REST_BYTES ? payloads : [...payloads, last]);
    },
    flush: () => tell(rest.length === 0 ? [] : records(rest, false)),
  };
}

/** A terminal ends lines with carriage return and newline. */
function withoutReturn(line: Buffer): Buffer {
  return line.at(-1) === RETURN ? line.subarray(0, -1) : line;
}

function records(line: Buffer, ended: boolean): readonly Buffer[] {
  const payloads = recordsOf(line);
  const last = payloads.pop() ?? line;
  return [...payloads, ended ? Buffer.concat([last, Buffer.of(NEWLINE)]) : last];
}

/** What stands between two newlines, at least one record: a long line in pieces, and the ends of runs without a newline. */
function recordsOf(line: Buffer): Buffer[] {
  const payloads: Buffer[] = [];
  let rest = line;
  for (let end = endOfRecord(rest); end < rest.length; end = endOfRecord(rest)) {
    payloads.push(rest.subarray(0, end));
    rest = rest.subarray(end);
  }
  return [...payloads, rest];
}

/**
 * Docker cuts at 16 KiB. Before that a record ends where one of a later time begins: a run had ended without a newline. A
 * timestamp that the container printed itself is not later than that of its own record.
 */
function endOfRecord(bytes: Buffer): number {
  const cut = TIMESTAMP_BYTES + PARTIAL_BYTES;
  const text = bytes.toString("latin1", 0, cut + TIMESTAMP_BYTES);
  const own = text.slice(0, TIMESTAMP_BYTES);
  for (const { 0: timestamp, index } of text.slice(TIMESTAMP_BYTES).matchAll(INNER_TIMESTAMP))
    if (timestamp > own) return index + TIMESTAMP_BYTES;
  return TIMESTAMP.test(text.slice(cut)) ? cut : bytes.length;
}
