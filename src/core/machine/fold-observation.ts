/**
 * Folds what was seen of a container into what is known of it. Known status only moves forward; facts that add
 * something (exit code, times) are taken even when the status is no news.
 * Source: engine-behaviour 3.6, 7.5; engine-modern 4.9, 6.4, 8.6, 11.
 */
import { asEpochMs, type EpochMs } from "../brand.ts";
import type { NamedError } from "../errors.ts";
import { isPortConflict } from "../host-ports.ts";
import { decideRestart } from "../restart-policy.ts";
import { type ContainerStatus, compareContainerStatus } from "../status.ts";
import { type Container, findContainer, type Health, UNKNOWN_HEALTH } from "../task.ts";
import { type Changeable, copyContainer, someContainerDifference } from "../task-copy.ts";
import type { Draft } from "./draft.ts";
import { blame, endByLastRun, endContainer } from "./endings.ts";
import type { Observation, ObservedHealth } from "./input.ts";

type Present = Extract<Observation, { readonly kind: "present" }>;
type Absent = Extract<Observation, { readonly kind: "absent" }>;

const HEALTH_OUTPUT_MAX = 1024;

/** Leaves the draft as it is when the observation is no news, so that a poll of what has not changed costs no save. */
export function foldObservation(draft: Draft, name: string, observation: Observation, now: EpochMs): void {
  const container = findContainer(draft.task, name);
  if (container === undefined) return;
  const seen = copyContainer(container);
  observe(seen, observation, now);
  if (someContainerDifference(container, seen, () => true)) draft.replaceContainer(container, seen);
}

/** Takes in what was seen of a container. */
export function observe(container: Changeable<Container>, observation: Observation, now: EpochMs): void {
  switch (observation.kind) {
    case "health":
      container.health = foldHealth(container, observation.health, now);
      break;
    case "absent":
      foldAbsence(container, observation, now);
      break;
    case "present":
      foldPresence(container, observation, now);
      break;
  }
}

/** Only a container that had been created can vanish. Source: EN-86, peers 1. */
function foldAbsence(container: Changeable<Container>, { dockerId, exitCode }: Absent, now: EpochMs): void {
  // A look at the one before, which was removed and made anew under the same name.
  if (dockerId !== undefined && dockerId !== container.dockerId) return;
  // While a create or a start is under way its answer tells; a start may make the container anew (host port taken).
  if (isBeingMade(container)) return;
  if (container.dockerId === undefined) {
    // The create that a crash left without an answer did not take effect, so that nothing was started either.
    container.startRequestedAt = undefined;
    return;
  }
  if (container.knownStatus === "STOPPED") {
    container.stopOwed = false;
    return;
  }
  if (container.restart.pending) endByLastRun(container);
  else endContainer(container);
  container.finishedAt ??= now;
  container.exitCode = exitCode ?? container.exitCode;
  // A container that was to be stopped and is gone has met its end; nobody took it away from us.
  if (exitCode !== undefined || container.desiredStatus === "STOPPED") return;
  blame(container, { name: "ContainerVanishedError", message: "No container matching saved ID found" });
}

function foldPresence(container: Changeable<Container>, seen: Present, now: EpochMs): void {
  // Under our name is our container: one that never ran may have been made anew before a crash.
  const isKnown = container.dockerId === undefined || seen.dockerId === container.dockerId;
  if (!isKnown && (container.knownStatus !== "CREATED" || isBeingMade(container))) return;
  switch (seen.status) {
    case "created":
      raise(container, "CREATED");
      takeFacts(container, seen, now);
      break;
    case "running":
      foldRunning(container, seen, now);
      break;
    case "stopped":
      foldStopped(container, seen, now);
      break;
  }
}

function foldRunning(container: Changeable<Container>, seen: Present, now: EpochMs): void {
  if (isOldRun(container, seen)) return;
  takeFacts(container, seen, now);
  if (container.knownStatus === "STOPPED") {
    container.stopOwed = true;
    return;
  }
  if (container.restart.pending) container.restart = { ...container.restart, pending: false };
  raise(container, "RUNNING");
  noteStart(container, now);
  if (seen.isDockersRun === true) endRunBefore(container, seen, now);
}

