/**
 * One at a time, over processes. The lock is a listening socket in Linux's abstract name space: it has no file, and the
 * kernel frees it when its process dies, so a lock can never be left behind.
 */
import { createHash } from "node:crypto";
import { createServer } from "node:net";
import { pause } from "./processes.mjs";
import { say } from "./say.mjs";

const ASK_AGAIN_MS = 100;

/**
 * @template T
 * @param {import("./lifetime.mjs").Lifetime} life
 * @param {string} name
 * @param {() => Promise<T>} body
 * @param {{ evenInterrupted?: boolean }} [options] take the lock also when the script is being stopped
 * @returns {Promise<T>}
 */
export async function withMutex(life, name, body, { evenInterrupted = false } = {}) {
  const release = await take(name, evenInterrupted ? undefined : life.signal);
  try {
    return await body();
  } finally {
    await release();
  }
}

/** @param {string} name @param {AbortSignal | undefined} stop */
async function take(name, stop) {
  for (let tries = 0; ; tries += 1) {
    stop?.throwIfAborted();
    const server = await listen(lockPath(name));
    if (server !== undefined) return () => new Promise((resolve) => server.close(resolve));
    if (tries === 10) say(`Waiting for another script of this project ("${name}")`);
    await pause(ASK_AGAIN_MS);
  }
}

/**
 * Other systems have no abstract names; there a port of the loopback interface does the same.
 * @param {string} name
 */
function lockPath(name) {
  if (process.platform === "linux") return { path: `\0berth-${name}` };
  const port = 49_152 + (createHash("sha256").update(name).digest().readUInt16BE(0) % 16_000);
  return { host: "127.0.0.1", port };
}

/** @param {{ path: string } | { host: string, port: number }} where @returns {Promise<import("node:net").Server | undefined>} */
function listen(where) {
  return new Promise((resolve, reject) => {
    const server = createServer((socket) => socket.destroy());
    server.on("error", (/** @type {NodeJS.ErrnoException} */ cause) =>
      cause.code === "EADDRINUSE" ? resolve(undefined) : reject(cause),
    );
    server.listen(where, () => resolve(server));
  });
}
