/** Writes tar archives (POSIX ustar), for images that are made here. The same entries give the same bytes. */

/**
 * @typedef {{ path: string, mode?: number } & (
 *   { type: "file", data: Buffer | string } | { type: "dir" } | { type: "symlink", target: string }
 * )} TarEntry paths up to 100 bytes, without a leading slash
 */

const BLOCK = 512;
const TYPE = { file: "0", symlink: "2", dir: "5" };

/** @param {readonly TarEntry[]} entries @returns {Buffer} */
export function tar(entries) {
  return Buffer.concat([...entries.flatMap(blocksOf), Buffer.alloc(2 * BLOCK)]);
}

/** @param {TarEntry} entry @returns {Buffer[]} */
function blocksOf(entry) {
  const data = entry.type === "file" ? Buffer.from(entry.data) : Buffer.alloc(0);
  const padding = Buffer.alloc((BLOCK - (data.length % BLOCK)) % BLOCK);
  return [header(entry, data.length), data, padding];
}

/** @param {TarEntry} entry @param {number} size */
function header(entry, size) {
  const block = Buffer.alloc(BLOCK);
  const mode = entry.mode ?? (entry.type === "file" ? 0o644 : 0o755);
  put(block, 0, 100, entry.type === "dir" ? `${entry.path}/` : entry.path);
  put(block, 100, 8, octal(mode, 7));
  put(block, 108, 8, octal(0, 7)); // user
  put(block, 116, 8, octal(0, 7)); // group
  put(block, 124, 12, octal(size, 11));
  put(block, 136, 12, octal(0, 11)); // time: the epoch, so that equal content is an equal layer
  put(block, 156, 1, TYPE[entry.type]);
  put(block, 157, 100, entry.type === "symlink" ? entry.target : "");
  put(block, 257, 8, "ustar\u000000");
  put(block, 148, 8, " ".repeat(8)); // the sum counts its own field as blanks
  const sum = block.reduce((total, byte) => total + byte, 0);
  put(block, 148, 8, `${octal(sum, 6)}\u0000 `);
  return block;
}

/** @param {Buffer} block @param {number} offset @param {number} length @param {string} text */
function put(block, offset, length, text) {
  if (Buffer.byteLength(text) > length)
    throw new RangeError(`Cannot write tar entry: "${text}" is over ${length} bytes`);
  block.write(text, offset, length);
}

/** @param {number} value @param {number} digits */
function octal(value, digits) {
  return value.toString(8).padStart(digits, "0");
}
