/** For tests: an output that keeps what it is given. Container lines reach it as they would reach a pipe. */
import type { CliOutput } from "./reporter.ts";

export type SeenOutput = { out: string; err: string };

export function aCliOutput(seen: SeenOutput, given: Partial<CliOutput> = {}): CliOutput {
  const writeOut = (text: string) => {
    seen.out += text;
  };
  const output: CliOutput = {
    isTerminal: false,
    isErrTerminal: false,
    columns: 80,
    rows: 24,
    env: {},
    writeOut,
    writeErr: (text) => {
      seen.err += text;
    },
    writeLog: (prefix, lines) => writeOut(lines.map(({ text }) => `${prefix} ${text}\n`).join("")),
    drained: async () => undefined,
    writeFrame: writeOut,
    setCursorVisible: () => undefined,
    onRedraw: () => () => undefined,
    onBrokenPipe: () => () => undefined,
    flush: async () => undefined,
  };
  // A getter stays one: terminals change their size.
  return Object.defineProperties(output, Object.getOwnPropertyDescriptors(given));
}
