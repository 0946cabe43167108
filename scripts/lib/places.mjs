/** Where the scripts keep things. All of it lies in the git-ignored `.berth/`, so that deleting that folder resets all. */
import { createHash } from "node:crypto";
import { lstatSync, mkdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Problem } from "./problem.mjs";

export const ROOT = fileURLToPath(new URL("../..", import.meta.url)).replace(/\/$/, "");
export const BERTH_DIR = join(ROOT, ".berth");
export const DOCKER_DIR = join(BERTH_DIR, "docker");

/** Tells clones of the project on one machine apart. */
export const CLONE_ID = createHash("sha256").update(ROOT).digest("hex").slice(0, 8);

/** A unix socket's path holds at most 107 bytes; the longest that Docker makes below its folder. */
const SOCKET_PATH_MAX = 107;
const LONGEST_SOCKET = "/exec/containerd/containerd-debug.sock";

/**
 * The folder for sockets and process ids of the private daemon: below `.berth/` when the paths of sockets fit there,
 * else a short one among the temporary files.
 * @param {string} preferred
 */
export function socketDir(preferred = DOCKER_DIR, temporary = tmpdir()) {
  const fits = Buffer.byteLength(preferred + LONGEST_SOCKET) <= SOCKET_PATH_MAX;
  return fits ? preferred : join(temporary, `berth-${CLONE_ID}`);
}

/**
 * Makes a folder that only this user can write to, or fails: another user may have made one of that name before us.
 * @param {string} path
 */
export function makeOwnDir(path) {
  mkdirSync(path, { recursive: true, mode: 0o711 });
  const found = lstatSync(path);
  const mine = process.getuid?.() ?? found.uid;
  if (!found.isDirectory() || found.uid !== mine) {
    throw new Problem(`Cannot use the folder ${path}: it belongs to another user`);
  }
  return path;
}
