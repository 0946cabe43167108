/**
 * The files of a store, as far as it needs them: what it asks of a disk, and the system's own file system as the answer.
 * The simulator has another one, which loses what a disk may lose.
 */
import { constants, fstatSync } from "node:fs";
import { type FileHandle, mkdir, open, readdir, readFile, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { codeOf, messageOf, storeError } from "./failures.ts";
import { type FolderLock, lockFolder } from "./folder-lock.ts";

/** Names are those of files in the folder itself, or `folder/file` in one that {@link makeFolder} made. */
export type StateFolder = {
  /** For messages. */
  readonly path: string;
  /** The folder is made when it is missing. @throws {EngineError} StateStoreError when somebody else has it */
  lock(): Promise<FolderLock>;
  /** What lies in the folder itself. */
  names(): Promise<readonly string[]>;
  read(name: string): Promise<Buffer>;
  /** An empty file, in place of one that has the name. */
  create(name: string): Promise<StateFile>;
  /** In place of a file that has the new name. */
  rename(from: string, to: string): Promise<void>;
  /** It need not be there. */
  remove(name: string): Promise<void>;
  /** @returns false when there is one */
  makeFolder(name: string): Promise<boolean>;
  /** Resolves when the names of files are on the disk as they are now; until then each change of one may get lost. */
  sync(): Promise<void>;
};

export type StateFile = {
  /** Resolves when all of it is on the disk; one that was not answered may be there in part, in any part. */
  write(parts: readonly Buffer[], position: number): Promise<void>;
  /** Has nobody a name for it any more? */
  isDeleted(): boolean;
  close(): Promise<void>;
};

const FOLDER_MODE = 0o700;
const FILE_MODE = 0o600;
const { O_CREAT, O_TRUNC, O_WRONLY, O_DSYNC } = constants;

export function systemFolder(path: string): StateFolder {
  const inFolder = (name: string): string => join(path, name);
  return {
    path,
    lock: async () => {
      await mkdir(path, { recursive: true, mode: FOLDER_MODE }).catch((error: unknown) => {
        throw storeError(`Cannot make ${path}: ${messageOf(error)}`, error);
      });
      return await lockFolder(path);
    },
    names: () => readdir(path),
    read: (name) => readFile(inFolder(name)),
    create: async (name) =>
      new SystemFile(await open(inFolder(name), O_CREAT | O_TRUNC | O_WRONLY | O_DSYNC, FILE_MODE)),
    rename: (from, to) => rename(inFolder(from), inFolder(to)),
    remove: (name) => rm(inFolder(name), { force: true }),
    makeFolder: (name) => makeFolder(inFolder(name)),
    sync: () => syncFolder(path),
  };
}

class SystemFile implements StateFile {
  readonly #file: FileHandle;

  constructor(file: FileHandle) {
    this.#file = file;
  }

  /** Everything in one call, which is one wait for the disk; the system may take less of it at a time. */
  async write(parts: readonly Buffer[], position: number): Promise<void> {
    let rest = parts;
    for (let at = position; rest.length > 0; ) {
      const { bytesWritten } = await this.#file.writev(rest, at);
      at += bytesWritten;
      rest = behind(rest, bytesWritten);
    }
  }

  isDeleted(): boolean {
    return fstatSync(this.#file.fd).nlink === 0;
  }

  close(): Promise<void> {
    return this.#file.close();
  }
}

function behind(parts: readonly Buffer[], bytes: number): readonly Buffer[] {
  let left = bytes;
  return parts.flatMap((part) => {
    const taken = Math.min(left, part.length);
    left -= taken;
    return taken === part.length ? [] : [part.subarray(taken)];
  });
}

async function makeFolder(path: string): Promise<boolean> {
  try {
    await mkdir(path, { mode: FOLDER_MODE });
    return true;
  } catch (error) {
    if (codeOf(error) === "EEXIST") return false;
    throw error;
  }
}

async function syncFolder(path: string): Promise<void> {
  const handle = await open(path, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
