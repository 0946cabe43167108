/**
 * Looks at the data file before it is opened. The library maps it into memory, and a file that lost its end or whose
 * inside is damaged can end the whole process; here it becomes an error with a message.
 *
 * After a clean close the file's checksum stands beside it, and a match means that it is whole. Otherwise (after a
 * crash, or when the file was touched) a child process reads all of it first, for its rows to be checked.
 */
import { execFile } from "node:child_process";
import { readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import { crc32 } from "node:zlib";
import { codeOf, DamagedFile } from "./failures.ts";
import type { StoredRow } from "./row-file.ts";

export const DATA_FILE = "data.mdb";
const SEAL_FILE = "closed.json";
const PROBE_TIMEOUT_MS = 60_000;
const PROBE_OUTPUT_BYTES = 1024 ** 3;

/** Does what the store's thread does, short of writing: reads every row as text, and begins a write that it gives up. */
const PROBE = `
const { ABORT, open } = require(process.argv[1]);
const db = open({ path: process.argv[2], noSubdir: false, encoding: "string", overlappingSync: false });
db.getStats();
const rows = Array.from(db.getRange({}), ({ key, value }) => [key, value]);
db.transactionSync(() => {
  for (const [key, value] of rows) db.putSync(key, value);
  return ABORT;
});
process.stdout.write(JSON.stringify(rows), () => db.close());
`;

/**
 * The rows of a file that nobody vouches for, read by a process of their own; `undefined` when there is no file yet or
 * its seal vouches for it. Breaks the seal.
 * @throws {DamagedFile} when it cannot be read
 */
export async function readUnsealed(folder: string): Promise<readonly StoredRow[] | undefined> {
  const size = await sizeOf(join(folder, DATA_FILE));
  if (size === undefined || size === 0) return undefined;
  const isSealed = await hasValidSeal(folder, size);
  await rm(join(folder, SEAL_FILE), { force: true });
  return isSealed ? undefined : readApart(folder);
}

/** To be called after the file is closed: vouches for its content. */
export async function seal(folder: string): Promise<void> {
  const bytes = await readFile(join(folder, DATA_FILE));
  const text = JSON.stringify({ size: bytes.length, checksum: crc32(bytes) });
  const temporary = join(folder, `${SEAL_FILE}.new`);
  await writeFile(temporary, text, { mode: 0o600 });
  await rename(temporary, join(folder, SEAL_FILE));
}

/** Moves a damaged file aside, never over another one. @returns its new name */
export async function setAside(folder: string): Promise<string> {
  for (let number = 1; ; number++) {
    const name = `${DATA_FILE}.damaged-${number}`;
    if ((await sizeOf(join(folder, name))) !== undefined) continue;
    await rename(join(folder, DATA_FILE), join(folder, name));
    await rm(join(folder, SEAL_FILE), { force: true });
    return name;
  }
}

async function hasValidSeal(folder: string, size: number): Promise<boolean> {
  const text = await readFile(join(folder, SEAL_FILE), "utf8").catch(() => undefined);
  if (text === undefined) return false;
  const bytes = await readFile(join(folder, DATA_FILE));
  return text === JSON.stringify({ size, checksum: crc32(bytes) });
}

function readApart(folder: string): Promise<readonly StoredRow[]> {
  const library = createRequire(import.meta.url).resolve("lmdb");
  const options = { timeout: PROBE_TIMEOUT_MS, maxBuffer: PROBE_OUTPUT_BYTES, env: {} };
  return new Promise((resolve, reject) => {
    execFile(process.execPath, ["-e", PROBE, library, folder], options, (error, stdout, stderr) => {
      if (error === null) return resolve(JSON.parse(stdout));
      const text = /^\w*Error: (.*)$/m.exec(stderr)?.[1];
      reject(new DamagedFile(text ?? `reading it ends with ${error.signal ?? `code ${String(error.code)}`}`));
    });
  });
}

async function sizeOf(file: string): Promise<number | undefined> {
  try {
    return (await stat(file)).size;
  } catch (error) {
    if (codeOf(error) === "ENOENT") return undefined;
    throw error;
  }
}
