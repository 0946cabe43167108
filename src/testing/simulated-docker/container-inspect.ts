/** What the daemon tells of its containers. */
import { asEpochMs, type DockerId, type DockerName, type EpochMs } from "../../core/brand.ts";
import type { ContainerInspection, ContainerSummary } from "../../ports/docker-client.ts";
import type { SimulatedContainer } from "./container.ts";
import type { DaemonState } from "./daemon-state.ts";
import { type LabelFilter, matchesLabels } from "./event-log.ts";
import { containerJson, macAddressOf } from "./json/container-json.ts";

const HEALTH_OUTPUT_BYTES = 1_024;

export function inspectContainer(container: SimulatedContainer): ContainerInspection {
  return new Inspection(container);
}

/** A class, so that all of them have one hidden class: whoever reads many pays for each further one. */
class Inspection implements ContainerInspection {
  readonly dockerId: DockerId;
  readonly dockerName: DockerName;
  readonly labels: Readonly<Record<string, string>>;
  readonly image: string;
  readonly imageId: string;
  readonly status: ContainerInspection["status"];
  readonly pid: number;
  declare readonly exitCode?: number;
  readonly createdAt: EpochMs;
  declare readonly startedAt?: EpochMs;
  declare readonly finishedAt?: EpochMs;
  /** This daemon knows no restart policies. */
  readonly dockerRestarts = 0;
  readonly oomKilled: boolean;
  declare readonly stateError?: string;
  declare readonly health?: NonNullable<ContainerInspection["health"]>;
  readonly ports: ContainerInspection["ports"];
  declare readonly ipAddress?: string;
  readonly networks: ContainerInspection["networks"];
  readonly mounts: ContainerInspection["mounts"];
  readonly logDriver: string;
  readonly tty: boolean;
  readonly #container: SimulatedContainer;

  constructor(container: SimulatedContainer) {
    const { body, startedAt, error, ipAddress } = container;
    this.dockerId = container.dockerId;
    this.dockerName = container.dockerName;
    this.labels = container.labels;
    this.image = body.Image;
    this.imageId = container.image.imageId;
    this.status = statusOf(container);
    this.pid = container.pid;
    this.createdAt = container.createdAt;
    if (startedAt !== undefined) this.startedAt = startedAt;
    // The last run's end says nothing about this one.
    if (this.status === "stopped") this.exitCode = container.exitCode;
    if (this.status === "stopped" && container.finishedAt !== undefined) this.finishedAt = container.finishedAt;
    this.oomKilled = container.oomKilled;
    if (error !== "") this.stateError = error;
    const health = healthOf(container);
    if (health !== undefined) this.health = health;
    this.ports = container.ports;
    if (ipAddress !== undefined) this.ipAddress = ipAddress;
    this.networks = networksOf(container);
    this.mounts = container.mounts;
    this.logDriver = container.hostConfig.LogConfig?.Type ?? "json-file";
    this.tty = body.Tty ?? false;
    this.#container = container;
  }

  /** Only few readers want it, and it takes longer to make than all the rest. */
  get raw(): unknown {
    return containerJson(this.#container);
  }
}

export function listContainers(
  state: DaemonState,
  { all, labels }: { readonly all: boolean; readonly labels: LabelFilter },
): readonly SimulatedContainer[] {
  const found: SimulatedContainer[] = [];
  for (const container of state.containers) {
    if ((all || container.isRunning) && matchesLabels(container.labels, labels)) found.push(container);
  }
  // Docker names the newest first.
  return found.reverse();
}

export function summariseContainer(container: SimulatedContainer): ContainerSummary {
  return {
    dockerId: container.dockerId,
    dockerName: container.dockerName,
    labels: container.labels,
    state: container.stateWord,
    imageId: container.image.imageId,
    // The list has whole seconds.
    createdAt: asEpochMs(Math.floor(container.createdAt / 1_000) * 1_000),
  };
}

/** Source: engine-behaviour 7.5. */
function statusOf(container: SimulatedContainer): ContainerInspection["status"] {
  if (container.isRunning) return "running";
  return container.startedAt === undefined && container.error === "" ? "created" : "stopped";
}

function healthOf({ monitor }: SimulatedContainer): ContainerInspection["health"] {
  if (monitor === undefined) return undefined;
  const { status, log } = monitor.state;
  const last = log.at(-1);
  if (last === undefined) return { status };
  const output = firstBytes(last.output, HEALTH_OUTPUT_BYTES);
  return status === "unhealthy" ? { status, output, exitCode: last.exitCode } : { status, output };
}

/** Cuts before the character that does not fit. */
function firstBytes(text: string, limit: number): string {
  if (text.length * 3 <= limit) return text;
  const bytes = Buffer.from(text);
  if (bytes.length <= limit) return text;
  let end = limit;
  while (end > 0 && ((bytes[end] ?? 0) & 0xc0) === 0x80) end--;
  return bytes.toString("utf8", 0, end);
}

function networksOf({ ipAddress, networkMode }: SimulatedContainer): ContainerInspection["networks"] {
  if (networkMode.startsWith("container:")) return {};
  const macAddress = ipAddress === undefined ? "" : macAddressOf(ipAddress);
  return { [networkMode]: { ipAddress: ipAddress ?? "", macAddress } };
}
