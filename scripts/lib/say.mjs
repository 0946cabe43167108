const started = performance.now();

/** One line about what the scripts do, on stderr so that stdout stays the program's. @param {string} text */
export function say(text) {
  process.stderr.write(`${dim(`[${seconds(performance.now() - started)}]`)} ${text}\n`);
}

/** A length in milliseconds as people read it. @param {number} ms */
export function seconds(ms) {
  return `${(ms / 1000).toFixed(1)} s`;
}

/** @param {string} text */
function dim(text) {
  return process.stderr.isTTY && process.env.NO_COLOR === undefined ? `\u001b[2m${text}\u001b[22m` : text;
}
