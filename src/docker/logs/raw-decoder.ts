/** The output of a container with a terminal: one stream without frames, in which records must be found by newlines. */
import type { Frame, FrameDecoder } from "./frame-decoder.ts";

const NEWLINE = 10;
const RETURN = 13;
/** Where Docker cuts a long line into records, each with a timestamp of its own. */
export const PARTIAL_BYTES = 16 * 1024;
const TIMESTAMP = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{9}Z /;
const TIMESTAMP_BYTES = "2006-01-02T15:04:05.000000000Z ".length;
/** As long as this without a newline, what is there is handed on. */
const MAX_REST_BYTES = 1024 * 1024;

export type RawDecoder = FrameDecoder & {
  /** What the end of the log leaves. */
  flush(): readonly Frame[];
};

export function createRawDecoder(): RawDecoder {
  let rest: Buffer = Buffer.alloc(0);
  return {
    push(chunk) {
      const bytes: Buffer = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
      const frames: Frame[] = [];
      let start = 0;
      for (let end = bytes.indexOf(NEWLINE); end >= 0; end = bytes.indexOf(NEWLINE, start)) {
        frames.push(...records(withoutReturn(bytes.subarray(start, end)), true));
        start = end + 1;
      }
      rest = bytes.subarray(start);
      if (rest.length < MAX_REST_BYTES) return frames;
      const long = rest;
      rest = Buffer.alloc(0);
      return [...frames, ...records(long, false)];
    },
    flush: () => (rest.length === 0 ? [] : records(rest, false)),
  };
}

/** A terminal ends lines with carriage return and newline. */
function withoutReturn(line: Buffer): Buffer {
  return line.at(-1) === RETURN ? line.subarray(0, -1) : line;
}

function records(line: Buffer, ended: boolean): readonly Frame[] {
  const payloads: Buffer[] = [];
  let rest = line;
  for (;;) {
    const cut = TIMESTAMP_BYTES + PARTIAL_BYTES;
    if (!TIMESTAMP.test(rest.toString("latin1", cut, cut + TIMESTAMP_BYTES))) break;
    payloads.push(rest.subarray(0, cut));
    rest = rest.subarray(cut);
  }
  payloads.push(ended ? Buffer.concat([rest, Buffer.of(NEWLINE)]) : rest);
  return payloads.map((payload) => ({ stream: "stdout", payload }));
}
