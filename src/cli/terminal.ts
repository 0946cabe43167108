/** The process's own stdout and stderr. */
import { writeSync } from "node:fs";
import type { LogLine } from "../ports/docker-client.ts";
import type { CliOutput, RedrawCause } from "./reporter.ts";
import { wantsColours } from "./screen.ts";
import type { Shown } from "./shown.ts";
import { tameLine } from "./tame-line.ts";

const HIDE_CURSOR = "\u001b[?25l";
const SHOW_CURSOR = "\u001b[?25h";
/** What a terminal is taken for that does not tell its size. */
const DEFAULT_COLUMNS = 80;
const DEFAULT_ROWS = 24;

export function createTerminal(): CliOutput {
  const { stdout, stderr } = process;
  const terminal = stdout.isTTY ? { colours: wantsColours(process.env, true) } : undefined;
  let cursorHidden = false;
  const brokenPipe = new Set<() => void>();
  // Without a listener a reader that goes away would be an uncaught exception.
  for (const stream of [stdout, stderr]) {
    stream.on("error", () => {
      if (stream === stdout) for (const listener of brokenPipe) listener();
    });
  }
  const restoreCursor = () => {
    if (cursorHidden) writeSync(stdout.fd, SHOW_CURSOR);
    cursorHidden = false;
  };
  return {
    isTerminal: stdout.isTTY === true,
    isErrTerminal: stderr.isTTY === true,
    get columns() {
      return stdout.columns || DEFAULT_COLUMNS;
    },
    get rows() {
      return stdout.rows || DEFAULT_ROWS;
    },
    env: process.env,
    writeOut: write(stdout),
    writeErr: write(stderr),
    writeLog: (prefix, lines) => write(stdout)(logText(prefix, lines, terminal)),
    drained: () => drained(stdout),
    writeFrame: write(stdout),
    setCursorVisible(visible) {
      if (visible === !cursorHidden || !stdout.isTTY) return;
      cursorHidden = !visible;
      stdout.write(visible ? SHOW_CURSOR : HIDE_CURSOR);
      if (visible) process.off("exit", restoreCursor);
      else process.once("exit", restoreCursor);
    },
    onRedraw: (listener) => onRedraw(listener, restoreCursor),
    onBrokenPipe(listener) {
      brokenPipe.add(listener);
      return () => brokenPipe.delete(listener);
    },
    async flush() {
      await Promise.all([stdout, stderr].map(flushed));
    },
  };
}

function write(stream: NodeJS.WriteStream): (text: string) => void {
  return (text) => void (stream.writable && stream.write(text));
}

/** Tamed for a terminal. */
function logText(
  prefix: Shown,
  lines: readonly LogLine[],
  terminal: { readonly colours: boolean } | undefined,
): string {
  let text = "";
  for (const line of lines) text += `${prefix} ${terminal ? tameLine(line.text, terminal) : line.text}\n`;
  return text;
}

/** Ctrl-Z must not leave the shell without a cursor; coming back draws anew. */
function onRedraw(listener: (cause: RedrawCause) => void, restoreCursor: () => void): () => void {
  const suspend = () => {
    listener("suspended");
    restoreCursor();
    process.kill(process.pid, "SIGSTOP");
  };
  const resize = () => listener("resized");
  const resume = () => listener("resumed");
  process.stdout.on("resize", resize);
  process.on("SIGTSTP", suspend);
  process.on("SIGCONT", resume);
  return () => {
    process.stdout.off("resize", resize);
    process.off("SIGTSTP", suspend);
    process.off("SIGCONT", resume);
  };
}

function drained(stream: NodeJS.WriteStream): Promise<void> {
  if (!stream.writable || !stream.writableNeedDrain) return Promise.resolve();
  return new Promise((resolve) => {
    const ends = ["drain", "close", "error"];
    const end = () => {
      for (const event of ends) stream.off(event, end);
      resolve();
    };
    for (const event of ends) stream.on(event, end);
  });
}

function flushed(stream: NodeJS.WriteStream): Promise<void> {
  if (!stream.writable) return Promise.resolve();
  return new Promise((resolve) => {
    stream.write("", () => resolve());
    stream.once("error", () => resolve());
  });
}
