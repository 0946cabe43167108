/**
 * Drives the machine in a small, deterministic world: keeps what was asked for until the test answers it, fires timers,
 * collects state changes, and checks the invariants after every step.
 */
import { assert } from "../core/assert.ts";
import type { EpochMs } from "../core/brand.ts";
import { asContainerName, asEpochMs } from "../core/brand.ts";
import type { EngineErrorName } from "../core/errors.ts";
import { DEFAULT_MACHINE_CONFIG, type MachineConfig } from "../core/machine/config.ts";
import type { Effect } from "../core/machine/effect.ts";
import type { ActionResult, Failure, Input, Observation } from "../core/machine/input.ts";
import { AS_BEFORE, type Step, step } from "../core/machine/step.ts";
import type { StateChange } from "../core/state-change.ts";
import { isRunningStatus } from "../core/status.ts";
import {
  type Container,
  type ContainerAction,
  type Dependency,
  type DependencyCondition,
  findContainer,
  type Task,
} from "../core/task.ts";
import { aTask } from "./builders.ts";
import { MachineDocker, type RealContainer } from "./machine-docker.ts";
import { checkStep, deepFreeze } from "./machine-invariants.ts";

export type ContainerEffect = Extract<Effect, { readonly actionId: number; readonly containerName: string }>;
export type ResourceEffect = Extract<Effect, { readonly resourceId: string }>;

/** An action that the test has not answered. */
export type Pending = {
  readonly effect: ContainerEffect;
  /** The answer to give, when the action was carried out before it is answered. */
  readonly result?: ActionResult;
};

export type MachineWorldOptions = {
  readonly config?: Partial<MachineConfig>;
  readonly now?: number;
  /** Give host resources as soon as they are asked for (the default). */
  readonly admit?: boolean;
};

type FailureOptions = {
  readonly message?: string;
  readonly indeterminate?: boolean;
  readonly status?: number;
  readonly exitCode?: number;
  /** Although it failed, the action was carried out. */
  readonly took?: boolean;
};

const FIRST_INSTANT = 1_000_000;
const MANY_STEPS = 2_000;

const ERROR_NAMES: Readonly<Record<ContainerAction, EngineErrorName>> = {
  resolveManifest: "CannotPullImageManifestError",
  pull: "CannotPullContainerError",
  create: "CannotCreateContainerError",
  start: "CannotStartContainerError",
  restart: "CannotStartContainerError",
  provision: "ContainerNetworkingError",
  stop: "CannotStopContainerError",
  kill: "CannotStopContainerError",
  remove: "CannotRemoveContainerError",
};

export class MachineWorld {
  readonly docker = new MachineDocker();
  readonly config: MachineConfig;
  readonly changes: StateChange[] = [];
  /** Every effect ever handed out, in order. */
  readonly effects: Effect[] = [];
  readonly pendingResources: ResourceEffect[] = [];
  /** Containers that were started from outside: what is known of those may be behind. */
  readonly meddledWith = new Set<string>();
  /** Looks that were asked for and have not been taken. */
  readonly pendingLooks: string[] = [];
  /** Pulls that were let go; their answers may still come. */
  readonly abandoned: ContainerEffect[] = [];
  readonly #admit: boolean;
  #pending: Pending[] = [];
  #task: Task;
  #now: EpochMs;
  #wakeAt: EpochMs | undefined;

  constructor(task: Task, options: MachineWorldOptions = {}) {
    this.#task = deepFreeze(task);
    this.#now = asEpochMs(options.now ?? FIRST_INSTANT);
    this.#admit = options.admit ?? true;
    this.config = { ...DEFAULT_MACHINE_CONFIG, ...options.config };
  }

  /** A world whose task has just been taken up. */
  static begin(task: Task, options: MachineWorldOptions = {}): MachineWorld {
    const world = new MachineWorld(task, options);
    world.send({ type: "resumed", observations: [] });
    return world;
  }

  get task(): Task {
    return this.#task;
  }

  get now(): EpochMs {
    return this.#now;
  }

  get wakeAt(): EpochMs | undefined {
    return this.#wakeAt;
  }

