/**
 * Takes Docker's multiplexed output apart: eight bytes of header (stream, three zeros, length as big-endian 32 bits),
 * then the payload.
 */
import { malformed } from "../api/failure.ts";

export type Frame = { readonly stream: "stdout" | "stderr"; readonly payload: Buffer };

const HEADER_BYTES = 8;
const STDERR = 2;
/** Docker cuts long lines at 16 KiB; a longer frame means that this is not a multiplexed stream. */
export const MAX_FRAME_BYTES = 2 * 1024 * 1024;

export type FrameDecoder = {
  /** Frames that are complete with this chunk. @throws {DockerCallError} malformed */
  push(chunk: Buffer): readonly Frame[];
};

export function createFrameDecoder(): FrameDecoder {
  let rest: Buffer = Buffer.alloc(0);
  return {
    push(chunk) {
      const bytes: Buffer = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
      const frames: Frame[] = [];
      let start = 0;
      while (bytes.length - start >= HEADER_BYTES) {
        const end = start + HEADER_BYTES + payloadLength(bytes, start);
        if (end > bytes.length) break;
        const stream = bytes[start] === STDERR ? "stderr" : "stdout";
        frames.push({ stream, payload: bytes.subarray(start + HEADER_BYTES, end) });
        start = end;
      }
      rest = bytes.subarray(start);
      return frames;
    },
  };
}

function payloadLength(bytes: Buffer, start: number): number {
  const length = bytes.readUInt32BE(start + 4);
  if ((bytes[start] ?? 0) > STDERR || length > MAX_FRAME_BYTES) throw malformed("the log is no multiplexed stream");
  return length;
}
