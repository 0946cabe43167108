/**
 * Looks at the data file before it is opened. The library maps it into memory, and a file that lost its end or whose
 * inside is damaged can end the whole process; here it becomes an error with a message.
 *
 * After a clean close the file's checksum stands beside it, and a match means that it is whole. Otherwise (after a
 * crash, or when the file was touched) a child process reads all of it first.
 */
import { execFile } from "node:child_process";
import { readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import { crc32 } from "node:zlib";
import { codeOf } from "./failures.ts";

export const DATA_FILE = "data.mdb";
const SEAL_FILE = "closed.json";
const PROBE_TIMEOUT_MS = 60_000;

/** Reads every row and prepares a write, in a process of its own. */
const PROBE = `
const { open } = require(process.argv[1]);
const db = open({ path: process.argv[2], noSubdir: false, encoding: "binary", overlappingSync: false });
for (const row of db.getRange({})) void row.value.length;
db.transactionSync(() => { db.putSync("probe", Buffer.from("probe")); return require(process.argv[1]).ABORT; });
db.close();
`;

/** Why the data file cannot be used; `undefined` when it can, or is not there yet. Breaks the seal. */
export async function findDamage(folder: string): Promise<string | undefined> {
  const size = await sizeOf(join(folder, DATA_FILE));
  if (size === undefined || size === 0) return undefined;
  const isSealed = await hasValidSeal(folder, size);
  await rm(join(folder, SEAL_FILE), { force: true });
  return isSealed ? undefined : probe(folder);
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

function probe(folder: string): Promise<string | undefined> {
  const library = createRequire(import.meta.url).resolve("lmdb");
  return new Promise((resolve) => {
    const options = { timeout: PROBE_TIMEOUT_MS, env: {} };
    execFile(process.execPath, ["-e", PROBE, library, folder], options, (error, _, stderr) => {
      if (error === null) return resolve(undefined);
      const text = /^\w*Error: (.*)$/m.exec(stderr)?.[1];
      resolve(text ?? `reading it ends with ${error.signal ?? `code ${String(error.code)}`}`);
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
