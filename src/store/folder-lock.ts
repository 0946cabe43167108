/**
 * Lets one process at a time have a folder. The lock is a listening socket in the folder, so it vanishes with its
 * process however that ends, and no clock or process number is trusted.
 *
 * Who wants the folder announces itself first (listens under a name of its own) and looks at all others afterwards: of
 * two who come together the later look sees the other, so never both go on. Of two candidates the one with the smaller
 * name stays. A socket that refuses connections belongs to a dead process.
 */
import { randomBytes } from "node:crypto";
import { chmod, open, readdir, rm, stat } from "node:fs/promises";
import { type AddressInfo, connect, createServer, type Server } from "node:net";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { codeOf, messageOf, storeError } from "./failures.ts";

export type FolderLock = { release(): Promise<void> };

type Claim = "candidate" | "owner";
type Announcement = { claim: Claim; readonly name: string; readonly server: Server; readonly folder: SocketFolder };
/** `leaving`: it hung up without a word, as who withdraws does to those who knock in that moment. */
type Other = { readonly name: string; readonly claim: Claim | "leaving"; readonly pid: string };
/** Where sockets are bound: the folder itself, or a short alias of it. */
type SocketFolder = { readonly path: string; readonly close: () => Promise<void> };

const NAME = /^owner-[0-9a-f]{16}\.sock$/;
/** A socket this young may belong to a process that is just about to listen. */
const NEWBORN_MS = 10_000;
const ANSWER_LIMIT_MS = 1_000;
/** Long enough for whoever is about to listen: twelve seconds. */
const RIVAL_LOOKS = 600;
const RIVAL_PAUSE_MS = 20;
/** The system's limit is 108 bytes (104 on some), with the final zero. */
const MAX_SOCKET_PATH = 100;

/** @throws {EngineError} StateStoreError at once when another process, or this one, has the folder */
export async function lockFolder(folder: string): Promise<FolderLock> {
  const announcement = await announce(folder);
  try {
    await outlast(folder, announcement);
    announcement.claim = "owner";
  } catch (error) {
    await withdraw(folder, announcement);
    throw error;
  }
  return { release: () => withdraw(folder, announcement) };
}

/** The process that has a folder: its number, or `unknown`; `undefined` when nobody has, or there is no such folder. */
export async function folderUser(folder: string): Promise<string | undefined> {
  const sockets = await socketFolder(folder).catch(() => undefined);
  if (sockets === undefined) return undefined;
  try {
    const others = await findOthers(folder, { folder: sockets });
    return others.find(({ claim }) => claim === "owner")?.pid;
  } catch (error) {
    if (codeOf(error) === "ENOENT") return undefined;
    throw storeError(`Cannot look at ${folder}: ${messageOf(error)}`, error);
  } finally {
    await sockets.close();
  }
}

/** Returns when no other owner is there, and no candidate that comes before this one. */
async function outlast(folder: string, own: Announcement): Promise<void> {
  for (let look = 0; look < RIVAL_LOOKS; look++) {
    const others = await findOthers(folder, own);
    if (others.length === 0) return;
    const stronger = others.find(({ claim, name }) => claim === "owner" || (claim === "candidate" && name < own.name));
    if (stronger !== undefined) throw storeError(`Cannot open state in ${folder}: process ${stronger.pid} has it open`);
    await delay(RIVAL_PAUSE_MS);
  }
  throw storeError(`Cannot open state in ${folder}: another process wants it as well`);
}

async function announce(folder: string): Promise<Announcement> {
  const sockets = await socketFolder(folder);
  const name = `owner-${randomBytes(8).toString("hex")}.sock`;
  const server = createServer((connection) => {
    connection.on("error", () => connection.destroy());
    connection.end(`${announcement.claim} ${process.pid}\n`);
  });
  const announcement: Announcement = { claim: "candidate", name, server, folder: sockets };
  try {
    await listen(server, join(sockets.path, name));
    await chmod(join(folder, name), 0o600);
  } catch (error) {
    await sockets.close();
    throw storeError(`Cannot lock ${folder}: ${messageOf(error)}`, error);
  }
  return announcement;
}

function listen(server: Server, path: string): Promise<AddressInfo | string | null> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(path, () => {
      server.off("error", reject);
      // The lock must not be what keeps the process alive.
      server.unref();
      resolve(server.address());
    });
  });
}

async function withdraw(folder: string, { name, server, folder: sockets }: Announcement): Promise<void> {
  await rm(join(folder, name), { force: true });
  await new Promise<void>((resolve) => server.close(() => resolve()));
  await sockets.close();
}

async function findOthers(
  folder: string,
  own: Pick<Announcement, "folder"> & { readonly name?: string },
): Promise<readonly Other[]> {
  const names = (await readdir(folder)).filter((name) => NAME.test(name) && name !== own.name);
  const others = await Promise.all(names.map((name) => look(folder, own.folder, name)));
  return others.filter((other) => other !== undefined);
}

async function look(folder: string, sockets: SocketFolder, name: string): Promise<Other | undefined> {
  const answer = await ask(join(sockets.path, name));
  if (answer === "dead") {
    await removeOld(join(folder, name));
    return undefined;
  }
  const [claim, pid = "unknown"] = answer.split(" ");
  return { name, claim: claim === "candidate" || claim === "leaving" ? claim : "owner", pid };
}

/** `dead` only when the system says that nobody listens; who is silent is alive, and taken for the owner. */
function ask(path: string): Promise<string> {
  return new Promise((resolve) => {
    const connection = connect(path);
    let answer = "";
    connection.setTimeout(ANSWER_LIMIT_MS, () => {
      resolve("owner");
      connection.destroy();
    });
    connection.setEncoding("utf8").on("data", (chunk: string) => {
      answer += chunk;
    });
    connection.on("error", (error) => {
      const code = codeOf(error);
      if (code === "ECONNREFUSED" || code === "ENOENT") resolve("dead");
    });
    connection.on("close", () => resolve(answer.trim() || "leaving"));
  });
}

async function removeOld(file: string): Promise<void> {
  const found = await stat(file).catch(() => undefined);
  if (found !== undefined && Date.now() - found.ctimeMs > NEWBORN_MS) await rm(file, { force: true });
}

/** Linux can name a folder by an open file of ours, which is short however deep the folder lies. */
async function socketFolder(folder: string): Promise<SocketFolder> {
  const length = Buffer.byteLength(folder) + "/owner-0123456789abcdef.sock".length;
  if (length <= MAX_SOCKET_PATH) return { path: folder, close: async () => undefined };
  if (process.platform !== "linux") {
    throw storeError(`Cannot lock ${folder}: its path is longer than a socket's may be; choose a shorter one`);
  }
  const handle = await open(folder, "r");
  return { path: `/proc/self/fd/${handle.fd}`, close: () => handle.close() };
}