  /** What is asked for and not answered: `pull web`, oldest first. */
  get pending(): readonly string[] {
    return [...this.#pending.map(({ effect }) => nameOf(effect)), ...this.pendingResources.map(nameOf)];
  }

  get pendingActions(): readonly Pending[] {
    return this.#pending;
  }

  /** Everything that was ever asked for, in order: `pull web`, `createResource dockerVolume/data`. */
  get asked(): readonly string[] {
    return this.effects.map(nameOf);
  }

  /** State changes so far: `web RUNNING`, `task RUNNING`. */
  get reported(): readonly string[] {
    return this.changes.map((change) => `${change.type === "task" ? "task" : change.containerName} ${change.status}`);
  }

  get isForgotten(): boolean {
    return this.effects.some((effect) => effect.type === "forgetTask");
  }

  container(name: string): Container {
    const container = findContainer(this.#task, name);
    assert(container !== undefined, `Cannot find container ${name}`);
    return container;
  }

  known(...names: readonly string[]): readonly string[] {
    return names.map((name) => this.container(name).knownStatus);
  }

  /** Gives one input to the machine and checks what comes of it. */
  send(input: Input): Step {
    const before = this.#task;
    const result = step(before, input, this.#now, this.config);
    deepFreeze(result.task);
    checkStep({ before, input, result, now: this.#now, world: this });
    this.#task = result.task;
    if (result.wakeAt !== AS_BEFORE) this.#wakeAt = result.wakeAt;
    this.changes.push(...result.changes);
    for (const effect of result.effects) this.#take(effect);
    const asksForHost = result.effects.some((effect) => effect.type === "requestHostResources");
    if (asksForHost && this.#admit) this.send({ type: "hostResourcesGranted" });
    return result;
  }

  /** The action works; `facts` are added to the answer. */
  answer(
    action: ContainerAction,
    name: string,
    facts: Partial<Extract<ActionResult, { readonly ok: true }>> = {},
  ): Step {
    const pending = this.#remove(action, name);
    const result = pending.result ?? this.#carryOut(pending.effect);
    return this.#reply(pending.effect, result.ok ? { ...result, ...facts } : result);
  }

  /** The action fails. */
  fail(action: ContainerAction, name: string, options: FailureOptions = {}): Step {
    const pending = this.#remove(action, name);
    if (options.took === true && pending.result === undefined) this.#carryOut(pending.effect);
    const { message = `${action} failed`, indeterminate = false, status, exitCode } = options;
    const error = { name: ERROR_NAMES[action], message };
    const failure: Failure = { error, indeterminate, status, exitCode };
    return this.#reply(pending.effect, { ok: false, failure });
  }

  /** Docker carries the action out, and the answer is still on its way. */
  carryOut(action: ContainerAction, name: string): void {
    const index = this.#indexOf(action, name);
    const pending = this.#pending[index];
    if (pending === undefined || pending.result !== undefined) return;
    this.#pending = this.#pending.with(index, { ...pending, result: this.#carryOut(pending.effect) });
  }

  /** The answer to a pull that nobody waits for any more. */
  answerLate(name: string, result: ActionResult = { ok: true }): Step {
    const index = this.abandoned.findIndex((effect) => effect.containerName === name);
    const effect = this.abandoned[index];
    assert(effect !== undefined, `Cannot answer late: no pull of ${name} was abandoned`);
    this.abandoned.splice(index, 1);
    return this.#reply(effect, result);
  }

  answerResource(resourceId: string, message?: string): Step {
    const index = this.pendingResources.findIndex((effect) => effect.resourceId === resourceId);
    const effect = this.pendingResources[index];
    assert(effect !== undefined, `Cannot answer ${resourceId}: nothing was asked for`);
    this.pendingResources.splice(index, 1);
    const error = message === undefined ? undefined : ({ name: "VolumeError", message } as const);
    return this.send({ type: "resourceFinished", resourceId, actionId: effect.actionId, error });
  }

  see(name: string, observation: Observation): Step {
    return this.send({ type: "containerObserved", containerName: name, observation });
  }

  /** Takes the look that was asked for first. */
  takeLook(): void {
    const name = this.pendingLooks.shift();
    if (name !== undefined) this.look(name);
  }

  /** Looks at what is really there, as after an event. */
  look(name: string): Step {
    return this.see(name, this.docker.look(name));
  }

  /** Somebody starts the container by hand. */
  startFromOutside(name: string): void {
    this.meddledWith.add(name);
    this.docker.start(name, this.#now);
  }

  /** The container's process ends, and the engine hears of it. */
  exit(name: string, exitCode: number, more: Partial<RealContainer> = {}): Step {
    this.docker.exit(name, exitCode, this.#now, more);
    return this.look(name);
  }

  healthy(name: string): Step {
    this.docker.set(name, { health: { status: "healthy" } });
    return this.see(name, { kind: "health", health: { status: "healthy" } });
  }

  unhealthy(name: string): Step {
    this.docker.set(name, { health: { status: "unhealthy", exitCode: 1 } });
    return this.see(name, { kind: "health", health: { status: "unhealthy", exitCode: 1 } });
  }

  stop(reason?: string): Step {
    return this.send({ type: "stopRequested", reason });
  }

  /** Lets time pass; timers fire on the way. */
  advance(ms: number): void {
    const target = asEpochMs(this.#now + ms);
    for (let fired = 0; this.#wakeAt !== undefined && this.#wakeAt <= target; fired += 1) {
      assert(fired < MANY_STEPS, "Cannot advance: timers fire without end");
      this.#now = asEpochMs(Math.max(this.#now, this.#wakeAt));
      this.send({ type: "timerFired" });
    }
    this.#now = target;
  }

  /** Everybody who reads state changes has read them. */
  acknowledge(): Step {
    return this.send({ type: "acknowledged", upTo: this.#task.nextChange - 1 });
  }

  /**
   * Kill -9 and a new process: what was in memory only is gone, answers on their way are lost; then it looks at all
   * that may exist.
   * @param canLook which looks work; those that fail are no verdict
   */
  restartEngine(canLook: (name: string) => boolean = () => true): Step {
    this.crash();
    const existing = this.#task.containers.filter((each) => each.createRequestedAt !== undefined && !each.removed);
    const observations = existing
      .filter(({ name }) => canLook(name))
      .map(({ name }) => ({ containerName: name, observation: this.docker.look(name) }));
    return this.send({ type: "resumed", observations });
  }

  /** The first half of {@link restartEngine}. */
  crash(): void {
    const { containers, resources } = this.#task;
    this.#pending = [];
    this.abandoned.length = 0;
    this.pendingResources.length = 0;
    this.pendingLooks.length = 0;
    this.#wakeAt = undefined;
    this.#task = deepFreeze({
      ...this.#task,
      admitted: false,
      containers: containers.map((each) => ({
        ...each,
        inFlight: undefined,
        retry: undefined,
        health: { status: "UNKNOWN" } as const,
      })),
      resources: resources.map((each) => ({ ...each, inFlight: undefined, retry: undefined })),
    });
  }

  /** Everything that is asked for works, until nothing is left to answer. */
  settle(): void {
    for (let answered = 0; answered < MANY_STEPS; answered += 1) {
      const [first] = this.#pending;
      const [resource] = this.pendingResources;
      if (resource !== undefined) this.answerResource(resource.resourceId);
      else if (first !== undefined) this.answer(first.effect.type, first.effect.containerName);
      else if (this.pendingLooks.length > 0) this.takeLook();
      else return;
    }
    assert(false, "Cannot settle: the machine asks for more without end");
  }

  /** Everything works, all containers exit by themselves in the order of the definition, and the task is cleaned up. */
  runToEnd(exitCode = 0): void {
    this.settle();
    for (const { name } of this.#task.containers) {
      if (isRunningStatus(this.container(name).knownStatus)) this.exit(name, exitCode);
      this.settle();
    }
    this.acknowledge();
    this.advance(this.config.cleanupWaitMs + this.config.cleanupJitterMs);
    this.settle();
    assert(this.isForgotten, "Cannot reach the end: the task was not forgotten");
  }

  #take(effect: Effect): void {
    this.effects.push(effect);
    if ("resourceId" in effect) this.pendingResources.push(effect);
    else if ("actionId" in effect) this.#pending.push({ effect });
    else if (effect.type === "abandonPull") this.#abandon(effect.containerName);
    else if (effect.type === "observe") this.pendingLooks.push(effect.containerName);
  }

  #abandon(name: string): void {
    this.abandoned.push(...this.#pending.filter((each) => isPullOf(each, name)).map((each) => each.effect));
    this.#pending = this.#pending.filter((each) => !isPullOf(each, name));
  }

  #carryOut(effect: ContainerEffect): ActionResult {
    return this.docker.carryOut(effect.type, this.container(effect.containerName), this.#now);
  }

  #reply({ containerName, actionId }: ContainerEffect, result: ActionResult): Step {
    return this.send({ type: "actionFinished", containerName, actionId, result });
  }

  #remove(action: ContainerAction, name: string): Pending {
    const index = this.#indexOf(action, name);
    const pending = this.#pending[index];
    assert(pending !== undefined, `Cannot answer ${action} of ${name}: pending are ${this.pending.join(", ")}`);
    this.#pending = this.#pending.toSpliced(index, 1);
    return pending;
  }

  #indexOf(action: ContainerAction, name: string): number {
    return this.#pending.findIndex(({ effect }) => effect.type === action && effect.containerName === name);
  }
}

function isPullOf({ effect }: Pending, name: string): boolean {
  return effect.containerName === name && (effect.type === "pull" || effect.type === "resolveManifest");
}

function nameOf(effect: Effect): string {
  if ("containerName" in effect) return `${effect.type} ${effect.containerName}`;
  return "resourceId" in effect ? `${effect.type} ${effect.resourceId}` : effect.type;
}

/** An edge to another container, as a definition's `dependsOn` makes it. */
export function dependsOn(containerName: string, condition: DependencyCondition = "START"): Dependency {
  return { containerName: asContainerName(containerName), condition, source: "dependsOn" };
}

/** A task of these containers, which need nothing of each other unless they say so. */
export function aTaskOf(...containers: readonly Container[]): Task {
  return aTask({ containers });
}
