/**
 * The store as Berth kept it before its journal: an LMDB file, `data.mdb`. It is read once, by a process of its own,
 * because the library maps the file into memory and a damaged one can end whoever does that. It stays where it is.
 *
 * Each value begins with a checksum of its row, and one row tells how many others there are and what their checksums come
 * to, by exclusive or.
 */
import { execFile } from "node:child_process";
import { stat } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import { crc32 } from "node:zlib";
import type { RawState } from "../../core/saved/contents.ts";
import { codeOf, DamagedFile, messageOf, storeError } from "../failures.ts";
import { keyText, parseKey, type RowKey, toRawState } from "../row-table.ts";

export const LEGACY_FILE = "data.mdb";
const READ_LIMIT_MS = 60_000;
const OUTPUT_BYTES = 1024 ** 3;
const CHECKSUM_DIGITS = 8;
const [VERSION_KEY, FINGERPRINT_KEY] = ['["store","schema"]', '["store","rows"]'];

type LegacyStore = { readonly file: string; readonly version: number; readonly state: RawState };
type Entry = readonly [keyText: string, value: string];

const READER = `
const { open } = require(process.argv[1]);
const db = open({ path: process.argv[2], noSubdir: false, encoding: "string", overlappingSync: false });
const entries = Array.from(db.getRange({}), ({ key, value }) => [JSON.stringify(key), value]);
process.stdout.write(JSON.stringify(entries), () => db.close());
`;

/**
 * @returns undefined when there is none, or it was begun and never written to
 * @throws {DamagedFile}
 * @throws {EngineError} StateStoreError when the library that reads it is not installed
 */
export async function readLegacyStore(folder: string): Promise<LegacyStore | undefined> {
  const file = join(folder, LEGACY_FILE);
  if (!(await hasContent(file))) return undefined;
  const entries = await readEntries(folder);
  if (entries.length === 0) return undefined;
  const about = new Map(entries.filter(([key]) => isAboutFile(key)));
  const rows = entries.filter(([key]) => !isAboutFile(key));
  const version = about.get(VERSION_KEY);
  if (version === undefined || !/^[1-9]\d*$/.test(version)) throw damaged("it does not say its version");
  if (about.get(FINGERPRINT_KEY) !== fingerprintOf(rows)) {
    throw damaged("rows are missing or are not those that were written");
  }
  return { file, version: Number(version), state: toRawState(rows.map(parseEntry)) };
}

function isAboutFile(key: string): boolean {
  return key === VERSION_KEY || key === FINGERPRINT_KEY;
}

function fingerprintOf(rows: readonly Entry[]): string {
  const mix = rows.reduce((sum, [, value]) => sum ^ Number.parseInt(value.slice(0, CHECKSUM_DIGITS), 16), 0);
  return JSON.stringify({ count: rows.length, mix: mix >>> 0 });
}

/** @throws {DamagedFile} */
function parseEntry([text, value]: Entry): readonly [RowKey, unknown] {
  const key = parseKey(text);
  if (key === undefined) throw damaged(`key ${text} is not one of ours`);
  const json = value.slice(CHECKSUM_DIGITS);
  const checksum = crc32(json, crc32(keyText(key)));
  if (Number.parseInt(value.slice(0, CHECKSUM_DIGITS), 16) !== checksum) {
    throw damaged(`row ${text} is not what was written`);
  }
  try {
    return [key, JSON.parse(json)];
  } catch {
    throw damaged(`row ${text} is no JSON`);
  }
}

function readEntries(folder: string): Promise<readonly Entry[]> {
  const library = findLibrary(folder);
  const options = { timeout: READ_LIMIT_MS, maxBuffer: OUTPUT_BYTES, env: {} };
  return new Promise((resolve, reject) => {
    execFile(process.execPath, ["-e", READER, library, folder], options, (error, stdout, stderr) => {
      if (error === null) return resolve(JSON.parse(stdout));
      const text = /^\w*Error: (.*)$/m.exec(stderr)?.[1];
      reject(damaged(text ?? `reading it ends with ${error.signal ?? `code ${String(error.code)}`}`));
    });
  });
}

function findLibrary(folder: string): string {
  try {
    return createRequire(import.meta.url).resolve("lmdb");
  } catch (error) {
    const what = `Cannot take over ${LEGACY_FILE} in ${folder}, the state of an earlier Berth`;
    throw storeError(`${what}: install the package lmdb next to Berth (${messageOf(error)})`, error);
  }
}

async function hasContent(file: string): Promise<boolean> {
  try {
    return (await stat(file)).size > 0;
  } catch (error) {
    if (codeOf(error) === "ENOENT") return false;
    throw error;
  }
}

function damaged(message: string): DamagedFile {
  return new DamagedFile(LEGACY_FILE, message);
}
