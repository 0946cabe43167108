/** Installs the project's dependencies when they are not the ones of the lock file. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { withMutex } from "./mutex.mjs";
import { CLONE_ID, ROOT } from "./places.mjs";
import { mustRun } from "./run.mjs";
import { say } from "./say.mjs";

/** @typedef {import("./lifetime.mjs").Lifetime} Lifetime */
/** @typedef {{ packages?: Record<string, { version?: string, optional?: boolean, link?: boolean }> }} LockFile */

const LOCK_FILE = join(ROOT, "package-lock.json");
/** npm writes what it has installed here, as the last step of an installation. */
const INSTALLED_FILE = join(ROOT, "node_modules", ".package-lock.json");

/** @param {Lifetime} life */
export async function ensureDependencies(life) {
  await withMutex(life, `${CLONE_ID}-npm`, async () => {
    if (isInstalled(readLock(LOCK_FILE), readLock(INSTALLED_FILE))) return;
    say("Installing dependencies (npm ci)");
    const [command, ...args] = npmCommand();
    await mustRun(life, command, [...args, "ci", "--include=dev", "--no-audit", "--no-fund"], {
      cwd: ROOT,
      output: "keep",
    });
  });
}

/**
 * Does what npm installed match what the lock file asks for? Packages for other platforms are optional and may be absent.
 * @param {LockFile | undefined} wanted @param {LockFile | undefined} installed
 */
export function isInstalled(wanted, installed) {
  if (wanted?.packages === undefined || installed?.packages === undefined) return false;
  const found = installed.packages;
  return Object.entries(wanted.packages).every(([path, { version, optional }]) => {
    if (path === "") return true; // the project itself
    const there = found[path];
    return there === undefined ? optional === true : there.version === version;
  });
}

/** The npm that runs this script, or the one in the PATH. @returns {[string, ...string[]]} */
export function npmCommand(env = process.env) {
  const script = env.npm_execpath;
  return script?.endsWith(".js") ? [process.execPath, script] : ["npm"];
}

/** @param {string} path @returns {LockFile | undefined} */
function readLock(path) {
  try {
    return JSON.parse(readFileSync(path, "utf8"));
  } catch {
    return undefined; // absent, or cut off while it was written: install again
  }
}
