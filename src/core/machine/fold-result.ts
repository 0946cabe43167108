/**
 * Folds the answer to an action into the task. Late answers, of actions that are no longer in flight, only leave what
 * the clean-up needs. Source: engine-modern 4.10, engine-behaviour 3.6 (table), MT-1 to MT-11.
 */
import type { EpochMs } from "../brand.ts";
import { formatReason, type NamedError } from "../errors.ts";
import { type ContainerStatus, compareContainerStatus } from "../status.ts";
import { type Container, type ContainerAction, findContainer, type InFlight, type Retry, type Task } from "../task.ts";
import { changeContainer, changeTask } from "../task-copy.ts";
import type { MachineConfig } from "./config.ts";
import { isUp, stopTask } from "./derive.ts";
import { foldObservation } from "./fold-observation.ts";
import type { ActionResult, Failure, Observation } from "./input.ts";
import { removalRetryAt, STOP_TRIES, stopRetryAt } from "./retry.ts";
import { editContainer, endedByLastRun, failContainer } from "./step-state.ts";

type Success = Extract<ActionResult, { readonly ok: true }>;

export function foldActionResult(
  task: Task,
  name: string,
  actionId: number,
  result: ActionResult,
  now: EpochMs,
  config: MachineConfig,
): Task {
  const inFlight = findContainer(task, name)?.inFlight;
  if (inFlight?.id !== actionId) return task;
  const { action } = inFlight;
  const timed = notePullTimes(task, action, result, now);
  const landed = editContainer(timed, name, (each) =>
    result.ok
      ? foldSuccess(each, action, result, now)
      : foldFailure(free(each), action, certaintyOf(result.failure, inFlight), now),
  );
  return result.ok ? landed : stopForFailedPull(landed, name, action, result.failure.error, now, config);
}

function free(container: Container): Container {
  return changeContainer(container, { inFlight: undefined });
}

/** An earlier try without an answer may have worked, whatever came of this one. */
function certaintyOf(failure: Failure, { again = false }: InFlight): Failure {
  return again ? { ...failure, indeterminate: true } : failure;
}

