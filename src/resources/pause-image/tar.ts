/** A tar with one executable file, the same bytes every time. */
const BLOCK = 512;

export function tarWithExecutable(name: string, content: Uint8Array): Uint8Array {
  const padded = Math.ceil(content.length / BLOCK) * BLOCK;
  // Two empty blocks end the archive.
  const tar = new Uint8Array(BLOCK + padded + 2 * BLOCK);
  tar.set(fileHeader(name, content.length), 0);
  tar.set(content, BLOCK);
  return tar;
}

function fileHeader(name: string, size: number): Uint8Array {
  const header = new Uint8Array(BLOCK);
  const write = (offset: number, text: string): void => header.set(new TextEncoder().encode(text), offset);
  write(0, name);
  write(100, "0000755\0");
  write(108, "0000000\0"); // owner
  write(116, "0000000\0"); // group
  write(124, `${octal(size, 11)}\0`);
  write(136, `${octal(0, 11)}\0`); // time of change
  write(148, "        "); // the checksum is taken with blanks in its place
  write(156, "0"); // an ordinary file
  write(257, "ustar\u000000");
  const checksum = header.reduce((sum, byte) => sum + byte, 0);
  write(148, `${octal(checksum, 6)}\0 `);
  return header;
}

function octal(value: number, digits: number): string {
  return value.toString(8).padStart(digits, "0");
}
