/** What the person at the terminal has to read, in one message. Everything else that is thrown is a bug of ours. */
export class Problem extends Error {
  /** @override */
  name = "Problem";
  /** Of the script that it ends. */
  exitCode = 1;
}

/** A script was called in a way that it does not know: the message says which it knows. */
export class UsageProblem extends Problem {
  /** @override */
  name = "UsageProblem";
  /** @override */
  exitCode = 2;
}

/** Somebody asked us to stop: not an error, but the reason to unwind. */
export class Interrupted extends Error {
  /** @override */
  name = "Interrupted";

  /** @param {NodeJS.Signals} signal */
  constructor(signal) {
    super(`Stopped by ${signal}`);
    this.signal = signal;
  }
}

/** The text of anything thrown. @param {unknown} thrown */
export function messageOf(thrown) {
  return thrown instanceof Error ? thrown.message : String(thrown);
}
