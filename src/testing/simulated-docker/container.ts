/** One container of the simulated daemon: what is known of it, without what can be done to it. */
import type { DockerId, DockerName, EpochMs } from "../../core/brand.ts";
import type { ContainerInspection, CreateBody, HostConfig, PortBinding } from "../../ports/docker-client.ts";
import type { ContainerScript } from "./behaviour.ts";
import { ContainerLog } from "./container-log.ts";
import type { SimulatedExec } from "./exec.ts";
import type { HealthMonitor } from "./health-monitor.ts";
import type { LocalImage } from "./image-store.ts";
import type { SimulatedProcess } from "./process.ts";

export type SimulatedMount = ContainerInspection["mounts"][number];

export type ContainerParts = {
  readonly dockerId: DockerId;
  readonly dockerName: DockerName;
  readonly body: CreateBody;
  readonly image: LocalImage;
  readonly labels: Readonly<Record<string, string>>;
  readonly script: ContainerScript;
  readonly mounts: readonly SimulatedMount[];
  readonly createdAt: EpochMs;
};

const NO_PORTS: readonly PortBinding[] = [];
const NO_HOST_CONFIG: HostConfig = {};
const NO_EXECS: ReadonlyMap<string, SimulatedExec> = new Map();

export class SimulatedContainer {
  readonly dockerId: DockerId;
  dockerName: DockerName;
  readonly body: CreateBody;
  readonly image: LocalImage;
  readonly script: ContainerScript;
  readonly mounts: readonly SimulatedMount[];
  readonly createdAt: EpochMs;
  readonly labels: Readonly<Record<string, string>>;
  /** Entry point and command together. */
  readonly command: readonly string[];

  state: "created" | "running" | "exited" = "created";
  /** Frozen. Counts as running everywhere, as it does for Docker. */
  isPaused = false;
  pid = 0;
  exitCode = 0;
  error = "";
  oomKilled = false;
  startedAt: EpochMs | undefined;
  finishedAt: EpochMs | undefined;
  monitor: HealthMonitor | undefined;
  /** How many such commands were begun since its start. */
  execsBegun = 0;
  process: SimulatedProcess | undefined;
  /** How many times its process was started. */
  starts = 0;
  ports: readonly PortBinding[] = NO_PORTS;
  ipAddress: string | undefined;
  /** Called when its process could not be started. */
  startFailed: (() => void) | undefined;
  #eventAttributes: Readonly<Record<string, string>> | undefined;
  // Most containers never have any: with a hundred thousand of them an empty one each counts.
  #log: ContainerLog | undefined;
  #exitWaiters: (() => void)[] | undefined;
  #files: Map<string, string> | undefined;
  #execs: Map<string, SimulatedExec> | undefined;

  constructor(parts: ContainerParts) {
    this.dockerId = parts.dockerId;
    this.dockerName = parts.dockerName;
    this.body = parts.body;
    this.image = parts.image;
    this.script = parts.script;
    this.mounts = parts.mounts;
    this.createdAt = parts.createdAt;
    this.labels = parts.labels;
    this.command = commandOf(parts.body, parts.image);
  }

  get hostConfig(): HostConfig {
    return this.body.HostConfig ?? NO_HOST_CONFIG;
  }

  get log(): ContainerLog {
    this.#log ??= new ContainerLog();
    return this.#log;
  }

  /** Calls this when its process ends, whatever the cause, and then forgets it. */
  onExit(waiter: () => void): void {
    this.#exitWaiters ??= [];
    this.#exitWaiters.push(waiter);
  }

  /** Who waits for the end of its process is told. What its events carry is put together anew, should there be more. */
  processEnded(): void {
    this.#eventAttributes = undefined;
    const waiters = this.#exitWaiters;
    this.#exitWaiters = undefined;
    for (const wake of waiters ?? []) wake();
  }

  /** Contents of the files that it has written, by path. */
  get files(): Map<string, string> {
    this.#files ??= new Map();
    return this.#files;
  }

  /** Commands that were asked to run in it, by id; forgotten when it starts anew. */
  get execs(): ReadonlyMap<string, SimulatedExec> {
    return this.#execs ?? NO_EXECS;
  }

  addExec(exec: SimulatedExec): void {
    this.#execs ??= new Map();
    this.#execs.set(exec.id, exec);
  }

  forgetExec(id: string): void {
    this.#execs?.delete(id);
  }

  forgetExecs(): void {
    this.#execs = undefined;
  }

  get isRunning(): boolean {
    return this.state === "running";
  }

  /** Docker's word for how it is. */
  get stateWord(): "created" | "running" | "paused" | "exited" {
    return this.isPaused ? "paused" : this.state;
  }

  /** What every event of it carries: its labels, image and name. */
  get eventAttributes(): Readonly<Record<string, string>> {
    this.#eventAttributes ??= mergeAttributes(this.labels, { image: this.body.Image, name: this.dockerName });
    return this.#eventAttributes;
  }

  rename(dockerName: DockerName): void {
    this.dockerName = dockerName;
    this.#eventAttributes = undefined;
  }

  /** `bridge`, `none`, `host`, `container:ID` or a network's name. */
  get networkMode(): string {
    const mode = this.hostConfig.NetworkMode;
    return mode === undefined || mode === "" || mode === "default" ? "bridge" : mode;
  }
}

/** An entry point in the request drops the image's command. */
export function commandOf(body: CreateBody, { config }: LocalImage): readonly string[] {
  const entrypoint = body.Entrypoint ?? config.entrypoint ?? [];
  const fallback = body.Entrypoint === undefined ? (config.cmd ?? []) : [];
  const command = body.Cmd ?? fallback;
  return entrypoint.length === 0 ? command : entrypoint.concat(command);
}

/** The image's, and over them the request's. */
export function labelsOf(body: CreateBody, { config }: LocalImage): Readonly<Record<string, string>> {
  if (config.labels === undefined) return body.Labels ?? {};
  return mergeAttributes(config.labels, body.Labels);
}

/**
 * All members in one object, later ones before earlier ones. Where objects are spread one after the other each result has
 * a hidden class of its own, and whoever reads it pays for that.
 */
export function mergeAttributes(
  ...parts: readonly (Readonly<Record<string, string>> | undefined)[]
): Record<string, string> {
  const all: Record<string, string> = {};
  for (const part of parts) for (const name in part) put(all, name, part[name] ?? "");
  return all;
}

function put(all: Record<string, string>, name: string, value: string): void {
  // What is assigned to a member of this name is lost.
  if (name === "__proto__")
    Object.defineProperty(all, name, { value, enumerable: true, configurable: true, writable: true });
  else all[name] = value;
}
