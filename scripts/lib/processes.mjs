/**
 * Processes told apart for certain. A process id alone is not enough: after a crash or a reboot the same number may
 * belong to a stranger, whom we must neither wait for nor kill.
 */
import { readdirSync, readFileSync, statSync } from "node:fs";

/** @typedef {{ pid: number, startedAt: string }} ProcessMark `startedAt` is in the kernel's ticks since its boot */

/** @param {number} pid @param {string} proc @returns {ProcessMark | undefined} undefined when it does not live */
export function markOf(pid, proc = "/proc") {
  const stat = read(`${proc}/${pid}/stat`);
  // The name, in brackets, may hold anything, even brackets: what follows the last one is regular.
  const fields = stat?.slice(stat.lastIndexOf(")") + 2).split(" ");
  const startedAt = fields?.[19];
  if (startedAt === undefined || fields?.[0] === "Z") return undefined;
  return { pid, startedAt };
}

/** Is it still the same process? @param {ProcessMark} mark @param {string} [proc] */
export function lives(mark, proc = "/proc") {
  return markOf(mark.pid, proc)?.startedAt === mark.startedAt;
}

/** The arguments of a process, or none when it is gone. @param {number} pid @param {string} [proc] */
export function commandLine(pid, proc = "/proc") {
  return read(`${proc}/${pid}/cmdline`)?.split("\0").slice(0, -1) ?? [];
}

/** The short name of a process. @param {number} pid @param {string} [proc] */
export function nameOf(pid, proc = "/proc") {
  return read(`${proc}/${pid}/comm`)?.trimEnd() ?? "";
}

/** @param {string} [proc] */
export function allPids(proc = "/proc") {
  return readdirSync(proc).flatMap((entry) => (/^\d+$/.test(entry) ? [Number(entry)] : []));
}

/** The children of a process. @param {number} parent */
export function childrenOf(parent) {
  return allPids().filter((pid) => {
    const stat = read(`/proc/${pid}/stat`);
    return stat !== undefined && Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]) === parent;
  });
}

/**
 * Is there a process of that name that was told to use this folder? The way to recognise a daemon of ours whose process
 * id was read from a file.
 * @param {number} pid @param {string} name @param {string} folder @param {string} [proc]
 */
export function isOurs(pid, name, folder, proc = "/proc") {
  return nameOf(pid, proc) === name && commandLine(pid, proc).some((argument) => argument.startsWith(folder));
}

/** Reads a file with a process id in it. @param {string} path @returns {number | undefined} */
export function readPid(path) {
  const text = read(path)?.trim();
  return text !== undefined && /^\d+$/.test(text) ? Number(text) : undefined;
}

/**
 * Sends a signal; to a process that is gone is no error.
 * @param {number} pid @param {NodeJS.Signals} signal
 */
export function signal(pid, signal) {
  try {
    process.kill(pid, signal);
  } catch (thrown) {
    if (/** @type {NodeJS.ErrnoException} */ (thrown).code !== "ESRCH") throw thrown;
  }
}

/** Waits until a process is gone. @param {number} pid @param {number} limitMs @returns {Promise<boolean>} false at the limit */
export async function gone(pid, limitMs) {
  const mark = markOf(pid);
  if (mark === undefined) return true;
  return until(() => !lives(mark), limitMs);
}

/** Asks again and again. @param {() => boolean | Promise<boolean>} holds @param {number} limitMs @param {AbortSignal} [stop] */
export async function until(holds, limitMs, stop) {
  const end = performance.now() + limitMs;
  for (;;) {
    if (await holds()) return true;
    stop?.throwIfAborted();
    if (performance.now() > end) return false;
    await pause(50);
  }
}

/** @param {number} ms */
export function pause(ms) {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** @param {string} path */
export function exists(path) {
  return statSync(path, { throwIfNoEntry: false }) !== undefined;
}

/** @param {string} path */
function read(path) {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined; // the process, or the file, is gone
  }
}
