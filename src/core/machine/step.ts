/**
 * The machine: one input in, the new state and what to do about it out. Deterministic: no clock, no chance, no I/O.
 * The caller saves `task` and `changes` in one commit, and only then carries out `effects` (save, then act).
 */
import { unreachable } from "../assert.ts";
import type { EpochMs } from "../brand.ts";
import { formatReason } from "../errors.ts";
import { withGpus } from "../gpus.ts";
import type { StateChange } from "../state-change.ts";
import { compareContainerStatus, compareTaskStatus } from "../status.ts";
import type { Container, Task } from "../task.ts";
import { changeContainer, changeTask } from "../task-copy.ts";
import { advance } from "./advance.ts";
import type { MachineConfig } from "./config.ts";
import { DEFAULT_USER_REASON, stopTask } from "./derive.ts";
import type { Effect } from "./effect.ts";
import { foldObservation } from "./fold-observation.ts";
import { foldActionResult } from "./fold-result.ts";
import type { Input } from "./input.ts";
import { report } from "./report.ts";
import { foldResourceResult } from "./resources.ts";
import { editContainer } from "./step-state.ts";

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
  const folded = fold(task, input, now, config);
  if (isNoNews(task, folded, input)) return { task: folded, changes: NOTHING, effects: NOTHING, wakeAt: AS_BEFORE };
  const advanced = advance(folded, now, config);
  const reported = report(advanced.task, now);
  const effects = [...refreshes(task, reported.task), ...advanced.effects];
  if (input.type === "resumed" && wantsHostResources(reported.task)) effects.push({ type: "requestHostResources" });
  return { task: reported.task, changes: reported.changes, effects, wakeAt: advanced.wakeAt };
}

/** A look that saw nothing new, and an acknowledgement that nobody waits for: nothing follows from them. */
function isNoNews(before: Task, after: Task, input: Input): boolean {
  if (input.type === "containerObserved") return after === before;
  return input.type === "acknowledged" && after.knownStatus !== "STOPPED";
}

function wantsHostResources(task: Task): boolean {
  return !task.admitted && task.desiredStatus !== "STOPPED";
}

function fold(task: Task, input: Input, now: EpochMs, config: MachineConfig): Task {
  switch (input.type) {
    case "timerFired":
      return task;
    case "resumed":
      return input.observations.reduce(
        (current, { containerName, observation }) =>
          editContainer(current, containerName, (each) => foldObservation(each, observation, now)),
        task,
      );
    case "stopRequested":
      return requestStop(task, input, now);
    case "hostResourcesGranted":
      return changeTask(withGpus(task, input.gpus), { admitted: true });
    case "admissionRefused":
      return stopTask(task, "TaskFailedToStart", formatReason(input.error), now);
    case "containerObserved":
      return editContainer(task, input.containerName, (each) => foldObservation(each, input.observation, now));
    case "actionFinished":
      return foldActionResult(task, input.containerName, input.actionId, input.result, now, config);
    case "resourceFinished":
      return foldResourceResult(task, input.resourceId, input.actionId, input.error, now);
    case "acknowledged":
      return acknowledge(task, input.upTo);
    case "removalRequested":
      return task.knownStatus === "STOPPED"
        ? changeTask(task, { cleanupAt: now, acknowledgedChange: task.nextChange - 1 })
        : task;
    default:
      return unreachable(input);
  }
}

function requestStop(task: Task, input: Extract<Input, { readonly type: "stopRequested" }>, now: EpochMs): Task {
  const reason = input.reason ?? DEFAULT_USER_REASON;
  const stopping = stopTask(task, input.stopCode ?? "UserInitiated", reason, now);
  return input.force === true && !stopping.forceStop ? changeTask(stopping, { forceStop: true }) : stopping;
}

/** What was emitted up to here has been sent, when nothing newer is outstanding. Source: engine-behaviour 9.4. */
export function acknowledge(task: Task, upTo: number): Task {
  if (upTo <= task.acknowledgedChange) return task;
  if (upTo < task.nextChange - 1) return changeTask(task, { acknowledgedChange: upTo });
  const containers = task.containers.map((each) => markSent(each));
  const sentStatus = compareTaskStatus(task.emittedStatus, task.sentStatus) > 0 ? task.emittedStatus : task.sentStatus;
  return changeTask(task, { acknowledgedChange: upTo, containers, sentStatus });
}

function markSent(container: Container): Container {
  if (compareContainerStatus(container.emittedStatus, container.sentStatus) <= 0) return container;
  return changeContainer(container, { sentStatus: container.emittedStatus });
}

/** A container that came up is looked at once: addresses, exact times, and whether it is gone again already. */
function refreshes(before: Task, after: Task): readonly Effect[] {
  if (before.containers === after.containers) return NOTHING;
  const up = after.containers.filter((container, index) => hasComeUp(before.containers[index], container));
  return up.map(({ name }) => ({ type: "observe", containerName: name }));
}

function hasComeUp(before: Container | undefined, after: Container): boolean {
  const action = before?.inFlight?.action;
  const wasStart = action === "start" || action === "restart";
  return wasStart && after.knownStatus === "RUNNING" && after.inFlight?.action !== action;
}
