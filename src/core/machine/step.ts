/**
 * The machine: one input in, the new state and what to do about it out. Deterministic: no clock, no chance, no I/O.
 * The caller saves `task` and `changes` in one commit, and only then carries out `effects` (save, then act).
 */
import { unreachable } from "../assert.ts";
import type { EpochMs } from "../brand.ts";
import { formatReason } from "../errors.ts";
import { withGpus } from "../gpus.ts";
import { networkModeOf } from "../host-ports.ts";
import type { StateChange } from "../state-change.ts";
import { compareContainerStatus, compareTaskStatus } from "../status.ts";
import type { Container, Task } from "../task.ts";
import { advance } from "./advance.ts";
import type { MachineConfig } from "./config.ts";
import { DEFAULT_USER_REASON, stopTask } from "./derive.ts";
import { Draft } from "./draft.ts";
import type { Effect } from "./effect.ts";
import { foldObservation } from "./fold-observation.ts";
import { foldActionResult } from "./fold-result.ts";
import type { Input } from "./input.ts";
import { report } from "./report.ts";
import { foldResourceResult } from "./resources.ts";

export type Step = {
  readonly task: Task;
  readonly changes: readonly StateChange[];
  readonly effects: readonly Effect[];
  /** When to send `timerFired` at the latest; replaces the one before. */
  readonly wakeAt: EpochMs | undefined | typeof AS_BEFORE;
};

/** Nothing was worked out anew, so that the time that was told before still stands. */
export const AS_BEFORE = "asBefore";
const NOTHING: readonly never[] = [];

export function step(task: Task, input: Input, now: EpochMs, config: MachineConfig): Step {
  const draft = new Draft(task);
  fold(draft, input, now, config);
  if (isNoNews(draft, input)) return { task: draft.task, changes: NOTHING, effects: NOTHING, wakeAt: AS_BEFORE };
  const orders = advance(draft, now, config);
  const changes = report(draft, now);
  if (input.type === "resumed" && wantsHostResources(draft.task)) orders.add({ type: "requestHostResources" });
  return { task: draft.task, changes, effects: looksFirst(draft, orders.effects), wakeAt: orders.wakeAt };
}

/** A look that saw nothing new, and an acknowledgement that nobody waits for: nothing follows from them. */
function isNoNews({ given, task }: Draft, input: Input): boolean {
  if (input.type === "containerObserved") return task === given;
  return input.type === "acknowledged" && task.knownStatus !== "STOPPED";
}

function wantsHostResources(task: Task): boolean {
  return !task.admitted && task.desiredStatus !== "STOPPED";
}

function fold(draft: Draft, input: Input, now: EpochMs, config: MachineConfig): void {
  switch (input.type) {
    case "timerFired":
      break;
    case "resumed":
      for (const { containerName, observation } of input.observations) {
        foldObservation(draft, containerName, observation, now);
      }
      break;
    case "stopRequested":
      requestStop(draft, input, now);
      break;
    case "hostResourcesGranted":
      draft.take(withGpus(draft.task, input.gpus));
      draft.change().admitted = true;
      break;
    case "admissionRefused":
      stopTask(draft, "TaskFailedToStart", formatReason(input.error), now);
      break;
    case "containerObserved":
      foldObservation(draft, input.containerName, input.observation, now);
      break;
    case "actionFinished":
      foldActionResult(draft, input.containerName, input.actionId, input.result, now, config);
      break;
    case "resourceFinished":
      foldResourceResult(draft, input.resourceId, input.actionId, input.error, now);
      break;
    case "acknowledged":
      takeAcknowledgement(draft, input.upTo);
      break;
    case "removalRequested":
      requestRemoval(draft, now);
      break;
    default:
      unreachable(input);
  }
}

function requestStop(draft: Draft, input: Extract<Input, { readonly type: "stopRequested" }>, now: EpochMs): void {
  stopTask(draft, input.stopCode ?? "UserInitiated", input.reason ?? DEFAULT_USER_REASON, now);
  if (input.force === true && !draft.task.forceStop) draft.change().forceStop = true;
}

function requestRemoval(draft: Draft, now: EpochMs): void {
  if (draft.task.knownStatus !== "STOPPED") return;
  const task = draft.change();
  task.cleanupAt = now;
  task.acknowledgedChange = task.nextChange - 1;
}

/**
 * Does nothing follow from an acknowledgement until the next input comes? Only a clean-up waits for it, and that has a
 * time of its own.
 * @param wakeAt when the task is looked at again at the latest
 */
export function canAcknowledgeLater({ knownStatus, cleanupAt }: Task, wakeAt: EpochMs | undefined): boolean {
  return knownStatus !== "STOPPED" || (cleanupAt !== undefined && wakeAt !== undefined && wakeAt <= cleanupAt);
}

/** An acknowledgement by itself: for a row that lags behind the outbox, and for one that was taken in later. */
export function acknowledge(task: Task, upTo: number): Task {
  const draft = new Draft(task);
  takeAcknowledgement(draft, upTo);
  return draft.task;
}

/** What was emitted up to here has been sent, when nothing newer is outstanding. Source: engine-behaviour 9.4. */
function takeAcknowledgement(draft: Draft, upTo: number): void {
  if (upTo <= draft.task.acknowledgedChange) return;
  const task = draft.change();
  task.acknowledgedChange = upTo;
  if (upTo < task.nextChange - 1) return;
  for (const container of task.containers) {
    const { emittedStatus, sentStatus } = container;
    const isAhead = compareContainerStatus(emittedStatus, sentStatus) > 0;
    if (isAhead) draft.changeContainer(container).sentStatus = emittedStatus;
  }
  if (compareTaskStatus(task.emittedStatus, task.sentStatus) > 0) task.sentStatus = task.emittedStatus;
}

/**
 * A container that came up is looked at once: addresses, exact times, and whether it is gone again already. Only bridges
 * give it an address that an application may ask for as soon as it runs; its end is an event, and on every list.
 */
function looksFirst({ given, task }: Draft, effects: readonly Effect[]): readonly Effect[] {
  if (given.containers === task.containers) return effects;
  const up = task.containers.filter((container, index) => hasComeUp(given.containers[index], container));
  if (up.length === 0) return effects;
  const canWait = networkModeOf(task.definition) !== "bridge";
  return [...up.map(({ name }) => look(name, canWait)), ...effects];
}

function look(containerName: string, canWait: boolean): Effect {
  return { type: "observe", containerName, canWait };
}

function hasComeUp(before: Container | undefined, after: Container): boolean {
  const action = before?.inFlight?.action;
  const wasStart = action === "start" || action === "restart";
  return wasStart && after.knownStatus === "RUNNING" && after.inFlight?.action !== action;
}
