/**
 * Works out everything that can be begun right now: derives statuses, settles what needs no Docker, hands out actions,
 * and says when to look again. Level-triggered: called after any input, and alone after a restart.
 */
import { assert, unreachable } from "../assert.ts";
import { type Blocker, isTaskBlocker } from "../blocker.ts";
import type { EpochMs } from "../brand.ts";
import { formatReason } from "../errors.ts";
import type { Container, ContainerAction, Task, TaskResource } from "../task.ts";
import type { Changeable } from "../task-copy.ts";
import { advanceCleanup, unreportedBeforeCleanup } from "./cleanup.ts";
import type { MachineConfig } from "./config.ts";
import { type Act, type Decision, decide } from "./decide.ts";
import { align } from "./derive.ts";
import type { Draft } from "./draft.ts";
import type { Effect } from "./effect.ts";
import { Orders } from "./orders.ts";
import { advanceResources } from "./resources.ts";
import { failForDependency, settleContainer } from "./settle.ts";

/** Brings the draft as far as it gets without Docker, and hands out what is to be done there. */
export function advance(draft: Draft, now: EpochMs, config: MachineConfig): Orders {
  const orders = new Orders();
  align(draft, now, config);
  settleAll(draft, now, config, orders);
  advanceResources(draft, orders);
  for (const container of draft.task.containers) handOut(draft, container, now, config, orders);
  advanceHostResources(draft, orders);
  advanceCleanup(draft, now, orders);
  return orders;
}

/** Steps without Docker may free each other, so they run until none is left; each makes one container STOPPED. */
function settleAll(draft: Draft, now: EpochMs, config: MachineConfig, orders: Orders): void {
  while (settleOne(draft, now, config, orders)) align(draft, now, config);
}

function settleOne(draft: Draft, now: EpochMs, config: MachineConfig, orders: Orders): boolean {
  const { task } = draft;
  for (const container of task.containers) {
    const decision = decide(task, container, now, config);
    if (decision.type !== "settle" && decision.type !== "fail") continue;
    if (isPulling(container)) orders.add({ type: "abandonPull", containerName: container.name });
    const changing = draft.changeContainer(container);
    if (decision.type === "fail") failForDependency(changing, decision.error);
    else settleContainer(draft.task, changing, now);
    return true;
  }
  return false;
}

function isPulling(container: Container): boolean {
  return container.inFlight?.action === "pull" || container.inFlight?.action === "resolveManifest";
}

function handOut(draft: Draft, container: Container, now: EpochMs, config: MachineConfig, orders: Orders): void {
  const decision = decide(draft.task, container, now, config);
  if (decision.type === "wait") orders.wakeBy(decision.until);
  if (decision.type !== "act") return;
  const id = draft.nextActionId();
  orders.add(effectFor(container, decision.action, id));
  const begun = draft.changeContainer(container);
  begin(begun, decision.action, id, now);
  // A start timeout runs on while an image is pulled early.
  const meanwhile = begun.dependencies.length === 0 ? undefined : decide(draft.task, begun, now, config);
  if (meanwhile?.type === "wait") orders.wakeBy(meanwhile.until);
}

/** With what a crash must not forget, because something may exist or run by the time that the action is answered. */
function begin(container: Changeable<Container>, action: ContainerAction, id: number, now: EpochMs): void {
  const isAgain = isStart(action) && container.startRequestedAt !== undefined;
  container.inFlight = isAgain ? { action, id, again: true } : { action, id };
  if (action === "create") container.createRequestedAt ??= now;
  if (isStart(action)) container.startRequestedAt ??= now;
}

function isStart(action: ContainerAction): boolean {
  return action === "start" || action === "restart";
}

function effectFor(container: Container, action: Act, actionId: number): Effect {
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
function advanceHostResources(draft: Draft, orders: Orders): void {
  const { given, task } = draft;
  if (task.knownStatus !== "STOPPED" || (given.knownStatus === "STOPPED" && !task.admitted)) return;
  orders.add({ type: "releaseHostResources" });
  if (task.admitted) draft.change().admitted = false;
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
