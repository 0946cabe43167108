/**
 * Reads files that people name. What stands there may be anything: a pipe into which nobody writes, a device without an end, a
 * folder, a file of many gigabytes. Reading it ends, and a failure has a `code` that `readFault` puts into words.
 */
import { close, constants, fstat, open, read, type Stats } from "node:fs";
import { promisify } from "node:util";
import { MAX_FILE_BYTES, PIPE_SILENCE_MS } from "../core/read-fault.ts";

/** `code` is the system's, or the one of those that fits best. */
export class FileFault extends Error {
  readonly code: "EFBIG" | "ENODEV" | "EISDIR" | "ETIMEDOUT";
  readonly syscall = "read";

  constructor(code: FileFault["code"]) {
    super(code);
    this.code = code;
  }
}

/** Without it, opening a pipe waits for a writer, and nothing can end that. */
const OPEN = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0);
const CHUNK_BYTES = 65_536;
/** Stands for an empty file in many a script. */
const NOTHING = "/dev/null";

export type ReadLimits = {
  readonly maxBytes?: number;
  /** How long a pipe may bring nothing, ms. */
  readonly silenceMs?: number;
};

/**
 * Pipes are read as well: `--secrets <(pass show web)` is one.
 * @throws {FileFault} {NodeJS.ErrnoException}
 */
export async function readNamedFile(path: string, limits: ReadLimits = {}): Promise<Buffer> {
  const { maxBytes = MAX_FILE_BYTES, silenceMs = PIPE_SILENCE_MS } = limits;
  const descriptor = await promisify(open)(path, OPEN);
  let isOurs = true;
  try {
    const found = await promisify(fstat)(descriptor);
    if (found.isFIFO()) {
      isOurs = false;
      return await readPipe(descriptor, { maxBytes, silenceMs });
    }
    refuse(found, path, maxBytes);
    return await collect(readDescriptor(descriptor), maxBytes);
  } finally {
    if (isOurs) await promisify(close)(descriptor);
  }
}

/** All that comes. @throws {FileFault} when there is too much of it */
export async function collect(chunks: AsyncIterable<Uint8Array>, maxBytes = MAX_FILE_BYTES): Promise<Buffer> {
  const kept: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of chunks) {
    size += chunk.length;
    if (size > maxBytes) throw new FileFault("EFBIG");
    kept.push(chunk);
  }
  return Buffer.concat(kept);
}

/** @throws {FileFault} for what is neither a file nor a pipe, and for what is too large */
function refuse(found: Stats, path: string, maxBytes: number): void {
  if (found.isDirectory()) throw new FileFault("EISDIR");
  if (!found.isFile() && path !== NOTHING) throw new FileFault("ENODEV");
  if (found.size > maxBytes) throw new FileFault("EFBIG");
}

/** Files of the kernel tell no size. */
async function* readDescriptor(descriptor: number): AsyncGenerator<Uint8Array> {
  for (;;) {
    const { bytesRead, buffer } = await promisify(read)(descriptor, Buffer.alloc(CHUNK_BYTES), 0, CHUNK_BYTES, null);
    if (bytesRead === 0) return;
    yield buffer.subarray(0, bytesRead);
  }
}

async function readPipe(descriptor: number, { maxBytes, silenceMs }: Required<ReadLimits>): Promise<Buffer> {
  // Loaded by those who name a pipe only.
  const { Socket } = await import("node:net");
  const pipe = new Socket({ fd: descriptor, readable: true, writable: false });
  pipe.setTimeout(silenceMs, () => pipe.destroy(new FileFault("ETIMEDOUT")));
  try {
    return await collect(pipe, maxBytes);
  } finally {
    pipe.destroy();
  }
}
