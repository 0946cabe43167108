/**
 * What one container does next, given the whole task: an action for Docker, a step that needs no Docker, or a reason
 * to wait. Source: engine-modern 4.8, 5.3, 5.5; engine-behaviour 3.7 (MT-20 to MT-38).
 */
import type { Blocker } from "../blocker.ts";
import type { EpochMs } from "../brand.ts";
import { dependantsOf, judgeDependencies, unhealthyTarget } from "../dependencies.ts";
import { formatReason, type NamedError } from "../errors.ts";
import { type ContainerStatus, compareContainerStatus, nextContainerStatus } from "../status.ts";
import { type Container, type ContainerAction, findContainer, type Retry, type Task } from "../task.ts";
import type { MachineConfig } from "./config.ts";
import { isUp } from "./derive.ts";
import { STOP_TRIES } from "./retry.ts";

/** Removals are the clean-up's. */
export type Act = Exclude<ContainerAction, "remove">;

export type Decision =
  | { readonly type: "rest" }
  | { readonly type: "act"; readonly action: Act }
  /** Becomes STOPPED with no Docker call: it does not run and never will. */
  | { readonly type: "settle" }
  /** A dependency can never hold: STOPPED with exit code 143 and this error. */
  | { readonly type: "fail"; readonly error: NamedError }
  | { readonly type: "wait"; readonly blockers: readonly Blocker[]; readonly until?: EpochMs };

const REST: Decision = { type: "rest" };
const SETTLE: Decision = { type: "settle" };
const act = (action: Act): Decision => ({ type: "act", action });
const wait = (...blockers: Blocker[]): Extract<Decision, { readonly type: "wait" }> => ({ type: "wait", blockers });

/** Given to a container that a dependency kept from starting. Source: engine-modern 5.4. */
export const DEPENDENCY_EXIT_CODE = 143;

const RESTART = act("restart");
const STEP_TO: Readonly<Record<Exclude<ContainerStatus, "NONE" | "STOPPED">, Decision>> = {
  MANIFEST_PULLED: act("resolveManifest"),
  PULLED: act("pull"),
  CREATED: act("create"),
  RUNNING: act("start"),
  RESOURCES_PROVISIONED: act("provision"),
};

export function decide(task: Task, container: Container, now: EpochMs, config: MachineConfig): Decision {
  if (container.stopOwed) return decideStop(task, container, now);
  if (container.knownStatus === "STOPPED") return REST;
  if (container.desiredStatus === "STOPPED") return decideWayDown(task, container, now);
  if (container.inFlight !== undefined) return decideMeanwhile(task, container, container.inFlight.action, now);
  if (container.restart.pending) return RESTART;
  if (container.knownStatus === container.desiredStatus) return REST;
  return decideWayUp(task, container, now, config);
}

/** An early pull (upfront) does not keep a container from failing together with what it depends on. */
function decideMeanwhile(task: Task, container: Container, action: ContainerAction, now: EpochMs): Decision {
  const waiting = wait(underWay(container, action));
  if (container.dependencies.length === 0 || (action !== "pull" && action !== "resolveManifest")) return waiting;
  const { failure, until } = judgeDependencies(container, finder(task), now);
  if (failure !== undefined) return { type: "fail", error: failure };
  return until === undefined ? waiting : { ...waiting, until };
}

/**
 * A start under way is waited for: nobody would watch what it leaves. One that a crash left without an answer is
 * stopped like a run. Source: engine-modern 4.8 (3) and 6.2.
 */
function decideWayDown(task: Task, container: Container, now: EpochMs): Decision {
  const mayRun = isUp(container) && !container.restart.pending;
  return mayRun || container.startRequestedAt !== undefined ? decideStop(task, container, now) : SETTLE;
}

