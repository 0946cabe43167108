/** One container in words for people: what it is doing, how it is, what it waits for, where it is reached. */

import { type Blocker, describeBlocker, isTaskBlocker } from "../core/blocker.ts";
import type { EpochMs } from "../core/brand.ts";
import { formatReason } from "../core/errors.ts";
import { ranForMs } from "../core/ran-for.ts";
import { isRunningStatus } from "../core/status.ts";
import type { Container, Task } from "../core/task.ts";
import { describePort, publishedPorts } from "./addresses.ts";
import { howKilled } from "./how-killed.ts";
import { type PullView, summarisePull } from "./pull-view.ts";
import { withoutFailedStarts } from "./told-once.ts";
import { count, formatDuration, formatElapsed } from "./units.ts";

export type Tone = "waiting" | "working" | "running" | "done" | "failed";

export type ContainerView = {
  readonly name: string;
  readonly word: string;
  readonly tone: Tone;
  /** Empty for a container without a health check. */
  readonly health: "" | "starting" | "healthy" | "unhealthy";
  /** Each fits a line of its own when they do not fit one line together. */
  readonly details: readonly string[];
};

export type ViewContext = {
  readonly task: Task;
  readonly blockers: readonly Blocker[];
  readonly pulls: ReadonlyMap<string, PullView>;
  readonly dockerHost: string;
  readonly arrow: string;
  readonly now: EpochMs;
};

export function viewContainer(container: Container, context: ViewContext): ContainerView {
  const phase = phaseOf(container, context);
  return { name: container.name, health: phase.word === "STOPPING" ? "" : healthOf(container), ...phase };
}

type Phase = Pick<ContainerView, "word" | "tone" | "details">;

function phaseOf(container: Container, context: ViewContext): Phase {
  if (container.knownStatus === "STOPPED") return stopped(container, context.task);
  if (isRunningStatus(container.knownStatus)) return running(container, context);
  if (container.desiredStatus === "STOPPED")
    return { word: "STOPPING", tone: "working", details: waits(container, context) };
  return goingUp(container, context);
}

function goingUp(container: Container, context: ViewContext): Phase {
  switch (container.inFlight?.action) {
    case "resolveManifest":
    case "pull": {
      const summary = summarisePull(context.pulls.get(container.name) ?? new Map());
      return { word: "PULLING", tone: "working", details: summary === "" ? [container.image] : [summary] };
    }
    case "create":
      return { word: "CREATING", tone: "working", details: [] };
    case "start":
      return { word: "STARTING", tone: "working", details: [] };
    default:
      return held(container, context);
  }
}

function held(container: Container, context: ViewContext): Phase {
  const details = waits(container, context);
  if (container.retry !== undefined) return { word: "RETRYING", tone: "working", details };
  if (details.length > 0) return { word: "WAITING", tone: "waiting", details };
  const word =
    container.knownStatus === "NONE" || container.knownStatus === "MANIFEST_PULLED" ? "PENDING" : container.knownStatus;
  return { word, tone: "waiting", details };
}

function running(container: Container, context: ViewContext): Phase {
  if (container.desiredStatus === "STOPPED") return stopping(container, context);
  if (container.inFlight?.action === "restart")
    return { word: "RESTARTING", tone: "working", details: restarts(container) };
  const ports = publishedPorts(context.task, container, context.dockerHost).map((port) =>
    describePort(port, context.arrow),
  );
  return { word: "RUNNING", tone: "running", details: [...ports, ...restarts(container)] };
}

function stopping(container: Container, context: ViewContext): Phase {
  const details = waits(container, context);
  if (details.length > 0) return { word: "RUNNING", tone: "running", details };
  const grace = `SIGKILL at the latest after ${formatElapsed(container.stopTimeoutMs)}`;
  return { word: "STOPPING", tone: "working", details: [grace] };
}

function restarts(container: Container): string[] {
  const times = container.restart.count;
  return times === 0 ? [] : [`restarted ${count(times, "time")}`];
}

function stopped(container: Container, task: Task): Phase {
  const details = [...endOf(container, task), ...restarts(container)];
  if (hasFailed(container, task)) return { word: "STOPPED", tone: "failed", details };
  return { word: "STOPPED", tone: container.startedAt === undefined ? "waiting" : "done", details };
}

function endOf(container: Container, task: Task): string[] {
  const others = task.containers.filter((each) => each.name !== container.name);
  const reason = container.error === undefined ? [] : [withoutFailedStarts(formatReason(container.error), others)];
  if (container.startedAt === undefined) return reason.length > 0 ? reason : ["never started"];
  const code = container.exitCode === undefined ? "exit code unknown" : `exit code ${container.exitCode}`;
  const ranMs = ranForMs(container);
  const ran = ranMs === undefined ? "" : ` after ${formatDuration(ranMs)}`;
  return [`${code}${ran}`, ...killedWords(container, task), ...reason];
}

function killedWords(container: Container, task: Task): string[] {
  const how = howKilled(container, task);
  if (how === undefined) return [];
  return [how === "late" ? `killed: it did not stop within ${formatElapsed(container.stopTimeoutMs)}` : "killed"];
}

/** 143 and 137 are how a container ends that was told to stop: no failure of its own. */
function hasFailed(container: Container, task: Task): boolean {
  if (container.error !== undefined) return true;
  const { exitCode = 0, finishedAt } = container;
  const told = task.stoppingAt !== undefined && (finishedAt === undefined || finishedAt >= task.stoppingAt);
  return exitCode !== 0 && !(told && (exitCode === 143 || exitCode === 137));
}

function waits(container: Container, context: ViewContext): string[] {
  return context.blockers.flatMap((blocker) => {
    if (blocker.type === "docker" || isTaskBlocker(blocker) || blocker.containerName !== container.name) return [];
    return [describeBlocker(blocker) + limitOf(blocker, context.now)];
  });
}

function limitOf(blocker: Blocker, now: EpochMs): string {
  if (!("until" in blocker) || blocker.until === undefined) return "";
  const left = formatElapsed(blocker.until - now);
  return blocker.type === "retry" ? `, in ${left}` : `, at most ${left} more`;
}

function healthOf(container: Container): ContainerView["health"] {
  if (!container.hasHealthCheck || !isRunningStatus(container.knownStatus)) return "";
  switch (container.health.status) {
    case "HEALTHY":
      return "healthy";
    case "UNHEALTHY":
      return "unhealthy";
    case "UNKNOWN":
      return "starting";
  }
}
