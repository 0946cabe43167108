/**
 * Works out everything that can be begun right now: derives statuses, settles what needs no Docker, hands out actions,
 * and says when to look again. Level-triggered: called after any input, and alone after a restart.
 */
import { assert, unreachable } from "../assert.ts";
import { type Blocker, isTaskBlocker } from "../blocker.ts";
import type { EpochMs } from "../brand.ts";
import { formatReason } from "../errors.ts";
import { type Container, type ContainerAction, findContainer, type Task, type TaskResource } from "../task.ts";
import { changeContainer, changeTask } from "../task-copy.ts";
import { advanceCleanup, unreportedBeforeCleanup } from "./cleanup.ts";
import type { MachineConfig } from "./config.ts";
import { type Decision, decide } from "./decide.ts";
import { derive } from "./derive.ts";
import type { Effect } from "./effect.ts";
import { advanceResources } from "./resources.ts";
import { failForDependency, settleContainer } from "./settle.ts";
import { editContainer } from "./step-state.ts";
import { Wake } from "./wake.ts";

export type Advanced = {
  readonly task: Task;
  readonly effects: readonly Effect[];
  readonly wakeAt: EpochMs | undefined;
};

export function advance(task: Task, now: EpochMs, config: MachineConfig): Advanced {
  const effects: Effect[] = [];
  const settled = settleAll(derive(task, now, config), now, config, effects);
  const wake = new Wake();
  let current = advanceResources(settled, effects);
  for (const { name } of current.containers) current = handOut(current, name, now, config, effects, wake);
  current = advanceHostResources(task, current, effects);
  current = advanceCleanup(current, now, effects, wake);
  return { task: current, effects, wakeAt: wake.at };
}

/** Steps without Docker may free each other, so they run until none is left; each makes one container STOPPED. */
function settleAll(task: Task, now: EpochMs, config: MachineConfig, effects: Effect[]): Task {
  let current = task;
  for (;;) {
    const moved = settleOne(current, now, config, effects);
    if (moved === undefined) return current;
    current = derive(moved, now, config);
  }
}

function settleOne(task: Task, now: EpochMs, config: MachineConfig, effects: Effect[]): Task | undefined {
  for (const container of task.containers) {
    const decision = decide(task, container, now, config);
    if (decision.type !== "settle" && decision.type !== "fail") continue;
    if (isPulling(container)) effects.push({ type: "abandonPull", containerName: container.name });
    return editContainer(task, container.name, (each) =>
      decision.type === "fail" ? failForDependency(each, decision.error) : settleContainer(task, each, now),
    );
  }
  return undefined;
}

function isPulling(container: Container): boolean {
  return container.inFlight?.action === "pull" || container.inFlight?.action === "resolveManifest";
}

function handOut(task: Task, name: string, now: EpochMs, config: MachineConfig, effects: Effect[], wake: Wake): Task {
  const container = find(task, name);
  const decision = decide(task, container, now, config);
  if (decision.type === "wait") wake.by(decision.until);
  if (decision.type !== "act") return task;
  const { action } = decision;
  const id = task.nextActionId;
  effects.push(effectFor(container, action, id));
  const containers = task.containers.with(task.containers.indexOf(container), begin(container, action, id, now));
  const begun: Task = changeTask(task, { nextActionId: id + 1, containers });
  // A start timeout runs on while an image is pulled early.
  const meanwhile = container.dependencies.length === 0 ? undefined : decide(begun, find(begun, name), now, config);
  if (meanwhile?.type === "wait") wake.by(meanwhile.until);
  return begun;
}

function find(task: Task, name: string): Container {
  const container = findContainer(task, name);
  assert(container !== undefined, `container ${name} is gone`);
  return container;
}

/** With what a crash must not forget, because something may exist or run by the time that the action is answered. */
function begin(container: Container, action: ContainerAction, id: number, now: EpochMs): Container {
  const { createRequestedAt, startRequestedAt } = container;
  const isAgain = isStart(action) && startRequestedAt !== undefined;
  return changeContainer(container, {
    inFlight: isAgain ? { action, id, again: true } : { action, id },
    createRequestedAt: action === "create" ? (createRequestedAt ?? now) : createRequestedAt,
    startRequestedAt: isStart(action) ? (startRequestedAt ?? now) : startRequestedAt,
  });
}

function isStart(action: ContainerAction): boolean {
  return action === "start" || action === "restart";
}

function effectFor(container: Container, action: ContainerAction, actionId: number): Effect {
  const containerName = container.name;
  switch (action) {
    case "resolveManifest":
    case "pull":
    case "create":
      return { type: action, containerName, actionId };
    case "start":
    case "restart":
    case "provision":
      return { type: action, containerName, actionId, dockerId: dockerIdOf(container) };
    case "kill":
      return { type: action, containerName, actionId, dockerId: container.dockerId };
    case "stop": {
      const { dockerId, stopTimeoutMs } = container;
      return { type: action, containerName, actionId, dockerId, stopTimeoutMs };
    }
    case "remove":
      return { type: action, containerName, actionId, target: container.dockerName };
    default:
      return unreachable(action);
  }
}

function dockerIdOf(container: Container) {
  assert(container.dockerId !== undefined, `container ${container.name} has no Docker id`);
  return container.dockerId;
}

/**
 * Host resources are given back when the task is STOPPED, not when it begins to stop. A task that waited in the queue
 * leaves it in the same way. Source: engine-modern 15.3.
 */
function advanceHostResources(before: Task, task: Task, effects: Effect[]): Task {
  if (task.knownStatus !== "STOPPED" || (before.knownStatus === "STOPPED" && !task.admitted)) return task;
  effects.push({ type: "releaseHostResources" });
  return task.admitted ? changeTask(task, { admitted: false }) : task;
}

/** Why a task and its containers do not move right now. */
export function whyBlocked(task: Task, now: EpochMs, config: MachineConfig): readonly Blocker[] {
  const blockers = task.containers.flatMap((container) => blockersOf(task, container, now, config));
  // Host resources are the task's, and no reason to name once for each container.
  const [queued] = blockers.filter(isTaskBlocker);
  const others = blockers.filter((each) => !isTaskBlocker(each));
  const changes = unreportedBeforeCleanup(task, now);
  return [
    ...(queued === undefined ? [] : [queued]),
    ...(changes === 0 ? [] : [{ type: "acknowledgement", changes } as const]),
    ...others,
    ...task.resources.flatMap((each) => resourceBlocker(task, each)),
  ];
}

function blockersOf(task: Task, container: Container, now: EpochMs, config: MachineConfig): readonly Blocker[] {
  const decision: Decision = decide(task, container, now, config);
  if (decision.type === "wait") return decision.blockers;
  const { inFlight, name: containerName, retry } = container;
  if (container.knownStatus !== "STOPPED" || container.removed) return [];
  if (inFlight !== undefined) return [{ type: "docker", containerName, action: inFlight.action }];
  if (retry?.action !== "remove") return [];
  return [{ type: "retry", containerName, action: "remove", until: retry.notBefore, error: formatReason(retry.error) }];
}

function resourceBlocker(task: Task, resource: TaskResource): readonly Blocker[] {
  const { inFlight } = resource;
  // Before the end, whoever waits for a resource that is being made says so.
  if (inFlight !== undefined && task.knownStatus === "STOPPED") {
    return [{ type: "docker", containerName: resource.id, action: `${inFlight.action}Resource` }];
  }
  if (resource.retry === undefined) return [];
  const { notBefore, error } = resource.retry;
  return [
    { type: "retry", containerName: resource.id, action: "remove", until: notBefore, error: formatReason(error) },
  ];
}