/** After what Docker says of it: its time of the start and that of the end are then of one clock. */
export function noteStart(container: Changeable<Container>, now: EpochMs): void {
  container.startedAt ??= now;
  if (container.startTimeoutMs > 0) container.startTimeoutAt ??= asEpochMs(now + container.startTimeoutMs);
}

/**
 * Somebody gave the container a restart policy of Docker's (`docker update --restart`), which started it again after its end.
 * What ended has ended, and what runs now is stopped. Where the definition asks for restarts, Docker's stand in for ours.
 * Source: the agent's handling of a container that goes from STOPPED back to RUNNING.
 */
function endRunBefore(container: Changeable<Container>, seen: Present, now: EpochMs): void {
  if (container.restartPolicy?.enabled === true) return;
  endContainer(container);
  container.exitCode = seen.exitCode ?? container.exitCode;
  container.finishedAt ??= seen.finishedAt ?? now;
  container.stopOwed = true;
  blame(container, {
    name: "DockerStateError",
    message:
      "It ended, and Docker started it again by a restart policy that somebody gave it (docker update --restart)",
  });
}

function foldStopped(container: Changeable<Container>, seen: Present, now: EpochMs): void {
  if (answerTells(container, seen) || isOldRun(container, seen)) return;
  takeFacts(container, seen, now);
  if (wasRefusedItsPort(container, seen)) {
    raise(container, "CREATED");
    return;
  }
  if (container.knownStatus === "STOPPED") {
    container.stopOwed = false;
    container.exitCode ??= seen.exitCode;
    return;
  }
  if (!recordRestart(container, seen, now)) end(container, seen, now);
}

/**
 * Is a start on its way whose own answer will tell more? One that failed looks stopped too, and only the answer says why;
 * and after a try that was never answered nobody knows which of the two this run is from.
 */
function answerTells({ inFlight }: Container, seen: Present): boolean {
  if (inFlight?.action === "restart") return true;
  return inFlight?.action === "start" && (inFlight.again === true || seen.startedAt === undefined);
}

/** Nobody heard the answer of a start that failed for want of a host port: the next one chooses another, where it may. */
function wasRefusedItsPort({ knownStatus, desiredStatus, startedAt }: Container, seen: Present): boolean {
  if (knownStatus === "STOPPED" || desiredStatus === "STOPPED") return false;
  return startedAt === undefined && seen.startedAt === undefined && isPortConflict(seen.stateError ?? "");
}

/**
 * Is this about the run that is known to have ended? Docker replays events, and inspects overtake each other. Told by
 * equality: a host's clock may have been set back between two runs.
 */
function isOldRun(container: Container, seen: Present): boolean {
  const { endedRun, pending } = container.restart;
  if (endedRun === undefined) return false;
  if (endedRun.startedAt === undefined || seen.startedAt === undefined) return pending && seen.status === "stopped";
  return seen.startedAt === endedRun.startedAt;
}

/**
 * The restart is on record before Docker is asked for it. A run that nobody saw while it lasted (it ended before its
 * start was answered, or while the engine was away) counts like any other. Source: engine-modern 11.3, 36.1.
 * @returns false when the run was the last one
 */
function recordRestart(container: Changeable<Container>, seen: Present, now: EpochMs): boolean {
  const { startedAt, finishedAt, exitCode } = seen;
  if (exitCode === undefined) return false;
  if (!decideRestart(container, exitCode, finishedAt ?? now, startedAt).restart) return false;
  raise(container, "RUNNING");
  container.finishedAt = undefined;
  container.exitCode = undefined;
  container.health = UNKNOWN_HEALTH;
  container.restart = {
    count: container.restart.count + 1,
    lastRestartAt: now,
    endedRun: { startedAt, finishedAt, exitCode },
    pending: true,
  };
  return true;
}

