/** What must hold of each new snapshot that the engine shows of a task. */

import { requestedHostPorts } from "../../core/host-ports.ts";
import type { HostTotals } from "../../core/host-resources.ts";
import { needOf } from "../../core/host-resources.ts";
import { compareContainerStatus, compareTaskStatus, isBeforeCreate, isRunningStatus } from "../../core/status.ts";
import type { Container, Task } from "../../core/task.ts";
import type { Fail } from "./check-order.ts";
import type { History } from "./history.ts";

/** @param before the snapshot before this one, of the same engine */
export function checkSnapshot(history: History, before: Task | undefined, task: Task, fail: Fail): void {
  if (before !== undefined) movesForward(before, task, fail);
  checkContainers(history, before, task, fail);
}

/**
 * What was known before the create, and the answer to a create that a start followed at once, are not saved by themselves
 * and are found out again after a crash; all else is as it was.
 * @param before the last snapshot of the engine before
 */
export function checkRestored(history: History, before: Task | undefined, task: Task, fail: Fail): void {
  if (before !== undefined) movesForward(withoutUnsaved(before, task), task, fail);
  checkContainers(history, before, task, fail);
}

/** The earlier snapshot as a restart may know it. */
function withoutUnsaved(before: Task, after: Task): Task {
  const containers = before.containers.map((each, index) => {
    const restored = after.containers[index];
    return restored !== undefined && mayBeForgotten(each, restored)
      ? { ...each, knownStatus: restored.knownStatus }
      : each;
  });
  const isEarly = compareTaskStatus(before.knownStatus, "CREATED") <= 0;
  return { ...before, containers, knownStatus: isEarly ? after.knownStatus : before.knownStatus };
}

function mayBeForgotten(before: Container, after: Container): boolean {
  const wasBeingStarted = before.knownStatus === "CREATED" && before.inFlight?.action === "start";
  return (isBeforeCreate(before.knownStatus) || wasBeingStarted) && isBeforeCreate(after.knownStatus);
}

function checkContainers(history: History, before: Task | undefined, task: Task, fail: Fail): void {
  for (const [index, container] of task.containers.entries()) {
    const previous = before?.containers[index];
    if (previous === container) continue;
    stoppedMeansDown(history, task, container, fail);
    isNoConflictWithItself(history, container, previous, fail);
    if (container.hostPorts !== previous?.hostPorts) portsAreGivenOnce(history, task, container, fail);
  }
}

/** Known status and reasons never go back, and the desired status only moves towards STOPPED. */
function movesForward(before: Task, after: Task, fail: Fail): void {
  if (compareTaskStatus(after.knownStatus, before.knownStatus) < 0) {
    fail(`task ${after.id} went back from ${before.knownStatus} to ${after.knownStatus}`);
  }
  if (before.desiredStatus === "STOPPED" && after.desiredStatus !== "STOPPED") fail(`task ${after.id} is to run again`);
  if (after.nextChange < before.nextChange) fail(`task ${after.id} numbers its state changes anew`);
  if (before.knownStatus !== "RUNNING" && after.knownStatus === "RUNNING") isWhole(before, after, fail);
  for (const [index, container] of after.containers.entries()) {
    const previous = before.containers[index];
    if (previous !== undefined && previous !== container) containerMovesForward(previous, container, fail);
  }
}

/** A task that is promoted to RUNNING has all its essential containers, or had them until this moment. */
function isWhole(before: Task, task: Task, fail: Fail): void {
  const ended = (index: number) => before.containers[index]?.knownStatus === "STOPPED";
  const missing = task.containers.find((each, index) => {
    if (!each.essential || each.knownStatus === each.steadyStatus) return false;
    return each.knownStatus !== "STOPPED" || ended(index);
  });
  if (missing !== undefined) {
    fail(`task ${task.id} becomes RUNNING while its essential container ${missing.name} is ${missing.knownStatus}`);
  }
}

function containerMovesForward(before: Container, after: Container, fail: Fail): void {
  if (compareContainerStatus(after.knownStatus, before.knownStatus) < 0) {
    fail(`${after.name} went back from ${before.knownStatus} to ${after.knownStatus}`);
  }
  if (after.restart.count < before.restart.count) fail(`${after.name} forgot a restart`);
  if (before.error !== undefined && after.error?.message !== before.error.message) {
    fail(`the reason of ${after.name} changed`);
  }
  if (after.dockerName !== before.dockerName) fail(`${after.name} changed its Docker name`);
}

/** STOPPED is only said of what does not run, unless somebody else started it. */
function stoppedMeansDown(history: History, task: Task, container: Container, fail: Fail): void {
  if (container.knownStatus !== "STOPPED" || history.isMeddled(container) || container.stopOwed) return;
  if (history.isRunning(container)) fail(`${container.name} of ${task.id} is said to be STOPPED and runs`);
}

/** What an earlier try left under the container's name is its own. */
function isNoConflictWithItself(
  history: History,
  container: Container,
  before: Container | undefined,
  fail: Fail,
): void {
  if (container.error === undefined || container.error === before?.error || history.isMeddled(container)) return;
  const { message } = container.error;
  // The reason of a container may hold that of another, which kept it from starting.
  if (message.includes(container.dockerName) && message.includes("is already in use"))
    fail(`${container.name} failed over its own name`);
}

/** Ports of the engine's choice; those by number are Docker's to refuse. A start under way may change them still. */
function portsAreGivenOnce(history: History, task: Task, container: Container, fail: Fail): void {
  const mine = chosenPorts(task, container);
  if (mine.length === 0 || container.knownStatus === "STOPPED") return;
  for (const other of history.tasks.values()) {
    for (const each of other.containers) {
      if (each.dockerName === container.dockerName || !holdsPorts(each)) continue;
      const shared = chosenPorts(other, each).find((port) => mine.includes(port));
      if (shared !== undefined) fail(`host port ${shared} is given to ${container.name} and to ${each.name}`);
    }
  }
}

function holdsPorts({ knownStatus, inFlight }: Container): boolean {
  return isRunningStatus(knownStatus) || (knownStatus === "CREATED" && inFlight?.action !== "start");
}

function chosenPorts(task: Task, container: Container): readonly string[] {
  if (container.hostPorts.length === 0) return [];
  const fixed = requestedHostPorts(task, container).filter((each) => each.choice === "fixed");
  return container.hostPorts
    .filter((lease) => !fixed.some((each) => each.hostPort === lease.hostPort))
    .map(({ hostPort, protocol }) => `${hostPort}/${protocol}`);
}

/** Those who are let in fit on the host together. */
export function checkHostResources(tasks: Iterable<Task>, totals: HostTotals | undefined, fail: Fail): void {
  if (totals === undefined) return;
  const admitted = [...tasks].filter(takesRoom);
  const memoryMiB = admitted.reduce((sum, task) => sum + needOf(task).memoryMiB, 0);
  if (memoryMiB > totals.memoryMiB) fail(`${memoryMiB} MiB are given to tasks, and the host has ${totals.memoryMiB}`);
  const ports = admitted.flatMap((task) => [...new Set(needOf(task).tcp)]);
  const twice = ports.find((port, index) => ports.indexOf(port) !== index);
  if (twice !== undefined) fail(`host port ${twice} is promised to two tasks`);
}

/** Whoever waits for room has not even begun with a container; the room is given back at the end of the last one. */
function takesRoom({ knownStatus, containers }: Task): boolean {
  if (knownStatus === "STOPPED") return false;
  return containers.some((each) => each.knownStatus !== "NONE" && each.knownStatus !== "STOPPED");
}
