/** Finds a Docker daemon, or sets up one of this clone's own and stops it when the last script that uses it ends. */
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { canInstall, install, which } from "./debian.mjs";
import { candidateEndpoints } from "./endpoint.mjs";
import { ping } from "./engine-api.mjs";
import { Lifetime } from "./lifetime.mjs";
import { withMutex } from "./mutex.mjs";
import { CLONE_ID, DOCKER_DIR } from "./places.mjs";
import { daemonPid, ENDPOINT, startDaemon, stopDaemon } from "./private-daemon.mjs";
import { Problem } from "./problem.mjs";
import { exists, lives, markOf } from "./processes.mjs";
import { say } from "./say.mjs";

/** @typedef {import("./endpoint.mjs").Endpoint} Endpoint */
/** @typedef {{ endpoint: Endpoint, isPrivate: boolean }} Docker */

/** Held while the daemon is found, started or stopped. */
export const DOCKER_MUTEX = `${CLONE_ID}-docker`;

const USERS_DIR = join(DOCKER_DIR, "users");
const BY_HAND = "by-hand";

/** What a daemon consists of. An installation that was cut off may have left some of it. */
const PROGRAMS = ["dockerd", "containerd", "runc"];

/** @param {Lifetime} life @returns {Promise<Docker>} in use until the script's end */
export async function acquireDocker(life) {
  return withMutex(life, DOCKER_MUTEX, async () => {
    const found = await reachable();
    if ("endpoint" in found) {
      if (daemonPid() !== undefined && users().length === 0) await stopDaemon(); // a killed script's, no longer needed
      say(`Using Docker at ${found.endpoint.host} (${found.endpoint.source})`);
      return { endpoint: found.endpoint, isPrivate: false };
    }
    const installed = await ensureInstalled(life, found.tried);
    if (installed !== undefined) return { endpoint: installed, isPrivate: false };
    life.onEnd("stop the private Docker daemon", releaseDocker);
    enter(String(process.pid), process.pid);
    await startDaemon(life);
    return { endpoint: ENDPOINT, isPrivate: true };
  });
}

/** Keeps the daemon running until `releaseByHand`, or until it ends itself. */
export function keepByHand() {
  const pid = daemonPid();
  if (pid !== undefined) enter(BY_HAND, pid);
}

export function isKeptByHand() {
  return users().includes(BY_HAND);
}

/** @returns {Promise<readonly string[]>} who still uses it */
export function releaseByHand() {
  return leave(BY_HAND);
}

async function releaseDocker() {
  await leave(String(process.pid));
}

/** @param {string} name */
function leave(name) {
  const life = new Lifetime();
  return withMutex(life, DOCKER_MUTEX, async () => {
    rmSync(join(USERS_DIR, name), { force: true });
    const others = users();
    if (others.length === 0) await stopDaemon();
    return others;
  });
}

/** @param {string} name @param {number} pid while which lives the daemon is in use */
function enter(name, pid) {
  mkdirSync(USERS_DIR, { recursive: true });
  writeFileSync(join(USERS_DIR, name), JSON.stringify(markOf(pid)));
}

/** Those that use the private daemon. Scripts that were killed are forgotten. */
export function users() {
  if (!exists(USERS_DIR)) return [];
  return readdirSync(USERS_DIR).filter((name) => {
    const file = join(USERS_DIR, name);
    if (lives(readMark(file))) return true;
    rmSync(file, { force: true });
    return false;
  });
}

/** @param {string} file @returns {import("./processes.mjs").ProcessMark} */
function readMark(file) {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch {
    return { pid: 0, startedAt: "" }; // cut off while it was written: its writer is gone
  }
}

/** @returns {Promise<{ endpoint: Endpoint } | { tried: string[] }>} the first that answers, or why none did */
async function reachable() {
  const tried = [];
  for (const endpoint of candidateEndpoints()) {
    const answer = await ping(endpoint);
    if (answer.answers) return { endpoint };
    tried.push(`${endpoint.source} (${endpoint.host}): ${answer.why}`);
  }
  return { tried };
}

/**
 * Makes sure that dockerd is there.
 * @param {Lifetime} life @param {readonly string[]} tried
 * @returns {Promise<Endpoint | undefined>} a daemon that runs since the installation
 */
async function ensureInstalled(life, tried) {
  if (process.platform !== "linux" || process.getuid?.() !== 0) throw new Problem(missing(tried));
  if (PROGRAMS.every((name) => which(name) !== undefined)) return undefined;
  if (!canInstall()) throw new Problem(missing(tried));
  await install(life, ["docker.io", "iptables", ...(usesAppArmor() ? ["apparmor"] : [])]);
  const found = await reachable();
  return "endpoint" in found ? found.endpoint : undefined;
}

/** Where the kernel confines programs, Docker needs the tool that loads its rules. */
function usesAppArmor() {
  return exists("/sys/kernel/security/apparmor");
}

/** @param {readonly string[]} tried */
function missing(tried) {
  return [
    "Cannot find a Docker daemon. Tried:",
    ...tried.map((line) => `  ${line}`),
    "Start Docker, or set DOCKER_HOST to one that runs, then run this again.",
    "Or run this as root on Debian or Ubuntu: it then installs docker.io and starts a private daemon for itself.",
  ].join("\n");
}