function end(container: Changeable<Container>, seen: Present, now: EpochMs): void {
  endContainer(container);
  container.exitCode = seen.exitCode ?? container.exitCode;
  container.finishedAt = seen.finishedAt ?? container.finishedAt ?? now;
  const error = errorOf(seen);
  if (error !== undefined) blame(container, error);
}

/**
 * OOM wins over Docker's own text. Docker says so as well when only a child of the container's process was killed: one that
 * went on and ended by itself was not, and one that ended well has nothing to explain. Source: engine-behaviour 7.5, STOP-8.
 */
function errorOf(seen: Present): NamedError | undefined {
  if (seen.oomKilled && seen.exitCode !== 0) return { name: "OutOfMemoryError", message: memoryMessage(seen.exitCode) };
  if (seen.stateError === undefined) return undefined;
  return { name: "DockerStateError", message: seen.stateError };
}

const SIGKILL_EXIT = 137;

function memoryMessage(exitCode: number | undefined): string {
  if (exitCode === undefined || exitCode === SIGKILL_EXIT) return "Container killed due to memory usage";
  return "A process of the container was killed due to memory usage";
}

function raise(container: Changeable<Container>, status: ContainerStatus): void {
  if (compareContainerStatus(status, container.knownStatus) > 0) container.knownStatus = status;
}

/** Facts beside the status. What is known is never erased by an empty answer. Source: engine-modern 6.4. */
function takeFacts(container: Changeable<Container>, seen: Present, now: EpochMs): void {
  container.dockerId = seen.dockerId;
  container.createdAt = seen.createdAt ?? container.createdAt;
  container.startedAt = firstStartOf(container, seen);
  container.imageId ??= seen.imageId;
  container.imageDigest ??= seen.imageDigest;
  container.ipAddress = seen.ipAddress ?? container.ipAddress;
  container.networkBindings = bindingsOf(container, seen);
  // The monitor of a container that has ended calls it unhealthy, whatever its last check said.
  if (seen.health !== undefined && seen.status === "running")
    container.health = foldHealth(container, seen.health, now);
}

/** Docker may choose others when it starts a container again; a stopped one shows none. Source: W-37. */
function bindingsOf(container: Container, seen: Present): Container["networkBindings"] {
  const { networkBindings: known } = container;
  if (seen.networkBindings === undefined || (seen.networkBindings.length === 0 && known !== undefined)) return known;
  return JSON.stringify(known) === JSON.stringify(seen.networkBindings) ? known : seen.networkBindings;
}

/** `since` moves only with the status; the exit code is kept only while UNHEALTHY. Source: HEALTH-1, -2, -6, W-37. */
function foldHealth(container: Container, seen: ObservedHealth, now: EpochMs): Health {
  const before = container.health;
  if (!container.hasHealthCheck || seen.status === "starting") return before;
  const status = seen.status === "healthy" ? "HEALTHY" : "UNHEALTHY";
  const output = seen.output === undefined ? before.output : seen.output.slice(0, HEALTH_OUTPUT_MAX);
  const exitCode =
    status === "UNHEALTHY" ? (seen.exitCode ?? (before.status === status ? before.exitCode : undefined)) : undefined;
  if (before.status === status && before.output === output && before.exitCode === exitCode) return before;
  return {
    status,
    since: before.status === status && before.since !== undefined ? before.since : now,
    ...(output === undefined ? {} : { output }),
    ...(exitCode === undefined ? {} : { exitCode }),
  };
}

function isBeingMade({ inFlight }: Container): boolean {
  return inFlight?.action === "create" || inFlight?.action === "start";
}

/** Docker's own time of the first start, once it is seen: ours is that of the answer, which comes later. */
function firstStartOf({ startedAt, restart }: Container, seen: Present): EpochMs | undefined {
  if (startedAt === undefined || seen.startedAt === undefined) return startedAt ?? seen.startedAt;
  return restart.count === 0 && seen.startedAt < startedAt ? seen.startedAt : startedAt;
}
