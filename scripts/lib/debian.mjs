/**
 * Debian's packages: Docker itself is installed as the system's own; a single program (busybox, the registry) is
 * unpacked below `.berth/`, which needs no root, starts no service and changes nothing on the machine.
 */
import {
  accessSync,
  constants,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { delimiter, join } from "node:path";
import { withMutex } from "./mutex.mjs";
import { BERTH_DIR, CLONE_ID } from "./places.mjs";
import { Problem } from "./problem.mjs";
import { mustRun, run } from "./run.mjs";
import { say } from "./say.mjs";

/** @typedef {import("./lifetime.mjs").Lifetime} Lifetime */

const POLICY_FILE = "/usr/sbin/policy-rc.d";
const POLICY_MARK = "# made by Berth's set-up for the time of one installation";
const UNATTENDED = { ...process.env, DEBIAN_FRONTEND: "noninteractive", APT_LISTCHANGES_FRONTEND: "none" };
const APT_OPTIONS = ["-q", "-y", "-o", "DPkg::Lock::Timeout=300", "-o", "APT::Update::Error-Mode=any"];

/** The folders of programs, also those that only root has in its PATH. */
export function programDirs(path = process.env.PATH ?? "") {
  return [...new Set([...path.split(delimiter), "/usr/local/sbin", "/usr/sbin", "/sbin", "/usr/bin", "/bin"])];
}

/** Where a program is, if anywhere. @param {string} name @param {readonly string[]} [dirs] */
export function which(name, dirs = programDirs()) {
  return dirs
    .filter((dir) => dir !== "")
    .map((dir) => join(dir, name))
    .find(isExecutable);
}

/** @param {string} path */
function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** Can this user install Debian's packages? */
export function canInstall() {
  return process.getuid?.() === 0 && which("apt-get") !== undefined;
}

/**
 * Installs packages without starting their services. An installation is never cut off half-way: an interruption during
 * the download ends it, one during the unpacking waits for its end.
 * @param {Lifetime} life @param {readonly string[]} packages
 */
export async function install(life, packages) {
  await withMutex(life, "apt", async () => {
    say(`Installing ${packages.join(", ")} with apt`);
    const args = [...APT_OPTIONS, "install", "--no-install-recommends"];
    await updateLists(life);
    await aptGet(life, [...args, "--download-only", ...packages]);
    await withoutServices(() => aptGet(life, [...args, ...packages], { finish: true }));
  });
}

/**
 * Makes one of a package's files available without installing it.
 * @param {Lifetime} life @param {string} name of the package @param {string} file inside it, such as `bin/busybox`
 * @returns {Promise<string>} its path
 */
export async function unpacked(life, name, file) {
  const target = join(BERTH_DIR, "debian", name);
  const path = join(target, file);
  await withMutex(life, `${CLONE_ID}-unpack`, async () => {
    if (!existsSync(path)) await unpack(life, name, target);
  });
  if (!existsSync(path)) throw new Problem(needsPackage(name));
  return path;
}

/** Leaves the whole package at the target, or nothing. @param {Lifetime} life @param {string} name @param {string} target */
async function unpack(life, name, target) {
  if (which("apt-get") === undefined || which("dpkg-deb") === undefined) throw new Problem(needsPackage(name));
  say(`Fetching Debian's package ${name}`);
  const half = `${target}.half`;
  rmSync(half, { recursive: true, force: true });
  mkdirSync(half, { recursive: true });
  if (canInstall()) await withMutex(life, "apt", () => updateLists(life));
  await aptGet(life, ["-q", "download", name], { cwd: half });
  const archive = readdirSync(half).find((entry) => entry.endsWith(".deb"));
  if (archive === undefined) throw new Problem(needsPackage(name));
  await mustRun(life, "dpkg-deb", ["-x", join(half, archive), half], { output: "keep" });
  rmSync(target, { recursive: true, force: true });
  renameSync(half, target);
}

/** @param {string} name */
function needsPackage(name) {
  return `Cannot find ${name}: install it (on Debian and Ubuntu: apt-get install ${name}), then run this again`;
}

let listsAreFresh = false;

/** @param {Lifetime} life */
async function updateLists(life) {
  if (listsAreFresh) return;
  await aptGet(life, [...APT_OPTIONS, "update"]);
  listsAreFresh = true;
}

/**
 * Another program may hold apt's lists or have been cut off during an installation; both pass.
 * @param {Lifetime} life @param {readonly string[]} args @param {{ cwd?: string, finish?: boolean }} [options]
 */
async function aptGet(life, args, options = {}) {
  const env = { ...UNATTENDED, PATH: programDirs().join(delimiter) };
  const first = await run(life, "apt-get", args, { ...options, env, output: "keep" });
  if (first.code === 0) return;
  if (canInstall() && first.output.includes("dpkg --configure -a")) {
    await mustRun(life, "dpkg", ["--configure", "-a"], { env, output: "keep", finish: true });
  }
  await mustRun(life, "apt-get", args, { ...options, env, output: "keep" });
}

/**
 * Keeps packages from starting their services, by Debian's own means: a policy file that lives as long as the
 * installation. A machine that has a policy of its own keeps it.
 * @template T @param {() => Promise<T>} installation @returns {Promise<T>}
 */
async function withoutServices(installation) {
  removeOurPolicy(); // an earlier run may have been killed in between
  if (existsSync(POLICY_FILE)) return installation();
  writeFileSync(POLICY_FILE, `#!/bin/sh\n${POLICY_MARK}\nexit 101\n`, { mode: 0o755, flag: "wx" });
  try {
    return await installation();
  } finally {
    removeOurPolicy();
  }
}

function removeOurPolicy() {
  if (existsSync(POLICY_FILE) && readFileSync(POLICY_FILE, "utf8").includes(POLICY_MARK)) rmSync(POLICY_FILE);
}
