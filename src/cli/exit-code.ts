/** What `berth run` answers to the shell, and the one line that says why. */

import type { EpochMs } from "../core/brand.ts";
import { failureBehind, victimsOf } from "../core/causes.ts";
import { formatReason } from "../core/errors.ts";
import { ranForMs } from "../core/ran-for.ts";
import { type Container, findContainer, isInternal, type Task } from "../core/task.ts";
import { howKilled } from "./how-killed.ts";
import { count, formatDuration, formatElapsed } from "./units.ts";

/** Why the run is over. What came first decides. */
export type WayOut =
  | { readonly type: "ended" }
  | { readonly type: "timeout"; readonly afterMs: number }
  | { readonly type: "signal"; readonly signal: EndingSignal }
  /** A container waits for another to be healthy, which is not: nobody but a person would mend that. */
  | { readonly type: "unhealthy"; readonly reason: string }
  /** Whoever read our output has gone away. */
  | { readonly type: "brokenPipe" }
  /** A bug of ours, found while the task ran. */
  | { readonly type: "crash"; readonly error: unknown };

export type EndingSignal = "SIGINT" | "SIGTERM" | "SIGHUP" | "SIGQUIT";

export const EXIT_OK = 0;
/** Bad usage or an invalid definition. */
export const EXIT_USAGE = 2;
const EXIT_TIMEOUT = 124;
/** The engine could not run it. */
export const EXIT_ENGINE = 125;
const SIGNAL_EXITS: Readonly<Record<EndingSignal, number>> = {
  SIGHUP: 129,
  SIGINT: 130,
  SIGQUIT: 131,
  SIGTERM: 143,
};
const EXIT_BROKEN_PIPE = 141;

/** The end of a run: its exit code and, where something is to be said, the line that explains it. */
export type RunEnd = { readonly code: number; readonly message?: string };

/** `task` is the last snapshot, absent when the run was over before there was a task. */
export function endOfRun(task: Task | undefined, wayOut: WayOut): RunEnd {
  const { code, message } = endBy(task, wayOut);
  if (message === undefined) return { code };
  return { code, message: [message, ...(task === undefined ? [] : describeLate(task))].join("; ") };
}

/** `web, db did not stop within 30 s: killed`, once for each grace. */
function describeLate(task: Task): readonly string[] {
  const late = task.containers.filter((each) => !isInternal(each) && howKilled(each, task) === "late");
  return [...new Set(late.map(({ stopTimeoutMs }) => stopTimeoutMs))].map((grace) => {
    const names = late.filter(({ stopTimeoutMs }) => stopTimeoutMs === grace).map(({ name }) => name);
    return `${names.join(", ")} did not stop within ${formatElapsed(grace)}: killed`;
  });
}

function endBy(task: Task | undefined, wayOut: WayOut): RunEnd {
  switch (wayOut.type) {
    case "signal":
      return { code: SIGNAL_EXITS[wayOut.signal], message: `Stopped by ${wayOut.signal}` };
    case "brokenPipe":
      return { code: EXIT_BROKEN_PIPE };
    case "crash":
      return { code: EXIT_ENGINE, message: "Stopped by a bug in Berth" };
    case "unhealthy":
      return { code: EXIT_ENGINE, message: wayOut.reason };
    case "timeout":
      return { code: EXIT_TIMEOUT, message: `Stopped by --timeout after ${formatDuration(wayOut.afterMs)}` };
    case "ended":
      return task === undefined
        ? { code: EXIT_ENGINE, message: "Cannot run the task: it is unknown to the engine" }
        : endOfTask(task);
  }
}

/**
 * By what happened to the essential containers, whatever was noticed first: one that could not be run makes 125; else the
 * first failure of those that ended by themselves counts, and 0 only when each of them has run.
 */
function endOfTask(task: Task): RunEnd {
  const failed = task.containers.find((container) => container.essential && !hasRun(container) && hasFailed(container));
  if (failed !== undefined) return { code: EXIT_ENGINE, message: describeStartFailure(failed, task) };
  const enders = endersOf(task);
  const ender = enders.find(({ exitCode }) => exitCode !== 0) ?? enders[0];
  if (ender === undefined || task.stopCode === "TaskFailedToStart")
    return { code: EXIT_ENGINE, message: `Cannot run the task: ${reasonOf(task)}` };
  if (ender.exitCode !== 0) return { code: ender.exitCode ?? EXIT_ENGINE, message: describeEnd(ender) };
  const unstarted = task.containers.filter((each) => each.essential && !isInternal(each) && !hasRun(each));
  if (unstarted.length === 0) return { code: EXIT_OK, message: describeEnd(ender) };
  const names = unstarted.map(({ name }) => name).join(", ");
  return { code: EXIT_ENGINE, message: `${names} (essential) never started: ${describeEnd(ender)}` };
}

function hasRun(container: Container): boolean {
  return container.startedAt !== undefined;
}

function hasFailed(container: Container): boolean {
  return container.error !== undefined;
}

/**
 * The essential containers whose end was the task's, the earliest first. One that ended after the task was told to stop
 * was stopped by the engine, so that its exit code tells nothing, unless no other is known to have ended.
 */
function endersOf(task: Task): readonly Container[] {
  const ran = task.containers.filter((each) => each.essential && each.knownStatus === "STOPPED" && hasRun(each));
  const byEnd = ran.filter(({ finishedAt }) => finishedAt !== undefined).toSorted(earlierEnd);
  const stoppingAt = firstOf(task.executionStoppedAt, task.stoppingAt);
  const inTime = byEnd.filter(({ finishedAt = 0 }) => stoppingAt === undefined || finishedAt <= stoppingAt);
  if (inTime.length > 0) return inTime;
  return byEnd.length > 0 ? byEnd.slice(0, 1) : ran.slice(0, 1);
}

function firstOf(a: EpochMs | undefined, b: EpochMs | undefined): EpochMs | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return a < b ? a : b;
}

function earlierEnd(a: Container, b: Container): number {
  return (a.finishedAt ?? 0) - (b.finishedAt ?? 0);
}

function reasonOf(task: Task): string {
  const failed = task.containers.find(hasFailed);
  if (task.stoppedReason !== undefined) return task.stoppedReason;
  return failed?.error === undefined ? "no container of it ran" : `${failed.name}: ${formatReason(failed.error)}`;
}

/** `otel could not be run: CannotStartContainerError: …; app (essential) could not start without otel`: the cause comes first. */
function describeStartFailure(failed: Container, task: Task): string {
  const cause = failureBehind(failed, (name) => findContainer(task, name));
  if (cause === failed || cause.error === undefined || hasRun(cause)) return describeEnd(failed);
  const victims = victimsOf(cause, task.containers).map(calledBy);
  return `${describeEnd(cause)}; ${victims.join(", ")} could not start without ${cause.name}`;
}

function calledBy(container: Container): string {
  if (isInternal(container)) return "The pause container";
  return container.essential ? `${container.name} (essential)` : container.name;
}

/** `web (essential) ended the task: exit code 3 after 12 s, OutOfMemoryError: …`. */
function describeEnd(container: Container): string {
  const what = calledBy(container);
  const error = container.error === undefined ? "" : formatReason(container.error);
  if (!hasRun(container)) return `${what} could not be run: ${error === "" ? "reason unknown" : error}`;
  const code =
    container.exitCode === undefined
      ? "exit code unknown"
      : `exit code ${container.exitCode}${hintOf(container.exitCode)}`;
  const ranMs = ranForMs(container);
  const ran = ranMs === undefined ? "" : ` after ${formatDuration(ranMs)}`;
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
