/** From the bytes of a file that people write to its text: UTF-8, or UTF-16 as PowerShell and Notepad save it. */
import { InvalidInputError } from "./errors.ts";

/**
 * @param name of the file, for messages
 * @throws {InvalidInputError} with `name:line:column` as its path at the first byte that is no UTF-8
 */
export function decodeText(bytes: Uint8Array, name: string): string {
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

function refused(bytes: Uint8Array, encoding: Encoding, name: string): InvalidInputError {
  if (encoding !== "utf-8")
    return new InvalidInputError(name, `Cannot read file: it is not valid ${encoding.toUpperCase()}`);
  const offset = firstFault(bytes);
  const before = new TextDecoder().decode(bytes.subarray(0, offset));
  const line = before.split("\n").length;
  const column = before.length - before.lastIndexOf("\n");
  const byte = (bytes[offset] ?? 0).toString(16).toUpperCase().padStart(2, "0");
  return new InvalidInputError(
    `${name}:${line}:${column}`,
    `Cannot read file: the byte 0x${byte} is not UTF-8. Save the file as UTF-8 (iconv -f LATIN1 -t UTF-8, when it is Latin-1)`,
  );
}

/** The longest beginning that can be decoded, by halves: a text that breaks off within a character can still go on. */
function firstFault(bytes: Uint8Array): number {
  let good = 0;
  let bad = bytes.length;
  while (bad - good > 1) {
    const middle = (good + bad) >> 1;
    if (canBegin(bytes.subarray(0, middle))) good = middle;
    else bad = middle;
  }
  return canBegin(bytes.subarray(0, bad)) ? characterStart(bytes, bad) : bad - 1;
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

/** Of a text that ends within a character, where that one begins. */
function characterStart(bytes: Uint8Array, end: number): number {
  let start = end - 1;
  while (start > 0 && ((bytes[start] ?? 0) & 0xc0) === 0x80) start -= 1;
  return start;
}
