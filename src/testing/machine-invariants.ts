/**
 * What must hold after every step of the machine, whatever happened: checked by {@link MachineWorld}, written without
 * the machine's own judgement of dependencies.
 */
import { assert } from "../core/assert.ts";
import type { EpochMs } from "../core/brand.ts";
import type { MachineConfig } from "../core/machine/config.ts";
import type { Effect } from "../core/machine/effect.ts";
import type { Input } from "../core/machine/input.ts";
import { AS_BEFORE, type Step } from "../core/machine/step.ts";
import type { StateChange } from "../core/state-change.ts";
import { compareContainerStatus, compareTaskStatus } from "../core/status.ts";
import { type Container, type Dependency, findContainer, type Task } from "../core/task.ts";
import type { MachineDocker } from "./machine-docker.ts";
import type { Pending } from "./machine-harness.ts";

export type StepCheck = {
  readonly before: Task;
  readonly input: Input;
  readonly result: Step;
  readonly now: EpochMs;
  /** As it was before the step, apart from what is really there in Docker. */
  readonly world: {
    readonly docker: MachineDocker;
    readonly config: MachineConfig;
    readonly pendingActions: readonly Pending[];
    readonly changes: readonly StateChange[];
    readonly meddledWith: ReadonlySet<string>;
  };
};

type ActionEffect = Extract<Effect, { readonly actionId: number; readonly containerName: string }>;

/** @throws {AssertionError} with the name of the container and what is broken */
export function checkStep(check: StepCheck): void {
  checkTask(check);
  for (const after of check.result.task.containers) {
    const before = findContainer(check.before, after.name);
    assert(before !== undefined, `container ${after.name} came from nowhere`);
    checkProgress(before, after);
    checkEnd(before, after, check);
  }
  for (const effect of check.result.effects) checkEffect(effect, check);
  checkChanges(check);
}

function checkTask({ before, result, now }: StepCheck): void {
  const { task, wakeAt } = result;
  assert(compareTaskStatus(task.knownStatus, before.knownStatus) >= 0, "task: known status went back");
  assert(compareTaskStatus(task.desiredStatus, before.desiredStatus) >= 0, "task: desired status went back");
  assert(task.containers.length === before.containers.length, "task: number of containers changed");
  for (const key of ["stopCode", "stoppedReason", "executionStoppedAt", "startedAt", "stoppedAt"] as const) {
    assert(before[key] === undefined || task[key] === before[key], `task: ${key} was set twice`);
  }
  const allStopped = task.containers.every((each) => each.knownStatus === "STOPPED");
  assert((task.knownStatus === "STOPPED") === allStopped, "task: STOPPED and its containers disagree");
  assert(wakeAt === undefined || wakeAt === AS_BEFORE || wakeAt > now, "task: wants to be woken in the past");
}

function checkProgress(before: Container, after: Container): void {
  const { name } = after;
  assert(compareContainerStatus(after.knownStatus, before.knownStatus) >= 0, `${name}: known status went back`);
  assert(compareContainerStatus(after.desiredStatus, before.desiredStatus) >= 0, `${name}: desired status went back`);
  assert(after.dockerName === before.dockerName, `${name}: Docker name changed`);
  // A start may have to make its container anew (host port taken); after the first run there is no other.
  const isFirst = before.dockerId === undefined || before.startedAt === undefined;
  assert(isFirst || after.dockerId === before.dockerId, `${name}: dockerId changed`);
  // Ours is the time of the answer; Docker's own, which is earlier, replaces it.
  const first = before.startedAt;
  assert(first === undefined || (after.startedAt ?? Infinity) <= first, `${name}: startedAt moved on`);
  for (const key of ["createRequestedAt", "error", "imageDigest"] as const) {
    assert(before[key] === undefined || after[key] === before[key], `${name}: ${key} was set twice`);
  }
  assert(after.restart.count >= before.restart.count, `${name}: restart count went back`);
  assert(after.restart.count <= before.restart.count + 1, `${name}: one exit was counted twice`);
  const wasErased = before.exitCode !== undefined && after.exitCode === undefined;
  assert(!wasErased, `${name}: exit code was erased`);
}

/** STOPPED needs an observed end, a confirmed absence, or that it never was started. Source: W-9, W-20. */
function checkEnd(before: Container, after: Container, { world }: StepCheck): void {
  if (before.knownStatus === "STOPPED" || after.knownStatus !== "STOPPED") return;
  const { name } = after;
  if (world.meddledWith.has(name)) return;
  assert(!world.docker.isRunning(name), `${name}: STOPPED although it runs`);
  const mayStart = world.pendingActions.some(({ effect, result }) => {
    const isStart = effect.type === "start" || effect.type === "restart";
    return effect.containerName === name && isStart && result === undefined;
  });
  assert(!mayStart || world.docker.find(name) === undefined, `${name}: STOPPED although its start is under way`);
}

function checkEffect(effect: Effect, check: StepCheck): void {
  const { task } = check.result;
  if (effect.type === "createResource")
    assert(task.admitted, `${effect.resourceId}: made before the task was admitted`);
  if (effect.type === "removeResource" || effect.type === "forgetTask") {
    const swept = task.containers.every((each) => each.removed || each.createRequestedAt === undefined);
    assert(swept, `${effect.type}: containers are still there`);
  }
  if (!("containerName" in effect) || !("actionId" in effect)) return;
  const container = findContainer(task, effect.containerName);
  assert(container?.inFlight?.id === effect.actionId, `${effect.containerName}: ${effect.type} is not on record`);
  checkSingle(effect, container, check);
  if (effect.type === "pull" || effect.type === "create") checkStartOrder(effect, container, check);
  if (effect.type === "stop" || effect.type === "kill") checkStopOrder(effect, container, task);
  if (effect.type === "remove")
    assert(task.knownStatus === "STOPPED", `${container.name}: removed before the task ended`);
}

