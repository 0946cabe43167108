/**
 * The life of one script: what it started is stopped in reverse order at its end, whatever the end is. The first signal
 * asks for an orderly stop, the second is passed on to the children again (they kill at once), the third ends us.
 */
import { constants } from "node:os";
import { Interrupted, messageOf, Problem } from "./problem.mjs";
import { say } from "./say.mjs";

const SIGNALS = /** @type {const} */ (["SIGINT", "SIGTERM", "SIGHUP"]);

export class Lifetime {
  /** @type {{ title: string, stop: () => Promise<void> | void }[]} */
  #undo = [];
  #interruption = new AbortController();
  #signals = 0;
  /** Whoever wants signals as they come, such as a running child. @type {Set<(signal: NodeJS.Signals) => void>} */
  listeners = new Set();

  get signal() {
    return this.#interruption.signal;
  }

  /** Registers how to stop something that has just been started. @param {string} title @param {() => Promise<void> | void} stop */
  onEnd(title, stop) {
    this.#undo.push({ title, stop });
  }

  /** @param {NodeJS.Signals} signal */
  interrupt(signal) {
    this.#signals += 1;
    if (this.#signals > 2) process.exit(128 + constants.signals[signal]);
    if (this.#signals === 1) say(`${signal}: stopping what was started`);
    this.#interruption.abort(new Interrupted(signal));
    for (const listener of this.listeners) listener(signal);
  }

  /** Stops everything, last started first. One failure does not keep the rest running. */
  async end() {
    let failed = false;
    for (let next = this.#undo.pop(); next !== undefined; next = this.#undo.pop()) {
      try {
        await next.stop();
      } catch (thrown) {
        failed = true;
        say(`Cannot ${next.title}: ${messageOf(thrown)}`);
      }
    }
    return !failed;
  }
}

/**
 * Runs a script's body and ends the process with its exit code: a problem's own, 1 after a bug, 128 + signal when interrupted.
 * @param {(life: Lifetime) => Promise<number>} body
 */
export async function main(body) {
  const life = new Lifetime();
  for (const signal of SIGNALS) process.on(signal, () => life.interrupt(signal));
  const code = await body(life).catch(exitCodeOf);
  const clean = await life.end();
  process.exit(code === 0 && !clean ? 1 : code);
}

/** @param {unknown} thrown */
function exitCodeOf(thrown) {
  if (thrown instanceof Interrupted) return 128 + constants.signals[thrown.signal];
  if (!(thrown instanceof Problem)) {
    console.error(thrown);
    return 1;
  }
  process.stderr.write(`\n${thrown.message}\n`);
  return thrown.exitCode;
}
