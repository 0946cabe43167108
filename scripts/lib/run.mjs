import { spawn } from "node:child_process";
import { constants } from "node:os";
import { Problem } from "./problem.mjs";
import { say, seconds } from "./say.mjs";

/**
 * @typedef {object} RunOptions
 * @property {string} [cwd]
 * @property {NodeJS.ProcessEnv} [env]
 * @property {"show" | "keep"} [output] show it as it comes, or keep it for the answer and the error message
 * @property {number} [limitMs] kills it when it takes longer; the exit code is then 124
 * @property {boolean} [finish] an interruption waits for the end instead of passing the signal on
 */

/**
 * Runs a program to its end. It gets a process group of its own: a Ctrl-C reaches this script alone, which passes it on
 * in the order that is right.
 * @param {import("./lifetime.mjs").Lifetime} life
 * @param {string} command
 * @param {readonly string[]} args
 * @param {RunOptions} [options]
 * @returns {Promise<{ code: number, output: string }>} code 128 + n when signal n ended it
 */
export async function run(life, command, args, { cwd, env, output = "show", limitMs, finish = false } = {}) {
  life.signal.throwIfAborted();
  const child = spawn(command, args, {
    stdio: ["ignore", output === "show" ? "inherit" : "pipe", output === "show" ? "inherit" : "pipe"],
    detached: true,
    ...(cwd === undefined ? {} : { cwd }),
    ...(env === undefined ? {} : { env }),
  });
  let kept = "";
  for (const stream of [child.stdout, child.stderr]) stream?.on("data", (chunk) => (kept += chunk));
  const stopPassingOn = finish ? () => {} : passSignalsOn(life, child);
  const limit = limitFor(child, limitMs);
  try {
    const code = await exitOf(child, command);
    life.signal.throwIfAborted();
    return { code: limit.isReached() ? 124 : code, output: kept };
  } finally {
    limit.clear();
    stopPassingOn();
  }
}

/**
 * As `run`, but any exit code except 0 is a problem, told with the end of the output.
 * @param {import("./lifetime.mjs").Lifetime} life
 * @param {string} command
 * @param {readonly string[]} args
 * @param {RunOptions} [options]
 */
export async function mustRun(life, command, args, options = {}) {
  const { code, output } = await run(life, command, args, options);
  if (code === 0) return output;
  const told = output === "" ? "" : `:\n${lastLines(output, 20)}`;
  throw new Problem(`Cannot run "${[command, ...args].join(" ")}": exit code ${code}${told}`);
}

/** @param {string} text @param {number} count */
export function lastLines(text, count) {
  return text.trimEnd().split("\n").slice(-count).join("\n");
}

/** @param {import("node:child_process").ChildProcess} child @param {number | undefined} limitMs */
function limitFor(child, limitMs) {
  if (limitMs === undefined) return { isReached: () => false, clear: () => {} };
  let reached = false;
  const timer = setTimeout(() => {
    reached = true;
    say(`Killing it: it took longer than ${seconds(limitMs)}`);
    signalGroup(child.pid, "SIGKILL");
  }, limitMs);
  return { isReached: () => reached, clear: () => clearTimeout(timer) };
}

/** @param {import("./lifetime.mjs").Lifetime} life @param {import("node:child_process").ChildProcess} child */
function passSignalsOn(life, child) {
  /** @param {NodeJS.Signals} signal */
  const passOn = (signal) => signalGroup(child.pid, signal);
  const resized = () => signalGroup(child.pid, "SIGWINCH");
  life.listeners.add(passOn);
  process.on("SIGWINCH", resized);
  return () => {
    life.listeners.delete(passOn);
    process.off("SIGWINCH", resized);
  };
}

/** @param {number | undefined} pid @param {NodeJS.Signals} signal */
function signalGroup(pid, signal) {
  if (pid === undefined) return;
  try {
    process.kill(-pid, signal);
  } catch (thrown) {
    if (/** @type {NodeJS.ErrnoException} */ (thrown).code !== "ESRCH") throw thrown;
  }
}

/** @param {import("node:child_process").ChildProcess} child @param {string} command @returns {Promise<number>} */
function exitOf(child, command) {
  return new Promise((resolve, reject) => {
    child.on("error", (cause) => reject(new Problem(`Cannot run "${command}": ${cause.message}`)));
    child.on("close", (code, signal) => resolve(code ?? 128 + constants.signals[signal ?? "SIGKILL"]));
  });
}
