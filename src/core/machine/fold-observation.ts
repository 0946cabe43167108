/**
 * Folds what was seen of a container into what is known of it. Known status only moves forward; facts that add
 * something (exit code, times) are taken even when the status is no news.
 * Source: engine-behaviour 3.6, 7.5; engine-modern 4.9, 6.4, 8.6, 11.
 */
import type { EpochMs } from "../brand.ts";
import type { NamedError } from "../errors.ts";
import { decideRestart } from "../restart-policy.ts";
import { type ContainerStatus, compareContainerStatus } from "../status.ts";
import type { Container, Health } from "../task.ts";
import { changeContainer } from "../task-copy.ts";
import { isUp } from "./derive.ts";
import type { Observation, ObservedHealth } from "./input.ts";
import { ended, endedByLastRun, keepIfSame, withError } from "./step-state.ts";

type Present = Extract<Observation, { readonly kind: "present" }>;
type Absent = Extract<Observation, { readonly kind: "absent" }>;

const HEALTH_OUTPUT_MAX = 1024;

/** The same container when the observation is no news, so that a poll of what has not changed costs no save. */
export function foldObservation(container: Container, observation: Observation, now: EpochMs): Container {
  return keepIfSame(container, fold(container, observation, now));
}

function fold(container: Container, observation: Observation, now: EpochMs): Container {
  switch (observation.kind) {
    case "health":
      return changeContainer(container, { health: foldHealth(container, observation.health, now) });
    case "absent":
      return foldAbsence(container, observation, now);
    case "present":
      return foldPresence(container, observation, now);
  }
}

/** Only a container that had been created can vanish. Source: EN-86, peers 1. */
function foldAbsence(container: Container, { dockerId, exitCode }: Absent, now: EpochMs): Container {
  // A look at the one before, which was removed and made anew under the same name.
  if (dockerId !== undefined && dockerId !== container.dockerId) return container;
  // While a create or a start is under way its answer tells; a start may make the container anew (host port taken).
  if (isBeingMade(container)) return container;
  // The create that a crash left without an answer did not take effect, so that nothing was started either.
  if (container.dockerId === undefined) return changeContainer(container, { startRequestedAt: undefined });
  if (container.knownStatus === "STOPPED") return changeContainer(container, { stopOwed: false });
  const last = container.restart.pending ? endedByLastRun(container) : container;
  const gone = ended(last, { finishedAt: last.finishedAt ?? now });
  if (exitCode !== undefined) return changeContainer(gone, { exitCode });
  // A container that was to be stopped and is gone has met its end; nobody took it away from us.
  if (container.desiredStatus === "STOPPED") return gone;
  return withError(gone, { name: "ContainerVanishedError", message: "No container matching saved ID found" });
}

function foldPresence(container: Container, seen: Present, now: EpochMs): Container {
  // Under our name is our container: one that never ran may have been made anew before a crash.
  const isKnown = container.dockerId === undefined || seen.dockerId === container.dockerId;
  if (!isKnown && (container.knownStatus !== "CREATED" || isBeingMade(container))) return container;
  switch (seen.status) {
    case "created":
      return withMetadata(raise(container, "CREATED"), seen, now);
    case "running":
      return foldRunning(container, seen, now);
    case "stopped":
      return foldStopped(container, seen, now);
  }
}

function foldRunning(container: Container, seen: Present, now: EpochMs): Container {
  if (isOldRun(container, seen)) return container;
  const metadata = withMetadata(container, seen, now);
  if (container.knownStatus === "STOPPED") return changeContainer(metadata, { stopOwed: true });
  const confirmed = container.restart.pending
    ? changeContainer(metadata, { restart: { ...metadata.restart, pending: false } })
    : metadata;
  const up = raise(confirmed, "RUNNING");
  return up.startedAt === undefined ? changeContainer(up, { startedAt: now }) : up;
}

function foldStopped(container: Container, seen: Present, now: EpochMs): Container {
  if (answerTells(container, seen) || isOldRun(container, seen)) return container;
  const metadata = withMetadata(container, seen, now);
  if (container.knownStatus === "STOPPED") {
    return changeContainer(metadata, { stopOwed: false, exitCode: container.exitCode ?? seen.exitCode });
  }
  return recordRestart(metadata, seen, now) ?? endOf(metadata, seen, now);
}

/**
 * Is a start on its way whose own answer will tell more? One that failed looks stopped too, and only the answer says why;
 * and after a try that was never answered nobody knows which of the two this run is from.
 */
function answerTells({ inFlight }: Container, seen: Present): boolean {
  if (inFlight?.action === "restart") return true;
  return inFlight?.action === "start" && (inFlight.again === true || seen.startedAt === undefined);
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
 */
function recordRestart(container: Container, seen: Present, now: EpochMs): Container | undefined {
  const hasRun = isUp(container) || seen.startedAt !== undefined;
  if (!hasRun || seen.exitCode === undefined) return undefined;
  const verdict = decideRestart(container, seen.exitCode, seen.finishedAt ?? now, seen.startedAt);
  if (!verdict.restart) return undefined;
  return changeContainer(raise(container, "RUNNING"), {
    finishedAt: undefined,
    exitCode: undefined,
    health: { status: "UNKNOWN" },
    restart: {
      count: container.restart.count + 1,
      lastRestartAt: now,
      endedRun: { startedAt: seen.startedAt, finishedAt: seen.finishedAt, exitCode: seen.exitCode },
      pending: true,
    },
  });
}

function endOf(container: Container, seen: Present, now: EpochMs): Container {
  const last = ended(container, {
    exitCode: seen.exitCode ?? container.exitCode,
    finishedAt: seen.finishedAt ?? container.finishedAt ?? now,
  });
  const error = errorOf(seen);
  return error === undefined ? last : withError(last, error);
}

/** OOM wins over Docker's own text. Source: engine-behaviour 7.5, STOP-8. */
function errorOf(seen: Present): NamedError | undefined {
  if (seen.oomKilled) return { name: "OutOfMemoryError", message: "Container killed due to memory usage" };
  if (seen.stateError === undefined) return undefined;
  return { name: "DockerStateError", message: seen.stateError };
}

function raise(container: Container, status: ContainerStatus): Container {
  if (compareContainerStatus(status, container.knownStatus) <= 0) return container;
  return changeContainer(container, { knownStatus: status });
}

/** Facts beside the status. What is known is never erased by an empty answer. Source: engine-modern 6.4. */
function withMetadata(container: Container, seen: Present, now: EpochMs): Container {
  return changeContainer(container, {
    dockerId: seen.dockerId,
    createdAt: seen.createdAt ?? container.createdAt,
    startedAt: firstStartOf(container, seen),
    imageId: container.imageId ?? seen.imageId,
    imageDigest: container.imageDigest ?? seen.imageDigest,
    ipAddress: seen.ipAddress ?? container.ipAddress,
    networkBindings: bindingsOf(container, seen),
    health: seen.health === undefined ? container.health : foldHealth(container, seen.health, now),
  });
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
