/** A connection that stops being HTTP and becomes a stream of output, as attach and exec make it. */
import type { Socket } from "node:net";
import type { OutputStream } from "../behaviour.ts";
import type { ApiRequest } from "./api-request.ts";

const MULTIPLEXED = "application/vnd.docker.multiplexed-stream";
const RAW = "application/vnd.docker.raw-stream";
const FRAME_HEADER_BYTES = 8;

/** With a terminal the bytes are as they are, without they come in frames. */
export function contentTypeFor(tty: boolean): string {
  return tty ? RAW : MULTIPLEXED;
}

/** Sends the head; from here on the socket is the caller's. */
export function takeOver({ message }: ApiRequest, contentType: string): Socket {
  const { socket } = message;
  const head =
    message.headers.upgrade === undefined
      ? "HTTP/1.1 200 OK\r\nConnection: close\r\n"
      : "HTTP/1.1 101 UPGRADED\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n";
  socket.write(`${head}Content-Type: ${contentType}\r\n\r\n`);
  return socket;
}

/** A stream number, a length and the bytes. */
export function frameOf(stream: OutputStream, payload: Buffer): Buffer {
  const header = Buffer.alloc(FRAME_HEADER_BYTES);
  header[0] = stream === "stdout" ? 1 : 2;
  header.writeUInt32BE(payload.length, 4);
  return Buffer.concat([header, payload]);
}
