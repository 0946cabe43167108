/**
 * What a task takes of its host, and whether it fits. Source: engine-modern 15 (HRM-*).
 */

import type { ContainerDefinition, TransportProtocol } from "./definition/types.ts";
import { InvalidInputError } from "./errors.ts";
import { gpuIdsOf, gpusWantedBy } from "./gpus.ts";
import { containerPortsOf, networkModeOf } from "./host-ports.ts";
import type { Task } from "./task.ts";

export type ResourceName = "CPU" | "MEMORY" | "PORTS_TCP" | "PORTS_UDP" | "GPU";

/** What the host has to give. */
export type HostTotals = {
  /** Cores times 1024. */
  readonly cpuUnits: number;
  /** After what is reserved for the host itself. Source: ECS_RESERVED_MEMORY. */
  readonly memoryMiB: number;
  /** Never given to tasks. Source: ECS_RESERVED_PORTS, ECS_RESERVED_PORTS_UDP. */
  readonly reservedTcp: readonly number[];
  readonly reservedUdp: readonly number[];
  /** Ids as the daemon's GPU runtime knows them: `GPU-…` or numbers as text, each once. Source: ECS_ENABLE_GPU_SUPPORT. */
  readonly gpus: readonly string[];
};

/** What a task takes, whole or not at all. */
export type HostNeed = {
  readonly cpuUnits: number;
  readonly memoryMiB: number;
  readonly tcp: readonly number[];
  readonly udp: readonly number[];
  /** How many, those that it names included. */
  readonly gpus: number;
  /** Those that its containers name. */
  readonly gpuIds: readonly string[];
};

const NOTHING: HostNeed = { cpuUnits: 0, memoryMiB: 0, tcp: [], udp: [], gpus: 0, gpuIds: [] };

/**
 * Task sizes win over the sum of the containers'; a reservation wins over a limit (HRM-9). Only fixed host ports of
 * bridge and host tasks count: dynamic ones never make a task wait (HRM-4).
 */
export function needOf(task: Task): HostNeed {
  const { definition } = task;
  const containers = definition.containerDefinitions;
  return {
    cpuUnits: definition.cpu === undefined ? sum(containers, (each) => each.cpu) : Number(definition.cpu),
    memoryMiB:
      definition.memory === undefined
        ? sum(containers, (each) => each.memoryReservation ?? each.memory ?? 0)
        : Number(definition.memory),
    tcp: fixedPorts(task, "tcp"),
    udp: fixedPorts(task, "udp"),
    gpus: gpusWantedBy(task),
    gpuIds: gpuIdsOf(task),
  };
}

/** In host mode a container's port is the host's. Source: engine-modern 15.2. */
function fixedPorts(task: Task, protocol: TransportProtocol): readonly number[] {
  const mode = networkModeOf(task.definition);
  if (mode !== "bridge" && mode !== "host") return [];
  return task.definition.containerDefinitions
    .flatMap((container) => container.portMappings)
    .filter((mapping) => mapping.protocol === protocol && mapping.containerPortRange === undefined)
    .flatMap((mapping) => (mode === "host" ? containerPortsOf(mapping).first : mapping.hostPort) || []);
}

/** The resources of which there would be too little. Empty: it fits. */
export function shortages(need: HostNeed, taken: readonly HostNeed[], totals: HostTotals): readonly ResourceName[] {
  const used = taken.reduce(add, NOTHING);
  const short: ResourceName[] = [];
  if (need.cpuUnits > 0 && used.cpuUnits + need.cpuUnits > totals.cpuUnits) short.push("CPU");
  if (need.memoryMiB > 0 && used.memoryMiB + need.memoryMiB > totals.memoryMiB) short.push("MEMORY");
  if (collide(need.tcp, [...used.tcp, ...totals.reservedTcp])) short.push("PORTS_TCP");
  if (collide(need.udp, [...used.udp, ...totals.reservedUdp])) short.push("PORTS_UDP");
  if (lacksGpus(need, used, totals)) short.push("GPU");
  return short;
}

/** GPUs that are named must be the host's, and nobody else's; a name that the host does not know never fits (GPU-4). */
function lacksGpus(need: HostNeed, used: HostNeed, { gpus }: HostTotals): boolean {
  if (need.gpus > 0 && used.gpus + need.gpus > gpus.length) return true;
  if (new Set(need.gpuIds).size < need.gpuIds.length) return true;
  return need.gpuIds.some((id) => !gpus.includes(id) || used.gpuIds.includes(id));
}

/** GPUs that no task holds, in the host's order. */
export function freeGpus(taken: readonly HostNeed[], { gpus }: HostTotals): readonly string[] {
  const held = new Set(taken.flatMap(({ gpuIds }) => gpuIds));
  return gpus.filter((id) => !held.has(id));
}

/** @throws {InvalidInputError} when a GPU is listed twice: it would be given to two tasks */
export function assertHostTotals({ gpus }: HostTotals): void {
  const twice = gpus.find((id, index) => gpus.indexOf(id) !== index);
  if (twice === undefined) return;
  throw new InvalidInputError("hostTotals.gpus", `Cannot account the host's GPUs: "${twice}" is listed twice`);
}

/** What would be short on an empty host: waiting will never help. Source: engine-modern 15.4. */
export function neverFits(need: HostNeed, totals: HostTotals): readonly ResourceName[] {
  return shortages(need, [], totals);
}

/**
 * Why a task is turned away for good, and the way out. Fargate's tasks count as all others: the host is ours, whatever the
 * definition was written for.
 */
export function refusalText(short: readonly ResourceName[], need: HostNeed, totals: HostTotals): string {
  const facts = short.map((name) => `RESOURCE:${name.replace(/_.*/, "")}${amounts(name, need, totals)}`);
  const sizes = short.filter((name) => name === "CPU" || name === "MEMORY");
  const advice =
    sizes.length === 0
      ? ""
      : `. Ask for less with the task's ${sizes.map((name) => name.toLowerCase()).join(" and ")}, in the definition or in an override, or give the engine more in hostTotals`;
  return `the task can never fit on this host: ${facts.join(", ")}${advice}`;
}

function amounts(name: ResourceName, need: HostNeed, totals: HostTotals): string {
  if (name === "CPU") return ` (${need.cpuUnits} CPU units asked for, ${totals.cpuUnits} there)`;
  return name === "MEMORY" ? ` (${need.memoryMiB} MiB asked for, ${totals.memoryMiB} there)` : "";
}

function add(a: HostNeed, b: HostNeed): HostNeed {
  return {
    cpuUnits: a.cpuUnits + b.cpuUnits,
    memoryMiB: a.memoryMiB + b.memoryMiB,
    tcp: [...a.tcp, ...b.tcp],
    udp: [...a.udp, ...b.udp],
    gpus: a.gpus + b.gpus,
    gpuIds: [...a.gpuIds, ...b.gpuIds],
  };
}

function collide(wanted: readonly number[], taken: readonly number[]): boolean {
  return wanted.some((port) => taken.includes(port));
}

function sum(containers: readonly ContainerDefinition[], of: (container: ContainerDefinition) => number): number {
  return containers.reduce((total, each) => total + of(each), 0);
}
