/**
 * The key-value file, in a thread of its own: waiting for the disk blocks nobody.
 *
 * Room is made before each write, by writing zeros behind the end of the file: a full disk or a quota then fails our own
 * write, which is an ordinary error. The library's write of a page must not fail (lmdb 3.5.6 writes its message over the
 * end of a buffer of 100 bytes and can end the process).
 */
import { createRequire } from "node:module";
import { Worker } from "node:worker_threads";
import { type EncodedRows, ITEMS_PER_STEP } from "./row-batch.ts";

export type StoredKey = readonly (string | number)[];
export type StoredRow = readonly [key: StoredKey, value: string];

type Request = { readonly type: "read" } | ({ readonly type: "write" } & EncodedRows) | { readonly type: "close" };
type Answer = { readonly id: number; readonly rows?: readonly StoredRow[]; readonly error?: string };
type Call = { readonly resolve: (rows: readonly StoredRow[]) => void; readonly reject: (error: Error) => void };

/** One transaction a write; it returns when it is on the disk. Plain JavaScript, as threads cannot load TypeScript. */
const THREAD = `
const fs = require("node:fs");
const { join } = require("node:path");
const { parentPort, workerData } = require("node:worker_threads");
const { asBinary, open } = require(workerData.library);
const { itemsPerStep } = workerData;
const db = open({ path: workerData.folder, noSubdir: false, encoding: "string", overlappingSync: false, permissionsMode: 0o600 });
const file = fs.openSync(join(workerData.folder, "data.mdb"), "r+");
const zeros = Buffer.alloc(65536);
const SPARE_BYTES = 4194304;
const { pageSize } = db.getStats();

// A step copies the pages on the way to its row, and its row may fill pages; the rest is for the list of free pages.
const pagesFor = (steps, bytes) =>
  16 + (steps.length / itemsPerStep) * 5 + Math.ceil(bytes.byteLength / pageSize);

function extend(from, to) {
  for (let at = from; at < to; at += zeros.length) fs.writeSync(file, zeros, 0, Math.min(zeros.length, to - at), at);
}

// Room that was there when somebody last looked, less what has been written since. Looking costs half as much as a write.
let room = 0;

function makeRoom(steps, bytes) {
  const wanted = pagesFor(steps, bytes) * pageSize;
  if (room < wanted) room = lookForRoom(wanted);
  room -= wanted;
}

function lookForRoom(wanted) {
  const { lastPageNumber } = db.getStats();
  const used = (lastPageNumber + 1) * pageSize;
  const { size } = fs.fstatSync(file);
  if (size >= used + wanted) return size - used;
  extend(size, used + wanted);
  // More at once saves the next writes from doing this; they will ask for themselves if it does not work.
  try { extend(used + wanted, used + wanted + SPARE_BYTES); } catch { return wanted; }
  return wanted + SPARE_BYTES;
}

const perform = {
  read: () => Array.from(db.getRange({}), ({ key, value }) => [Array.isArray(key) ? key : [key], value]),
  write: ({ steps, bytes }) => {
    makeRoom(steps, bytes);
    db.transactionSync(() => {
      for (let at = 0; at < steps.length; at += itemsPerStep) {
        const [kind, id, number, start, end] = steps.slice(at, at + itemsPerStep);
        const key = number === null ? [kind, id] : [kind, id, number];
        if (start < 0) db.removeSync(key);
        else db.putSync(key, asBinary(new Uint8Array(bytes, start, end - start)));
      }
    });
    return [];
  },
  close: async () => {
    fs.closeSync(file);
    await db.close();
    return [];
  },
};
parentPort.on("message", async ({ id, request }) => {
  try {
    parentPort.postMessage({ id, rows: await perform[request.type](request) });
  } catch (error) {
    parentPort.postMessage({ id, error: String(error.message) });
  }
});
`;

export class RowFile {
  readonly #worker: Worker;
  readonly #calls = new Map<number, Call>();
  #nextId = 0;
  #failure: Error | undefined;

  constructor(folder: string) {
    const library = createRequire(import.meta.url).resolve("lmdb");
    this.#worker = new Worker(THREAD, { eval: true, workerData: { library, folder, itemsPerStep: ITEMS_PER_STEP } });
    this.#worker.unref();
    this.#worker.on("message", (answer: Answer) => this.#answered(answer));
    this.#worker.on("error", (error: Error) => this.#ended(error));
    this.#worker.on("exit", () => this.#ended(new Error("the thread of the store has ended")));
  }

  /** All rows, ordered by key. */
  readAll(): Promise<readonly StoredRow[]> {
    return this.#call({ type: "read" });
  }

  /** All steps or none. Resolves when they are on the disk. */
  async write(rows: EncodedRows): Promise<void> {
    await this.#call({ type: "write", ...rows }, [rows.bytes]);
  }

  async close(): Promise<void> {
    try {
      await this.#call({ type: "close" });
    } finally {
      await this.#worker.terminate();
    }
  }

  #call(request: Request, moved: readonly ArrayBuffer[] = []): Promise<readonly StoredRow[]> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure);
    return new Promise((resolve, reject) => {
      const id = this.#nextId++;
      this.#calls.set(id, { resolve, reject });
      // Who waits for an answer must live to see it; between calls the thread keeps nobody alive.
      this.#worker.ref();
      this.#worker.postMessage({ id, request }, moved);
    });
  }

  #answered({ id, rows, error }: Answer): void {
    const call = this.#calls.get(id);
    this.#calls.delete(id);
    if (this.#calls.size === 0) this.#worker.unref();
    if (error === undefined) call?.resolve(rows ?? []);
    else call?.reject(new Error(error));
  }

  #ended(error: Error): void {
    this.#failure ??= error;
    for (const { reject } of this.#calls.values()) reject(this.#failure);
    this.#calls.clear();
  }
}
