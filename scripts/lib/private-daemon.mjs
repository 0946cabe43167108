/**
 * A Docker daemon of this clone's own: own socket, data and processes, nothing shared with another Docker but the
 * kernel. It is recognised by its folders in its arguments, not by a file that may be stale.
 */
import { spawn } from "node:child_process";
import { closeSync, mkdirSync, openSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { prepareNetwork, removeBridge } from "./bridge.mjs";
import { ensureCgroups } from "./cgroups.mjs";
import { which } from "./debian.mjs";
import { call, ping } from "./engine-api.mjs";
import { Lifetime } from "./lifetime.mjs";
import { withMutex } from "./mutex.mjs";
import { CLONE_ID, DOCKER_DIR, makeOwnDir, socketDir } from "./places.mjs";
import { Problem } from "./problem.mjs";
import {
  allPids,
  childrenOf,
  commandLine,
  exists,
  gone,
  isOurs,
  nameOf,
  readPid,
  signal,
  until,
} from "./processes.mjs";
import { lastLines, mustRun } from "./run.mjs";
import { say, seconds } from "./say.mjs";

const RUN_DIR = socketDir();
const SOCKET = join(RUN_DIR, "docker.sock");
const EXEC_DIR = join(RUN_DIR, "exec");
const DATA_DIR = join(DOCKER_DIR, "data");
const LOG_FILE = join(DOCKER_DIR, "dockerd.log");
const CONFIG_FILE = join(DOCKER_DIR, "daemon.json");
const NAMESPACE = `berth-${CLONE_ID}`;
const SYSTEM_CONTAINERD = "/run/containerd/containerd.sock";

const START_LIMIT_MS = 60_000;
const ANSWER_LIMIT_MS = 10_000;
const STOP_LIMIT_MS = 20_000;

export const PID_FILE = join(RUN_DIR, "dockerd.pid");

/** @type {import("./endpoint.mjs").Endpoint} */
export const ENDPOINT = { host: `unix://${SOCKET}`, source: "the private daemon" };

/** The process id of our daemon, if it lives. */
export function daemonPid() {
  return allPids().find((pid) => isOurs(pid, "dockerd", DATA_DIR));
}

/** Starts the daemon, or finds it running; when this resolves it answers. @param {Lifetime} [life] */
export async function startDaemon(life = new Lifetime()) {
  const running = daemonPid();
  if (running !== undefined && (await answersWithin(ANSWER_LIMIT_MS))) return;
  if (running !== undefined) await killDaemon();
  await ensureCgroups(life);
  // Over clones: that a subnet is taken shows only once the other's bridge is there.
  await withMutex(life, "bridge", () => startAnyhow(life));
}

/** First as it is, then with emptied folders, then with the storage that works on every disk. @param {Lifetime} life */
async function startAnyhow(life) {
  const began = performance.now();
  const network = await prepareNetwork(life, mountsOfOurs([join(EXEC_DIR, "netns")]).length > 0);
  if (!(await startOnce(life, network, []))) {
    say("Docker did not start: emptying its private folders and trying again");
    await wipe();
    if (!(await startOnce(life, network, []))) {
      await wipe();
      if (!(await startOnce(life, network, ["--storage-driver", "vfs"]))) throw new Problem(notStarted());
    }
  }
  say(`Docker is up on ${ENDPOINT.host} (${seconds(performance.now() - began)})`);
}

function notStarted() {
  const log = exists(LOG_FILE) ? lastLines(readFileSync(LOG_FILE, "utf8"), 12) : "(no log)";
  return `Cannot start a private Docker daemon: it ended. Its last words (${LOG_FILE}):\n${log}`;
}

/**
 * @param {Lifetime} life @param {import("./bridge.mjs").Network} network @param {string[]} extra
 * @returns {Promise<boolean>} does it answer?
 */
async function startOnce(life, network, extra) {
  clearStaleFiles();
  makeOwnDir(RUN_DIR);
  mkdirSync(DOCKER_DIR, { recursive: true });
  writeFileSync(CONFIG_FILE, "{}\n"); // or it would read the machine's
  const child = launch([...daemonArgs(), ...network.args, ...extra], network.env);
  const outcome = { ended: false };
  child.on("error", () => (outcome.ended = true));
  child.on("exit", () => (outcome.ended = true));
  const answers = async () => (await ping(ENDPOINT, 1_000)).answers;
  await until(async () => outcome.ended || (await answers()), START_LIMIT_MS, life.signal);
  return !outcome.ended && answers();
}

function daemonArgs() {
  const shared = ["--containerd-namespace", NAMESPACE, "--containerd-plugins-namespace", `${NAMESPACE}-plugins`];
  return [
    ...["--host", ENDPOINT.host, "--data-root", DATA_DIR, "--exec-root", EXEC_DIR, "--pidfile", PID_FILE],
    ...["--config-file", CONFIG_FILE, "--live-restore"],
    // It takes a containerd of the system when there is one; names of our own keep us apart from others there.
    ...(exists(SYSTEM_CONTAINERD) ? shared : []),
  ];
}

/** @param {string[]} args @param {NodeJS.ProcessEnv} env */
function launch(args, env) {
  const program = which("dockerd");
  if (program === undefined) throw new Problem("Cannot start a private Docker daemon: there is no dockerd");
  if (exists(LOG_FILE)) renameSync(LOG_FILE, `${LOG_FILE}.old`);
  const log = openSync(LOG_FILE, "w");
  const child = spawn(program, args, { stdio: ["ignore", log, log], detached: true, env });
  closeSync(log);
  child.unref();
  return child;
}

/**
 * Files of a daemon that was killed. dockerd trusts the process ids in them and would take a stranger with that number
 * for itself, or kill it for a containerd that does not answer.
 */
function clearStaleFiles() {
  const containerdPidFile = join(EXEC_DIR, "containerd", "containerd.pid");
  const containerd = readPid(containerdPidFile);
  if (containerd !== undefined && !isOurs(containerd, "containerd", EXEC_DIR)) rmSync(containerdPidFile);
  rmSync(PID_FILE, { force: true });
  rmSync(SOCKET, { force: true });
}

/** @param {number} limitMs */
function answersWithin(limitMs) {
  return until(async () => (await ping(ENDPOINT, 1_000)).answers, limitMs);
}

/** Ends the daemon as a crash does: its containers run on, its files stay. */
export async function killDaemon() {
  const pid = daemonPid();
  if (pid === undefined) return;
  signal(pid, "SIGKILL"); // also ends one that was paused
  await gone(pid, STOP_LIMIT_MS);
}

/** Ends the daemon in order; containers run on and are taken up by the next start. */
export async function quitDaemon() {
  const pid = daemonPid();
  if (pid === undefined) return;
  signal(pid, "SIGTERM");
  if (!(await gone(pid, STOP_LIMIT_MS))) await killDaemon();
}

/** Ends the daemon and all that it runs, and leaves no process, mount or bridge behind. Images stay. */
export async function stopDaemon() {
  if (daemonPid() !== undefined && (await ping(ENDPOINT)).answers) await removeEverything();
  await quitDaemon();
  await sweep();
  clearStaleFiles();
  await removeBridge(new Lifetime());
  if (RUN_DIR !== DOCKER_DIR) rmSync(RUN_DIR, { recursive: true, force: true });
}

/** All containers, volumes and networks of the private daemon are ours. */
async function removeEverything() {
  const containers = await ids("/containers/json?all=1", (answer) => answer, "Id");
  await Promise.all(containers.map((id) => call(ENDPOINT, "DELETE", `/containers/${id}?force=1&v=1`)));
  const volumes = await ids("/volumes", (answer) => answer.Volumes ?? [], "Name");
  await Promise.all(volumes.map((name) => call(ENDPOINT, "DELETE", `/volumes/${encodeURIComponent(name)}`)));
  await call(ENDPOINT, "POST", "/networks/prune");
}

/** @param {string} path @param {(answer: any) => Record<string, string>[]} rows @param {string} member */
async function ids(path, rows, member) {
  const { status, text } = await call(ENDPOINT, "GET", path);
  return status === 200 ? rows(JSON.parse(text)).map((row) => String(row[member])) : [];
}

/** What a killed daemon leaves: containerd, the keepers of containers ("shims"), containers, mounts. */
async function sweep() {
  for (const name of ["containerd-shim", "containerd"]) {
    const left = allPids().filter((pid) => nameOf(pid) === name && belongsToUs(pid));
    const processes = left.flatMap((pid) => [...(name === "containerd" ? [] : childrenOf(pid)), pid]);
    for (const pid of processes) signal(pid, "SIGKILL");
    await Promise.all(processes.map((pid) => gone(pid, STOP_LIMIT_MS)));
  }
  const mounts = mountsOfOurs([RUN_DIR, DOCKER_DIR]);
  if (mounts.length > 0) await mustRun(new Lifetime(), "umount", ["-l", ...mounts], { output: "keep" });
}

/** @param {number} pid */
function belongsToUs(pid) {
  return commandLine(pid).some((argument) => argument.startsWith(EXEC_DIR) || argument === NAMESPACE);
}

/** @param {readonly string[]} dirs */
function mountsOfOurs(dirs) {
  return mountsBelow(dirs, readFileSync("/proc/self/mountinfo", "utf8"));
}

/** Mount points below folders, innermost first. @param {readonly string[]} dirs @param {string} mountinfo */
export function mountsBelow(dirs, mountinfo) {
  const points = mountinfo.split("\n").flatMap((line) => line.split(" ")[4] ?? []);
  const unescaped = points.map((point) =>
    point.replace(/\\(\d{3})/g, (_, code) => String.fromCharCode(Number.parseInt(code, 8))),
  );
  return unescaped.filter((point) => dirs.some((dir) => point.startsWith(`${dir}/`))).reverse();
}

async function wipe() {
  await quitDaemon();
  await sweep();
  rmSync(DATA_DIR, { recursive: true, force: true });
  rmSync(EXEC_DIR, { recursive: true, force: true });
}
