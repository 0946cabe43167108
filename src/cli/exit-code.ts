/** What `berth run` answers to the shell, and the one line that says why. */
import type { EpochMs } from "../core/brand.ts";
import { formatReason } from "../core/errors.ts";
import { type Container, isInternal, type Task } from "../core/task.ts";
import { count, formatDuration } from "./units.ts";

/** Why the run is over. What came first decides. */
export type WayOut =
  | { readonly type: "ended" }
  | { readonly type: "timeout"; readonly afterMs: number }
  | { readonly type: "signal"; readonly signal: EndingSignal }
  /** Whoever read our output has gone away. */
  | { readonly type: "brokenPipe" }
  /** A bug of ours, found while the task ran. */
  | { readonly type: "crash"; readonly error: unknown };

export type EndingSignal = "SIGINT" | "SIGTERM" | "SIGHUP";

export const EXIT_OK = 0;
/** Bad usage or an invalid definition. */
export const EXIT_USAGE = 2;
const EXIT_TIMEOUT = 124;
/** The engine could not run it. */
export const EXIT_ENGINE = 125;
const SIGNAL_EXITS: Readonly<Record<EndingSignal, number>> = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 };
const EXIT_BROKEN_PIPE = 141;

/** The end of a run: its exit code and, where something is to be said, the line that explains it. */
export type RunEnd = { readonly code: number; readonly message?: string };

/** `task` is the last snapshot, absent when the run was over before there was a task. */
export function endOfRun(task: Task | undefined, wayOut: WayOut): RunEnd {
  switch (wayOut.type) {
    case "signal":
      return { code: SIGNAL_EXITS[wayOut.signal], message: `Stopped by ${wayOut.signal}` };
    case "brokenPipe":
      return { code: EXIT_BROKEN_PIPE };
    case "crash":
      return { code: EXIT_ENGINE, message: "Stopped by a bug in Berth" };
    case "timeout":
      return { code: EXIT_TIMEOUT, message: `Stopped by --timeout after ${formatDuration(wayOut.afterMs)}` };
    case "ended":
      return task === undefined
        ? { code: EXIT_ENGINE, message: "Cannot run the task: it is unknown to the engine" }
        : endOfTask(task);
  }
}

function endOfTask(task: Task): RunEnd {
  const ender = enderOf(task);
  const ran = task.containers.filter((container) => container.essential && !isInternal(container) && hasRun(container));
  if (ender === undefined) return { code: EXIT_ENGINE, message: `Cannot run the task: ${reasonOf(task)}` };
  const allGood = ran.length > 0 && ran.every((container) => container.exitCode === 0);
  if (allGood && hasRun(ender)) return { code: EXIT_OK, message: describeEnd(ender) };
  if (!hasRun(ender) || ender.exitCode === undefined) return { code: EXIT_ENGINE, message: describeEnd(ender) };
  return { code: ender.exitCode, message: describeEnd(ender) };
}

function hasRun(container: Container): boolean {
  return container.startedAt !== undefined;
}

/**
 * The essential container whose end was the task's. One that ended after the task was told to stop was stopped by the
 * engine, so that its exit code tells nothing.
 */
function enderOf(task: Task): Container | undefined {
  const essential = task.containers.filter((container) => container.essential && container.knownStatus === "STOPPED");
  const byEnd = essential
    .filter((container) => hasRun(container) && container.finishedAt !== undefined)
    .sort(earlierEnd);
  const failed = essential.filter((container) => !hasRun(container) && container.error !== undefined);
  const stoppingAt = firstOf(task.executionStoppedAt, task.stoppingAt);
  const inTime = byEnd.find((container) => stoppingAt === undefined || (container.finishedAt ?? 0) <= stoppingAt);
  if (inTime !== undefined) return inTime;
  // A failed resource stops containers that run: none of them ended the task.
  if (failed.length === 0 && task.stopCode === "TaskFailedToStart") return undefined;
  const unfinished = essential.find((container) => hasRun(container) && container.finishedAt === undefined);
  return failed[0] ?? byEnd[0] ?? unfinished;
}

function firstOf(a: EpochMs | undefined, b: EpochMs | undefined): EpochMs | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return a < b ? a : b;
}

function earlierEnd(a: Container, b: Container): number {
  return (a.finishedAt ?? 0) - (b.finishedAt ?? 0);
}

function reasonOf(task: Task): string {
  const failed = task.containers.find((container) => container.error !== undefined);
  if (task.stoppedReason !== undefined) return task.stoppedReason;
  return failed?.error === undefined ? "no container of it ran" : `${failed.name}: ${formatReason(failed.error)}`;
}

/** `web (essential) ended the task: exit code 3 after 12 s, OutOfMemoryError: …`. */
function describeEnd(container: Container): string {
  const what = isInternal(container) ? "The pause container" : `${container.name} (essential)`;
  const error = container.error === undefined ? "" : formatReason(container.error);
  if (!hasRun(container)) return `${what} could not be run: ${error === "" ? "reason unknown" : error}`;
  const code =
    container.exitCode === undefined
      ? "exit code unknown"
      : `exit code ${container.exitCode}${hintOf(container.exitCode)}`;
  const ran =
    container.finishedAt === undefined || container.startedAt === undefined
      ? ""
      : ` after ${formatDuration(container.finishedAt - container.startedAt)}`;
  const restarts = container.restart.count === 0 ? "" : ` and ${count(container.restart.count, "restart")}`;
  return `${what} ended the task: ${code}${ran}${restarts}${error === "" ? "" : `, ${error}`}`;
}

/** What the shell's conventional codes mean. */
function hintOf(code: number): string {
  switch (code) {
    case 126:
      return " (command cannot be executed)";
    case 127:
      return " (command not found)";
    case 137:
      return " (SIGKILL)";
    case 139:
      return " (segmentation fault)";
    case 143:
      return " (SIGTERM)";
    default:
      return "";
  }
}
