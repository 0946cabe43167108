/**
 * Folds the answer to an action into the task. Late answers, of actions that are no longer in flight, only leave what
 * the clean-up needs. Source: engine-modern 4.10, engine-behaviour 3.6 (table), MT-1 to MT-11.
 */
import type { EpochMs } from "../brand.ts";
import { formatReason, type NamedError } from "../errors.ts";
import { type ContainerStatus, compareContainerStatus } from "../status.ts";
import { type Container, type ContainerAction, findContainer, type InFlight, type Retry } from "../task.ts";
import type { Changeable } from "../task-copy.ts";
import type { MachineConfig } from "./config.ts";
import { isUp, stopTask } from "./derive.ts";
import type { Draft } from "./draft.ts";
import { endByLastRun, failContainer } from "./endings.ts";
import { noteStart, observe } from "./fold-observation.ts";
import type { ActionResult, Failure, Observation } from "./input.ts";
import { removalRetryAt, STOP_TRIES, stopRetryAt } from "./retry.ts";

type Success = Extract<ActionResult, { readonly ok: true }>;

export function foldActionResult(
  draft: Draft,
  name: string,
  actionId: number,
  result: ActionResult,
  now: EpochMs,
  config: MachineConfig,
): void {
  const container = findContainer(draft.task, name);
  const inFlight = container?.inFlight;
  if (container === undefined || inFlight?.id !== actionId) return;
  const { action } = inFlight;
  notePullTimes(draft, action, result, now);
  const free = draft.changeContainer(container);
  free.inFlight = undefined;
  if (result.ok) {
    foldSuccess(free, action, result, now);
    return;
  }
  foldFailure(free, action, certaintyOf(result.failure, inFlight), now);
  stopForFailedPull(draft, free, action, result.failure.error, now, config);
}

/** An earlier try without an answer may have worked, whatever came of this one. */
function certaintyOf(failure: Failure, { again = false }: InFlight): Failure {
  return again ? { ...failure, indeterminate: true } : failure;
}

function foldSuccess(container: Changeable<Container>, action: ContainerAction, result: Success, now: EpochMs): void {
  switch (action) {
    case "resolveManifest":
      container.retry = undefined;
      container.knownStatus = furthest(container, "MANIFEST_PULLED");
      container.imageDigest = result.imageDigest ?? container.imageDigest;
      container.digestResolved = result.digestFromRegistry ?? false;
      container.pullError = result.warning ?? container.pullError;
      break;
    case "pull":
      container.retry = undefined;
      container.knownStatus = furthest(container, "PULLED");
      container.imageId = result.imageId ?? container.imageId;
      container.imageDigest ??= result.imageDigest;
      container.pullError = result.warning ?? (hasPulled(result) ? undefined : container.pullError);
      break;
    case "create":
      container.retry = undefined;
      container.knownStatus = furthest(container, "CREATED");
      container.dockerId ??= result.dockerId;
      container.createdAt ??= now;
      container.hostPorts = result.hostPorts ?? container.hostPorts;
      break;
    case "start":
      container.retry = undefined;
      container.knownStatus = furthest(container, "RUNNING");
      container.dockerId = result.dockerId ?? container.dockerId;
      container.hostPorts = result.hostPorts ?? container.hostPorts;
      container.networkBindings ??= result.networkBindings;
      container.startRequestedAt = undefined;
      observeAfter(container, result, now);
      noteStart(container, now);
      break;
    case "restart":
      container.retry = undefined;
      container.startRequestedAt = undefined;
      container.restart = { ...container.restart, pending: false };
      observeAfter(container, result, now);
      break;
    case "provision":
      container.retry = undefined;
      provisioned(container, result, now);
      break;
    case "stop":
    case "kill":
      stopped(container, action, result, now);
      break;
    case "remove":
      container.retry = undefined;
      container.removed = true;
      break;
  }
}

/** Only what a registry gave makes up for a manifest that it did not give: a cached image does not. Source: IMG-1. */
function hasPulled({ pullStartedAt }: Success): boolean {
  return pullStartedAt !== undefined;
}

/** A container that is further already (it ended, or was adopted by name) only takes the facts. */
function furthest({ knownStatus }: Container, reached: ContainerStatus): ContainerStatus {
  return compareContainerStatus(reached, knownStatus) <= 0 ? knownStatus : reached;
}

function observeAfter(container: Changeable<Container>, { observation }: Success, now: EpochMs): void {
  if (observation !== undefined) observe(container, observation, now);
}

/**
 * Docker took the stop; what it showed afterwards tells whether the container is down. One that still runs (nobody could
 * look, or somebody started it again) is stopped again after a while, not at once. Source: W-9, W-20.
 */
function stopped(container: Changeable<Container>, action: "stop" | "kill", result: Success, now: EpochMs): void {
  observeAfter(container, result, now);
  if (container.knownStatus === "STOPPED" && !container.stopOwed) return;
  if (wasNeverMade(container)) container.retry = undefined;
  else if (isDown(result.observation)) endUnseen(container);
  else container.retry = nextRetry(container, action, STILL_UP, stopRetryAt, now);
}

const STILL_UP: NamedError = { name: "CannotStopContainerError", message: "container was not seen to stop" };

/** Nothing was found under its name: neither its create nor its start took effect. */
function wasNeverMade({ dockerId, startRequestedAt, stopOwed }: Container): boolean {
  return dockerId === undefined && startRequestedAt === undefined && !stopOwed;
}

function isDown(observation: Observation | undefined): boolean {
  return observation?.kind === "present" && observation.status !== "running";
}

