/**
 * The containers behind a {@link MachineWorld}: what is really there, as opposed to what the machine knows of it. Only
 * as much of Docker as the machine can tell apart.
 */
import type { DockerId, EpochMs } from "../core/brand.ts";
import { asDockerId, asEpochMs } from "../core/brand.ts";
import type { ActionResult, Observation, ObservedHealth } from "../core/machine/input.ts";
import type { Container, ContainerAction } from "../core/task.ts";

export type RealContainer = {
  readonly dockerId: DockerId;
  readonly status: "created" | "running" | "stopped";
  readonly startedAt?: EpochMs;
  readonly finishedAt?: EpochMs;
  readonly exitCode?: number;
  readonly oomKilled: boolean;
  readonly stateError?: string;
  readonly health?: ObservedHealth;
};

type Success = Extract<ActionResult, { readonly ok: true }>;

const ID_DIGITS = 64;
const STOP_EXIT_CODE = 143;
const KILL_EXIT_CODE = 137;

export class MachineDocker {
  readonly #containers = new Map<string, RealContainer>();
  #created = 0;
  #lastStart = 0;

  find(name: string): RealContainer | undefined {
    return this.#containers.get(name);
  }

  isRunning(name: string): boolean {
    return this.find(name)?.status === "running";
  }

  get running(): readonly string[] {
    return [...this.#containers.keys()].filter((name) => this.isRunning(name));
  }

  /** Everything that exists, running or not. */
  get names(): readonly string[] {
    return [...this.#containers.keys()];
  }

  set(name: string, change: Partial<RealContainer>): void {
    const before = this.#containers.get(name) ?? this.#new(name);
    this.#containers.set(name, { ...before, ...change });
  }

  remove(name: string): void {
    this.#containers.delete(name);
  }

  /** A process ends by itself, or by somebody's hand. */
  exit(name: string, exitCode: number, now: EpochMs, more: Partial<RealContainer> = {}): void {
    this.set(name, { status: "stopped", exitCode, finishedAt: now, ...more });
  }

  /** No two runs begin in the same instant: it takes a real daemon longer than that to start a process. */
  start(name: string, now: EpochMs): void {
    const { dockerId } = this.#containers.get(name) ?? this.#new(name);
    this.#lastStart = Math.max(now, this.#lastStart + 1);
    this.#containers.set(name, {
      dockerId,
      status: "running",
      oomKilled: false,
      startedAt: asEpochMs(this.#lastStart),
    });
  }

  /** How `docker inspect` would answer. */
  look(name: string): Observation {
    const seen = this.#containers.get(name);
    return seen === undefined ? { kind: "absent" } : { kind: "present", ...seen };
  }

  /** Carries an action out; the answer is what the runner would report. */
  carryOut(action: ContainerAction, container: Container, now: EpochMs): ActionResult {
    const { name } = container;
    switch (action) {
      case "resolveManifest":
        return { ok: true };
      case "pull":
        return { ok: true, imageId: `sha256:image-of-${container.image}` };
      case "create":
        return this.#create(name);
      case "start":
      case "restart":
        return this.#start(name, now);
      case "provision":
        return { ok: true, observation: this.look(name) };
      case "stop":
        return this.#end(name, STOP_EXIT_CODE, now);
      case "kill":
        return this.#end(name, KILL_EXIT_CODE, now);
      case "remove":
        this.remove(name);
        return { ok: true };
    }
  }

  #create(name: string): Success {
    const real = this.#containers.get(name) ?? this.#new(name);
    this.#containers.set(name, real);
    return { ok: true, dockerId: real.dockerId };
  }

  #start(name: string, now: EpochMs): ActionResult {
    const real = this.#containers.get(name);
    if (real === undefined) return missing("CannotStartContainerError");
    if (real.status !== "running") this.start(name, now);
    return { ok: true };
  }

  #end(name: string, exitCode: number, now: EpochMs): ActionResult {
    if (!this.#containers.has(name)) return missing("CannotStopContainerError");
    if (this.isRunning(name)) this.exit(name, exitCode, now);
    return { ok: true, observation: this.look(name) };
  }

  #new(name: string): RealContainer {
    this.#created += 1;
    const dockerId = asDockerId(`${name}${this.#created}`.padEnd(ID_DIGITS, "0"));
    return { dockerId, status: "created", oomKilled: false };
  }
}

function missing(name: "CannotStartContainerError" | "CannotStopContainerError"): ActionResult {
  return { ok: false, failure: { error: { name, message: "no such container" }, indeterminate: false, status: 404 } };
}
