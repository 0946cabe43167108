/** Reads small files of other programs' configurations at once. None of them is a pipe. */
import { closeSync, constants, fstatSync, openSync, readFileSync } from "node:fs";
import { MAX_FILE_BYTES } from "../core/read-fault.ts";
import { FileFault } from "./read-named-file.ts";

const OPEN = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0);

/** @throws {FileFault} {NodeJS.ErrnoException} */
export function readPlainFile(path: string): string {
  const descriptor = openSync(path, OPEN);
  try {
    const found = fstatSync(descriptor);
    if (found.isDirectory()) throw new FileFault("EISDIR");
    if (!found.isFile()) throw new FileFault("ENODEV");
    if (found.size > MAX_FILE_BYTES) throw new FileFault("EFBIG");
    return readFileSync(descriptor, "utf8");
  } finally {
    closeSync(descriptor);
  }
}
