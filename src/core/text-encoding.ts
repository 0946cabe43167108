/** From the bytes of a file that people write to its text: UTF-8, or UTF-16 as PowerShell and Notepad save it. */
import { InvalidInputError } from "./errors.ts";

/**
 * @param name of the file, for messages
 * @throws {InvalidInputError} with `name:line:column` as its path at the first byte that is no UTF-8
 */
export function decodeText(bytes: Uint8Array, name: string): string {
  if (isUtf32(bytes)) throw new InvalidInputError(name, `Cannot read file: it is UTF-32. ${SAVE}`);
  const encoding = encodingOf(bytes);
  try {
    // A byte order mark at the beginning is not part of the text.
    return new TextDecoder(encoding, { fatal: true }).decode(bytes);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    throw refused(bytes, encoding, name);
  }
}

type Encoding = "utf-8" | "utf-16le" | "utf-16be";

/** By the byte order mark; without one, by where the zeros of plain letters stand. */
function encodingOf([first, second, third, fourth]: Uint8Array): Encoding {
  if (first === 0xff && second === 0xfe) return "utf-16le";
  if (first === 0xfe && second === 0xff) return "utf-16be";
  if (first !== 0 && second === 0 && third !== 0 && fourth === 0) return "utf-16le";
  if (first === 0 && second !== 0 && third === 0 && fourth !== 0) return "utf-16be";
  return "utf-8";
}

/** Four bytes a character: what no editor saves, but a tool that was told only "UTF" may. */
function isUtf32([first, second, third, fourth]: Uint8Array): boolean {
  const little = second === 0 && third === 0 && fourth === 0;
  const marked = first === 0xff && second === 0xfe && third === 0 && fourth === 0;
  return marked || (first !== 0 && little) || (first === 0 && second === 0 && fourth !== undefined);
}

function refused(bytes: Uint8Array, encoding: Encoding, name: string): InvalidInputError {
  if (encoding !== "utf-8")
    return new InvalidInputError(
      name,
      `Cannot read file: it begins as ${encoding.toUpperCase()} and breaks off within a character, or holds half of one. ${SAVE}`,
    );
  const offset = firstFault(bytes);
  const before = new TextDecoder().decode(bytes.subarray(0, offset));
  const line = before.split("\n").length;
  const column = before.length - before.lastIndexOf("\n");
  const byte = (bytes[offset] ?? 0).toString(16).toUpperCase().padStart(2, "0");
  return new InvalidInputError(
    `${name}:${line}:${column}`,
    `Cannot read file: the byte 0x${byte} is not UTF-8. ${SAVE} (iconv -f LATIN1 -t UTF-8, when it is Latin-1)`,
  );
}

const SAVE = "Save the file as UTF-8";

/**
 * The first byte of what cannot be decoded. By halves, the longest beginning that can: one that breaks off within a character
 * can still go on, and when it does not, the fault is where that character begins.
 */
function firstFault(bytes: Uint8Array): number {
  let good = 0;
  let bad = bytes.length + 1;
  while (bad - good > 1) {
    const middle = (good + bad) >> 1;
    if (canBegin(bytes.subarray(0, middle))) good = middle;
    else bad = middle;
  }
  return startOfUnfinished(bytes, good);
}

function canBegin(bytes: Uint8Array): boolean {
  try {
    new TextDecoder("utf-8", { fatal: true }).decode(bytes, { stream: true });
    return true;
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    return false;
  }
}

/** Where the character begins within which the first `end` bytes break off; `end` when they end with a whole one. */
function startOfUnfinished(bytes: Uint8Array, end: number): number {
  for (let start = end - 1; start >= Math.max(0, end - 3); start -= 1) {
    const byte = bytes[start] ?? 0;
    if ((byte & 0xc0) === 0x80) continue;
    const length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc0 ? 2 : 1;
    return start + length > end ? start : end;
  }
  return end;
}