/** The steps that every container takes free it in the copy that they make anyway. */
function foldSuccess(container: Container, action: ContainerAction, result: Success, now: EpochMs): Container {
  switch (action) {
    case "resolveManifest":
      return changeContainer(container, {
        inFlight: undefined,
        retry: undefined,
        knownStatus: furthest(container, "MANIFEST_PULLED"),
        imageDigest: result.imageDigest ?? container.imageDigest,
        digestResolved: result.digestFromRegistry ?? false,
        pullError: result.warning ?? container.pullError,
      });
    case "pull":
      return changeContainer(container, {
        inFlight: undefined,
        retry: undefined,
        knownStatus: furthest(container, "PULLED"),
        imageId: result.imageId ?? container.imageId,
        imageDigest: container.imageDigest ?? result.imageDigest,
        pullError: result.warning ?? (hasPulled(result) ? undefined : container.pullError),
      });
    case "create":
      return changeContainer(container, {
        inFlight: undefined,
        retry: undefined,
        knownStatus: furthest(container, "CREATED"),
        dockerId: container.dockerId ?? result.dockerId,
        createdAt: container.createdAt ?? now,
        hostPorts: result.hostPorts ?? container.hostPorts,
      });
    case "start":
      return observed(
        changeContainer(container, {
          inFlight: undefined,
          retry: undefined,
          knownStatus: furthest(container, "RUNNING"),
          dockerId: result.dockerId ?? container.dockerId,
          hostPorts: result.hostPorts ?? container.hostPorts,
          networkBindings: container.networkBindings ?? result.networkBindings,
          startedAt: container.startedAt ?? now,
          startRequestedAt: undefined,
        }),
        result,
        now,
      );
    case "restart":
      return observed(restarted(free(container)), result, now);
    case "provision":
      return provisioned(changeContainer(container, { inFlight: undefined, retry: undefined }), result, now);
    case "stop":
    case "kill":
      return stopped(free(container), action, result, now);
    case "remove":
      return changeContainer(container, { inFlight: undefined, retry: undefined, removed: true });
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

function restarted(container: Container): Container {
  return changeContainer(container, {
    retry: undefined,
    startRequestedAt: undefined,
    restart: { ...container.restart, pending: false },
  });
}

function observed(container: Container, result: Success, now: EpochMs): Container {
  return result.observation === undefined ? container : foldObservation(container, result.observation, now);
}

/**
 * Docker took the stop; what it showed afterwards tells whether the container is down. One that still runs (nobody could
 * look, or somebody started it again) is stopped again after a while, not at once. Source: W-9, W-20.
 */
function stopped(container: Container, action: "stop" | "kill", result: Success, now: EpochMs): Container {
  const seen = observed(container, result, now);
  if (seen.knownStatus === "STOPPED" && !seen.stopOwed) return seen;
  if (wasNeverMade(seen)) return changeContainer(seen, { retry: undefined });
  if (isDown(result.observation)) return endedUnseen(seen);
  return changeContainer(seen, { retry: nextRetry(container, action, STILL_UP, stopRetryAt, now) });
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
function endedUnseen(container: Container): Container {
  if (isUp(container)) return endedByLastRun(container);
  return changeContainer(container, { stopOwed: false, startRequestedAt: undefined, retry: undefined });
}

/** The network of a pause container is up once its address is known. */
function provisioned(container: Container, result: Success, now: EpochMs): Container {
  const seen = observed(container, result, now);
  return seen.knownStatus === "RUNNING" ? changeContainer(seen, { knownStatus: "RESOURCES_PROVISIONED" }) : seen;
}

function foldFailure(container: Container, action: ContainerAction, failure: Failure, now: EpochMs): Container {
  switch (action) {
    case "resolveManifest":
      return changeContainer(container, {
        knownStatus: furthest(container, "MANIFEST_PULLED"),
        pullError: failure.error,
      });
    case "pull":
      return changeContainer(container, { knownStatus: furthest(container, "PULLED"), pullError: failure.error });
    case "create":
      // Seen all the same: an earlier try had made it, or its end is known already.
      if (compareContainerStatus(container.knownStatus, "CREATED") >= 0) return container;
      return failContainer(container, createError(container, failure));
    case "start":
      return failedStart(container, failure);
    case "provision":
      return failContainer(container, failure.error);
    case "restart":
      return failedRestart(container, failure);
    case "stop":
    case "kill":
      return failedStop(container, action, failure, now);
    case "remove":
      return changeContainer(container, { retry: nextRetry(container, "remove", failure.error, removalRetryAt, now) });
  }
}

/** A create that misses its image failed because the pull did. Source: CORE-15, IMG-1. */
function createError(container: Container, failure: Failure): NamedError {
  return failure.status === 404 && container.pullError !== undefined ? container.pullError : failure.error;
}

/** When nobody knows whether it started, a stop is owed. Source: engine-modern 4.10, CORE-13. */
function failedStart(container: Container, failure: Failure): Container {
  const answered: Container = changeContainer(container, { startRequestedAt: undefined });
  if (container.knownStatus !== "CREATED") return answered;
  return changeContainer(failContainer(answered, failure.error), {
    dockerId: failure.dockerId ?? container.dockerId,
    hostPorts: failure.hostPorts ?? container.hostPorts,
    exitCode: container.exitCode ?? failure.exitCode,
    stopOwed: failure.indeterminate,
  });
}

/**
 * A restart that fails ends the container with the exit code of the run before; one that may have worked has to be
 * stopped first. Source: RST-5.
 */
function failedRestart(container: Container, failure: Failure): Container {
  const answered: Container = changeContainer(container, { startRequestedAt: undefined });
  if (container.knownStatus === "STOPPED" || !container.restart.pending) return answered;
  if (failure.indeterminate) return changeContainer(answered, { desiredStatus: "STOPPED", stopOwed: true });
  return changeContainer(endedByLastRun(answered), { desiredStatus: "STOPPED", pullError: failure.error });
}

/** Only an observed end or a confirmed absence is STOPPED: a failed stop is tried again, for ever. Source: W-9, W-20. */
function failedStop(container: Container, action: "stop" | "kill", failure: Failure, now: EpochMs): Container {
  if (failure.status === 404) return foldObservation(container, { kind: "absent" }, now);
  const retry = nextRetry(container, action, failure.error, stopRetryAt, now);
  return changeContainer(container, {
    retry: isAway(failure) ? { ...retry, attempts: attemptsWhileAway(container, retry) } : retry,
  });
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
  task: Task,
  name: string,
  action: ContainerAction,
  error: NamedError,
  now: EpochMs,
  config: MachineConfig,
): Task {
  if (action !== "pull" && action !== "resolveManifest") return task;
  if (config.pullBehaviour !== "always" && config.pullBehaviour !== "once") return task;
  const culprit = findContainer(task, name);
  if (culprit === undefined || culprit.knownStatus === "STOPPED") return task;
  const failed = editContainer(task, name, (container) => failContainer(container, error));
  return stopTask(failed, "TaskFailedToStart", formatReason(error), now);
}

/** First pull's begin, last pull's end; nothing when no pull was needed. Source: engine-behaviour 1.11, EN-67. */
function notePullTimes(task: Task, action: ContainerAction, result: ActionResult, now: EpochMs): Task {
  if (action !== "pull") return task;
  const began = result.ok ? result.pullStartedAt : result.failure.pullStartedAt;
  if (began === undefined) return task;
  const first = task.pullStartedAt === undefined || began < task.pullStartedAt ? began : task.pullStartedAt;
  return changeTask(task, { pullStartedAt: first, pullStoppedAt: now });
}
