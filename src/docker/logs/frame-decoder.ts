/**
 * Takes Docker's multiplexed output apart: eight bytes of header (stream, three zeros, length as big-endian 32 bits),
 * then the payload.
 */
import { malformed } from "../api/failure.ts";

/** A record of the log: the bytes from `start` to `end`, which are not copied. */
export type OnRecord = (stream: "stdout" | "stderr", bytes: Buffer, start: number, end: number) => void;

const HEADER_BYTES = 8;
const STDERR = 2;
/** Docker cuts long lines at 16 KiB; a longer frame means that this is not a multiplexed stream. */
export const MAX_FRAME_BYTES = 2 * 1024 * 1024;

export type FrameDecoder = {
  /** Hands over the records that are complete with this chunk. @throws {DockerCallError} malformed */
  push(chunk: Buffer): void;
};

export function createFrameDecoder(onRecord: OnRecord): FrameDecoder {
  let rest: Buffer = Buffer.alloc(0);
  return {
    push(chunk) {
      const bytes: Buffer = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
      let start = 0;
      while (bytes.length - start >= HEADER_BYTES) {
        const payload = start + HEADER_BYTES;
        const end = payload + payloadLength(bytes, start);
        if (end > bytes.length) break;
        onRecord(bytes[start] === STDERR ? "stderr" : "stdout", bytes, payload, end);
        start = end;
      }
      rest = bytes.subarray(start);
    },
  };
}

function payloadLength(bytes: Buffer, start: number): number {
  const length = bytes.readUInt32BE(start + 4);
  if ((bytes[start] ?? 0) > STDERR || length > MAX_FRAME_BYTES) throw malformed("the log is no multiplexed stream");
  return length;
}