/** Down, and no run was seen that is not on record: it never ran, or the recorded run was its last. */
function endUnseen(container: Changeable<Container>): void {
  if (isUp(container)) {
    endByLastRun(container);
    return;
  }
  container.stopOwed = false;
  container.startRequestedAt = undefined;
  container.retry = undefined;
}

/** The network of a pause container is up once its address is known. */
function provisioned(container: Changeable<Container>, result: Success, now: EpochMs): void {
  observeAfter(container, result, now);
  if (container.knownStatus === "RUNNING") container.knownStatus = "RESOURCES_PROVISIONED";
}

function foldFailure(container: Changeable<Container>, action: ContainerAction, failure: Failure, now: EpochMs): void {
  switch (action) {
    case "resolveManifest":
      container.knownStatus = furthest(container, "MANIFEST_PULLED");
      container.pullError = failure.error;
      break;
    case "pull":
      container.knownStatus = furthest(container, "PULLED");
      container.pullError = failure.error;
      break;
    case "create":
      // Seen all the same: an earlier try had made it, or its end is known already.
      if (compareContainerStatus(container.knownStatus, "CREATED") < 0) {
        failContainer(container, createError(container, failure));
      }
      break;
    case "start":
      failedStart(container, failure);
      break;
    case "provision":
      failContainer(container, failure.error);
      break;
    case "restart":
      failedRestart(container, failure);
      break;
    case "stop":
    case "kill":
      failedStop(container, action, failure, now);
      break;
    case "remove":
      container.retry = nextRetry(container, "remove", failure.error, removalRetryAt, now);
      break;
  }
}

/** A create that misses its image failed because the pull did. Source: CORE-15, IMG-1. */
function createError(container: Container, failure: Failure): NamedError {
  return failure.status === 404 && container.pullError !== undefined ? container.pullError : failure.error;
}

/** When nobody knows whether it started, a stop is owed. Source: engine-modern 4.10, CORE-13. */
function failedStart(container: Changeable<Container>, failure: Failure): void {
  container.startRequestedAt = undefined;
  if (container.knownStatus !== "CREATED") return;
  failContainer(container, failure.error);
  container.dockerId = failure.dockerId ?? container.dockerId;
  container.hostPorts = failure.hostPorts ?? container.hostPorts;
  container.exitCode ??= failure.exitCode;
  container.stopOwed = failure.indeterminate;
}

/**
 * A restart that fails ends the container with the exit code of the run before; one that may have worked has to be
 * stopped first. Source: RST-5.
 */
function failedRestart(container: Changeable<Container>, failure: Failure): void {
  container.startRequestedAt = undefined;
  if (container.knownStatus === "STOPPED" || !container.restart.pending) return;
  container.desiredStatus = "STOPPED";
  if (failure.indeterminate) {
    container.stopOwed = true;
    return;
  }
  endByLastRun(container);
  container.pullError = failure.error;
}

/** Only an observed end or a confirmed absence is STOPPED: a failed stop is tried again, for ever. Source: W-9, W-20. */
function failedStop(container: Changeable<Container>, action: "stop" | "kill", failure: Failure, now: EpochMs): void {
  if (failure.status === 404) {
    observe(container, { kind: "absent" }, now);
    return;
  }
  const retry = nextRetry(container, action, failure.error, stopRetryAt, now);
  container.retry = isAway(failure) ? { ...retry, attempts: attemptsWhileAway(container, retry) } : retry;
}

/** No answer, and the call never got there. */
function isAway(failure: Failure): boolean {
  return failure.status === undefined && !failure.indeterminate;
}

/** A daemon that is away has refused nothing: its absence alone never leads to SIGKILL. Source: CORE-14. */
function attemptsWhileAway(container: Container, retry: Retry): number {
  return Math.max(triesOf(container, retry.action), Math.min(retry.attempts, STOP_TRIES - 1));
}

/** Tries so far; a stop and a removal of the same container are counted apart. */
function triesOf(container: Container, action: ContainerAction): number {
  const { retry } = container;
  return retry !== undefined && (retry.action === "remove") === (action === "remove") ? retry.attempts : 0;
}

function nextRetry(
  container: Container,
  action: ContainerAction,
  error: NamedError,
  retryAt: (attempts: number, now: EpochMs) => EpochMs,
  now: EpochMs,
): Retry {
  const attempts = triesOf(container, action) + 1;
  return { action, attempts, notBefore: retryAt(attempts, now), error };
}

/** Under `always` and `once` a failed pull stops the whole task, essential or not. Source: engine-modern 4.10. */
function stopForFailedPull(
  draft: Draft,
  container: Changeable<Container>,
  action: ContainerAction,
  error: NamedError,
  now: EpochMs,
  config: MachineConfig,
): void {
  if (action !== "pull" && action !== "resolveManifest") return;
  if (config.pullBehaviour !== "always" && config.pullBehaviour !== "once") return;
  if (container.knownStatus === "STOPPED") return;
  failContainer(container, error);
  stopTask(draft, "TaskFailedToStart", formatReason(error), now);
}

/** First pull's begin, last pull's end; nothing when no pull was needed. Source: engine-behaviour 1.11, EN-67. */
function notePullTimes(draft: Draft, action: ContainerAction, result: ActionResult, now: EpochMs): void {
  if (action !== "pull") return;
  const began = result.ok ? result.pullStartedAt : result.failure.pullStartedAt;
  if (began === undefined) return;
  const task = draft.change();
  if (task.pullStartedAt === undefined || began < task.pullStartedAt) task.pullStartedAt = began;
  task.pullStoppedAt = now;
}
