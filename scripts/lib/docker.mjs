/** Finds a Docker daemon, or sets up one of this clone's own and stops it when the last script that uses it ends. */
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { canInstall, install, which } from "./debian.mjs";
import { dockerEndpoint } from "./endpoint.mjs";
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

/**
 * @param {Lifetime} life @param {Endpoint} [wanted]
 * @returns {Promise<Docker>} in use until the script's end
 * @throws {Problem} when a daemon that was asked for does not answer
 */
export async function acquireDocker(life, wanted = dockerEndpoint()) {
  return withMutex(life, DOCKER_MUTEX, async () => {
    const answer = await ping(wanted);
    if (wanted.isNamed && !answer.answers) throw new Problem(unreachable(wanted, answer.why));
    if (answer.answers && wanted.host !== ENDPOINT.host) return useForeign(wanted);
    const installed = answer.answers ? undefined : await ensureInstalled(life, wanted, answer.why);
    return installed === undefined ? usePrivate(life) : useForeign(installed);
  });
}

/** @param {Endpoint} endpoint @returns {Promise<Docker>} */
async function useForeign(endpoint) {
  if (daemonPid() !== undefined && users().length === 0) await stopDaemon(); // a killed script's, no longer needed
  say(`Using Docker at ${endpoint.host} (${endpoint.source})`);
  return { endpoint, isPrivate: false };
}

/** @param {Lifetime} life @returns {Promise<Docker>} */
async function usePrivate(life) {
  life.onEnd("stop the private Docker daemon", releaseDocker);
  enter(String(process.pid), process.pid);
  await startDaemon(life);
  return { endpoint: ENDPOINT, isPrivate: true };
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

/**
 * Makes sure that dockerd is there.
 * @param {Lifetime} life @param {Endpoint} wanted @param {string} why it does not answer
 * @returns {Promise<Endpoint | undefined>} the one that was wanted, if it runs since the installation
 */
async function ensureInstalled(life, wanted, why) {
  if (process.platform !== "linux" || process.getuid?.() !== 0) throw new Problem(missing(wanted, why));
  if (PROGRAMS.every((name) => which(name) !== undefined)) return undefined;
  if (!canInstall()) throw new Problem(missing(wanted, why));
  await install(life, ["docker.io", "iptables", ...(usesAppArmor() ? ["apparmor"] : [])]);
  return (await ping(wanted)).answers ? wanted : undefined;
}

/** Where the kernel confines programs, Docker needs the tool that loads its rules. */
function usesAppArmor() {
  return exists("/sys/kernel/security/apparmor");
}

/** @param {Endpoint} wanted @param {string} why */
function missing({ source, host }, why) {
  return [
    `Cannot find a Docker daemon: ${source} (${host}) does not answer: ${why}`,
    "Start Docker, or set DOCKER_HOST to one that runs, then run this again.",
    "Or run this as root on Debian or Ubuntu: it then installs docker.io and starts a private daemon for itself.",
  ].join("\n");
}

/** @param {Endpoint} named @param {string} why */
function unreachable({ source, host }, why) {
  const start = host === ENDPOINT.host ? "Start the private daemon again with: npm run docker -- start" : "Start it";
  const other = source === "DOCKER_HOST" ? "unset DOCKER_HOST" : "choose another with: docker context use NAME";
  return `Cannot reach Docker at ${host} (${source}): ${why}\n${start}, or ${other}.`;
}