/** One action at a time; only SIGKILL by force may overtake a stop that lets the container take its time. */
function decideStop(task: Task, container: Container, now: EpochMs): Decision {
  const { inFlight } = container;
  const retry = container.retry?.action === "remove" ? undefined : container.retry;
  const overtakes = task.forceStop && inFlight?.action === "stop";
  if (inFlight !== undefined && !overtakes) return wait(underWay(container, inFlight.action));
  const dependants = stillUp(dependantsOf(container, task.containers));
  if (dependants.length > 0 && !container.stopOwed && !task.forceStop) {
    return wait(...dependants.map((each): Blocker => dependantBlocker(container, each)));
  }
  const action = task.forceStop || (retry?.attempts ?? 0) >= STOP_TRIES ? "kill" : "stop";
  const isEscalation = task.forceStop && retry?.action === "stop";
  return retry === undefined || retry.notBefore <= now || isEscalation ? act(action) : waitForRetry(container, retry);
}

function stillUp(containers: readonly Container[]): readonly Container[] {
  return containers.filter((each) => each.knownStatus !== "STOPPED");
}

function decideWayUp(task: Task, container: Container, now: EpochMs, config: MachineConfig): Decision {
  if (!task.admitted) return wait({ type: "hostResources", resources: [] });
  const next = nextContainerStatus(container.knownStatus, container.steadyStatus);
  if (next === "NONE" || next === "STOPPED") return REST;
  const beforeCreate = compareContainerStatus(next, "CREATED") <= 0;
  if (beforeCreate) {
    const held = decideOrder(task, container, next, now, config) ?? decideGates(task, container, next);
    if (held !== undefined) return held;
  }
  return STEP_TO[next];
}

/** dependsOn, links and volumesFrom: until CREATED; afterwards nothing that happens to them matters (ORD-9). */
function decideOrder(
  task: Task,
  container: Container,
  next: ContainerStatus,
  now: EpochMs,
  config: MachineConfig,
): Decision | undefined {
  if (container.dependencies.length === 0) return undefined;
  const { failure, waitsFor, until } = judgeDependencies(container, finder(task), now);
  if (failure !== undefined) return { type: "fail", error: failure };
  if (waitsFor.length === 0 || next === "MANIFEST_PULLED") return undefined;
  if (next === "PULLED" && config.pullDependentsUpfront) return undefined;
  const blockers = waitsFor.map((edge): Blocker => {
    const unhealthy = unhealthyTarget(edge, finder(task));
    return {
      type: "dependency",
      containerName: container.name,
      dependency: edge.containerName,
      condition: edge.condition,
      ...(until === undefined ? {} : { until }),
      ...(unhealthy === undefined ? {} : { unhealthy: unhealthy.health }),
    };
  });
  return { type: "wait", blockers, ...(until === undefined ? {} : { until }) };
}

/** Pause containers and task resources. Source: engine-modern 5.3, second table. */
function decideGates(task: Task, container: Container, next: ContainerStatus): Decision | undefined {
  const blockers: Blocker[] = [];
  for (const other of task.containers) {
    const gate = other.type === "CNI_PAUSE" ? "MANIFEST_PULLED" : "PULLED";
    if (container.type !== "NORMAL" || other.type === "NORMAL") continue;
    if (other.knownStatus === other.steadyStatus || compareContainerStatus(next, gate) < 0) continue;
    blockers.push({ type: "dependency", containerName: container.name, dependency: other.name, condition: "START" });
  }
  for (const resource of task.resources) {
    if (resource.knownStatus === "CREATED" || compareContainerStatus(next, resource.gates) < 0) continue;
    blockers.push({ type: "resource", containerName: container.name, resource: resource.id });
  }
  return blockers.length === 0 ? undefined : wait(...blockers);
}

function finder(task: Task): (name: string) => Container | undefined {
  return (name) => findContainer(task, name);
}

function underWay(container: Container, action: string): Blocker {
  return { type: "docker", containerName: container.name, action };
}

function dependantBlocker(container: Container, dependant: Container): Blocker {
  return { type: "dependant", containerName: container.name, dependant: dependant.name };
}

function waitForRetry(container: Container, retry: Retry): Decision {
  const { action, notBefore, error } = retry;
  const blocker: Blocker = {
    type: "retry",
    containerName: container.name,
    action,
    until: notBefore,
    error: formatReason(error),
  };
  return { type: "wait", blockers: [blocker], until: notBefore };
}
