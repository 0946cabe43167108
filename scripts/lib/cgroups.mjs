/**
 * Docker needs the control groups of the kernel. An ordinary machine has mounted them; in a bare container or chroot
 * nobody has, and then they are mounted here as Debian's cgroupfs-mount does.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { Problem } from "./problem.mjs";
import { mustRun, run } from "./run.mjs";
import { say } from "./say.mjs";

/** @typedef {import("./lifetime.mjs").Lifetime} Lifetime */

const BASE = "/sys/fs/cgroup";
const NEEDED = ["cpu", "memory", "pids"];

/** @param {Lifetime} life */
export async function ensureCgroups(life) {
  if (mountedCgroups(readFileSync("/proc/self/mountinfo", "utf8")).length > 0) return makeRoomBelow();
  say(`Mounting control groups at ${BASE}`);
  const options = { output: /** @type {const} */ ("keep") };
  if (await mountUnified(life)) return makeRoomBelow();
  await mustRun(life, "mount", ["-t", "tmpfs", "-o", "uid=0,gid=0,mode=0755", "cgroup", BASE], options);
  const controllers = enabledControllers(readFileSync("/proc/cgroups", "utf8"));
  if (controllers.length === 0) throw new Problem("Cannot start Docker: this kernel has no control groups");
  for (const controller of controllers) {
    mkdirSync(`${BASE}/${controller}`, { recursive: true });
    // A controller that is in use elsewhere cannot be mounted; Docker says which one it lacks.
    await run(life, "mount", ["-n", "-t", "cgroup", "-o", controller, "cgroup", `${BASE}/${controller}`], options);
  }
}

/** Version 2 is of use only when its controllers are not taken by version 1. @param {Lifetime} life */
async function mountUnified(life) {
  const mount = await run(life, "mount", ["-t", "cgroup2", "cgroup2", BASE], { output: "keep" });
  if (mount.code !== 0) return false;
  const controllers = readFileSync(`${BASE}/cgroup.controllers`, "utf8").trim().split(" ");
  if (NEEDED.every((name) => controllers.includes(name))) return true;
  await mustRun(life, "umount", [BASE], { output: "keep" });
  return false;
}

/**
 * Inside a container of version 2, the processes sit in the group that looks like the root. The kernel hands
 * controllers on only from a group without processes, so they move one down; a real root has no such rule (and no
 * `cgroup.type`).
 */
function makeRoomBelow(base = BASE) {
  if (!existsSync(`${base}/cgroup.type`)) return;
  const handedOn = readFileSync(`${base}/cgroup.subtree_control`, "utf8").trim().split(" ");
  if (NEEDED.every((name) => handedOn.includes(name))) return;
  say(`Moving the processes of ${base} into a group of their own`);
  mkdirSync(`${base}/init`, { recursive: true });
  for (const pid of words(`${base}/cgroup.procs`)) move(pid, `${base}/init/cgroup.procs`);
  const controllers = words(`${base}/cgroup.controllers`).map((name) => `+${name}`);
  writeFileSync(`${base}/cgroup.subtree_control`, controllers.join(" "));
}

/** @param {string} pid @param {string} group */
function move(pid, group) {
  try {
    writeFileSync(group, pid);
  } catch (thrown) {
    const { code } = /** @type {NodeJS.ErrnoException} */ (thrown);
    if (code !== "ESRCH" && code !== "EINVAL") throw thrown; // it has ended, or is a thread of the kernel
  }
}

/** @param {string} path */
function words(path) {
  return readFileSync(path, "utf8")
    .split(/\s+/)
    .filter((word) => word !== "");
}

/** The control group file systems of a mountinfo text, version 1 and 2. @param {string} mountinfo */
export function mountedCgroups(mountinfo) {
  return mountinfo.split("\n").filter((line) => / - cgroup2? /.test(line));
}

/** The controllers that the kernel has and has not switched off, from /proc/cgroups. @param {string} table */
export function enabledControllers(table) {
  const rows = table.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  return rows
    .map((line) => line.split(/\s+/))
    .flatMap(([name, , , on]) => (name !== undefined && on === "1" ? [name] : []));
}