/** One action in flight per container; only SIGKILL by force overtakes, and only a stop. Source: CORE-6. */
function checkSingle(effect: ActionEffect, container: Container, { before, result, world }: StepCheck): void {
  const { name } = container;
  const others = world.pendingActions.filter(({ effect: other }) => other.containerName === name);
  const abandoned = result.effects.some((each) => each.type === "abandonPull" && each.containerName === name);
  const inFlight = findContainer(before, name)?.inFlight;
  const live = abandoned ? [] : others.filter(({ effect: other }) => other.actionId === inFlight?.id);
  const overtaken =
    effect.type === "kill" && result.task.forceStop && live.every((each) => each.effect.type === "stop");
  assert(live.length === 0 || overtaken, `${name}: ${effect.type} while another action is in flight`);
  const twice = result.effects.filter(
    (each) => "actionId" in each && "containerName" in each && each.containerName === name,
  );
  assert(twice.length === 1, `${name}: two actions in one step`);
}

function checkStartOrder(effect: ActionEffect, container: Container, { result, world }: StepCheck): void {
  const { task } = result;
  const { name } = container;
  assert(task.admitted, `${name}: ${effect.type} before the task was admitted`);
  assert(task.desiredStatus !== "STOPPED", `${name}: ${effect.type} although the task stops`);
  const gate = effect.type === "pull" ? "PULLED" : "CREATED";
  for (const resource of task.resources) {
    const isDue = resource.knownStatus === "CREATED" || compareContainerStatus(gate, resource.gates) < 0;
    assert(isDue, `${name}: ${effect.type} before resource ${resource.id}`);
  }
  const pauses = task.containers.filter((each) => each.type !== "NORMAL" && container.type === "NORMAL");
  assert(
    pauses.every((each) => each.knownStatus === each.steadyStatus),
    `${name}: ${effect.type} before its pause container`,
  );
  if (effect.type === "pull" && world.config.pullDependentsUpfront) return;
  for (const dependency of container.dependencies) {
    const target = findContainer(task, dependency.containerName);
    const { condition, containerName } = dependency;
    assert(
      target !== undefined && holds(dependency, target),
      `${name}: ${effect.type} before ${containerName} is ${condition}`,
    );
  }
}

function holds({ condition }: Dependency, target: Container): boolean {
  const hasEnded = target.knownStatus === "STOPPED" && target.startedAt !== undefined;
  switch (condition) {
    case "CREATE":
      return compareContainerStatus(target.knownStatus, "CREATED") >= 0;
    case "START":
      return target.knownStatus === target.steadyStatus || hasEnded;
    case "COMPLETE":
      return hasEnded;
    case "SUCCESS":
      return hasEnded && target.exitCode === 0;
    case "HEALTHY":
      return target.health.status === "HEALTHY" && target.knownStatus !== "STOPPED";
  }
}

/** Who names it must be STOPPED first. A stop that is owed (it should not run at all) and force wait for nobody. */
function checkStopOrder(effect: ActionEffect, container: Container, task: Task): void {
  const { name, stopOwed } = container;
  const runs = compareContainerStatus(container.knownStatus, "RUNNING") >= 0 && container.knownStatus !== "STOPPED";
  assert(runs || stopOwed || container.startRequestedAt !== undefined, `${name}: ${effect.type} of what does not run`);
  if (stopOwed || task.forceStop) return;
  for (const other of task.containers) {
    const names = other.dependencies.some((edge) => edge.containerName === name);
    const leansOn = container.type === "NORMAL" ? names : other.type === "NORMAL";
    assert(!leansOn || other.knownStatus === "STOPPED", `${name}: ${effect.type} before ${other.name} is STOPPED`);
  }
}

/** Numbered without gaps, each status once, containers never after their task. Source: CORE-16. */
function checkChanges({ before, result, world }: StepCheck): void {
  const told = [...world.changes];
  let next = before.nextChange;
  for (const change of result.changes) {
    assert(change.sequence === next, `change ${change.sequence} should be number ${next}`);
    next += 1;
    assert(!told.some((each) => isSameNews(each, change)), `${subjectOf(change)} ${change.status} is told twice`);
    const after = told.some((each) => each.type === "task" && each.status === "STOPPED");
    assert(!after, `${subjectOf(change)} ${change.status} follows the task's STOPPED`);
    told.push(change);
  }
  assert(result.task.nextChange === next, "number of the next change does not follow");
}

function isSameNews(a: StateChange, b: StateChange): boolean {
  return subjectOf(a) === subjectOf(b) && a.status === b.status;
}

function subjectOf(change: StateChange): string {
  return change.type === "task" ? "task" : change.containerName;
}

/** Makes a mistake show at once: the machine shares what it does not change, so nobody may write to any of it. */
export function deepFreeze<T>(value: T): T {
  if (typeof value !== "object" || value === null || Object.isFrozen(value)) return value;
  Object.freeze(value);
  for (const part of Object.values(value)) deepFreeze(part);
  return value;
}
