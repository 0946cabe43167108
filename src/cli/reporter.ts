/** Where a run's news go: a board, plain lines or JSON lines. */
import type { Task } from "../core/task.ts";
import type { LayerProgress, LogLine } from "../ports/docker-client.ts";
import type { RunEnd } from "./exit-code.ts";
import { type Shown, show, visible } from "./shown.ts";

export interface RunReporter {
  /** A new snapshot of the task. */
  taskChanged(task: Task): void;
  pullProgress(containerName: string, progress: LayerProgress): void;
  /** Lines that a container printed, at least one. @returns when more can be taken in */
  logLines(containerName: string, lines: readonly LogLine[]): Promise<void>;
  /** Something that Berth has to say beside what happens: warnings, hints, what a signal did. */
  note(text: string): void;
  /** What goes for as long as nothing else is said: what a first Ctrl-C did and what a second would do. */
  notice(text: string): void;
  /** The run is over, and this is what the shell is told. Shown where it is not on stderr anyway. */
  ended?(end: RunEnd): void;
  /** Nothing comes after this. Gives the terminal back. */
  close(): void;
}

/** What Berth says beside what happens, as a line of its own. */
export function berthLine(text: string): Shown {
  return show`berth: ${visible(text)}\n`;
}

/** The two streams of the process, and what is known of the terminal behind the first. */
export interface CliOutput {
  readonly isTerminal: boolean;
  readonly isErrTerminal: boolean;
  readonly columns: number;
  readonly rows: number;
  readonly env: Readonly<Record<string, string | undefined>>;
  writeOut(text: Shown): void;
  writeErr(text: Shown): void;
  /** Lines that a container printed, each behind the prefix. A pipe or a file gets them as they are, a terminal tamed. */
  writeLog(prefix: Shown, lines: readonly LogLine[]): void;
  /** Resolves when whoever reads stdout has taken in what was written, as far as there is no room for more. */
  drained(): Promise<void>;
  /** What moves the cursor, with shown text between: for the live board alone. */
  writeFrame(text: string): void;
  /** The cursor comes back by itself when the process ends, however it ends (SIGKILL apart). */
  setCursorVisible(visible: boolean): void;
  /** @returns a function that ends the subscription */
  onRedraw(listener: (cause: RedrawCause) => void): () => void;
  /** Whoever read the output has gone away. @returns a function that ends the subscription */
  onBrokenPipe(listener: () => void): () => void;
  /** Resolves when all that was written has left the process. */
  flush(): Promise<void>;
}

/**
 * Why what was drawn is no longer right: it has been wrapped to a new width (`resized`), the shell is about to get the
 * terminal (`suspended`, the last chance to wipe it), or has given it back (`resumed`).
 */
export type RedrawCause = "resized" | "suspended" | "resumed";
