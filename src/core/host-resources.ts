/**
 * What a task takes of its host, and whether it fits. Source: engine-modern 15 (HRM-*).
 */

import type { ContainerDefinition, TransportProtocol } from "./definition/types.ts";
import { containerPortsOf } from "./host-ports.ts";
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
  readonly gpus: number;
};

/** What a task takes, whole or not at all. */
export type HostNeed = {
  readonly cpuUnits: number;
  readonly memoryMiB: number;
  readonly tcp: readonly number[];
  readonly udp: readonly number[];
  readonly gpus: number;
};

const NOTHING: HostNeed = { cpuUnits: 0, memoryMiB: 0, tcp: [], udp: [], gpus: 0 };

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
    gpus: sum(containers, gpusOf),
  };
}

function gpusOf(container: ContainerDefinition): number {
  const gpu = container.resourceRequirements?.find((each) => each.type === "GPU");
  return gpu === undefined ? 0 : Number(gpu.value);
}

/** In host mode a container's port is the host's. Source: engine-modern 15.2. */
function fixedPorts(task: Task, protocol: TransportProtocol): readonly number[] {
  const mode = task.definition.networkMode ?? "bridge";
  if (mode !== "bridge" && mode !== "host") return [];
  return task.definition.containerDefinitions
    .flatMap((container) => container.portMappings)
    .filter((mapping) => mapping.protocol === protocol && mapping.containerPortRange === undefined)
    .map((mapping) => (mode === "host" ? containerPortsOf(mapping).first : (mapping.hostPort ?? 0)))
    .filter((port) => port > 0);
}

/** The resources of which there would be too little. Empty: it fits. */
export function shortages(need: HostNeed, taken: readonly HostNeed[], totals: HostTotals): readonly ResourceName[] {
  const used = taken.reduce(add, NOTHING);
  const short: ResourceName[] = [];
  if (need.cpuUnits > 0 && used.cpuUnits + need.cpuUnits > totals.cpuUnits) short.push("CPU");
  if (need.memoryMiB > 0 && used.memoryMiB + need.memoryMiB > totals.memoryMiB) short.push("MEMORY");
  if (collide(need.tcp, [...used.tcp, ...totals.reservedTcp])) short.push("PORTS_TCP");
  if (collide(need.udp, [...used.udp, ...totals.reservedUdp])) short.push("PORTS_UDP");
  if (need.gpus > 0 && used.gpus + need.gpus > totals.gpus) short.push("GPU");
  return short;
}

/** What would be short on an empty host: waiting will never help. Source: engine-modern 15.4. */
export function neverFits(need: HostNeed, totals: HostTotals): readonly ResourceName[] {
  return shortages(need, [], totals);
}

function add(a: HostNeed, b: HostNeed): HostNeed {
  return {
    cpuUnits: a.cpuUnits + b.cpuUnits,
    memoryMiB: a.memoryMiB + b.memoryMiB,
    tcp: [...a.tcp, ...b.tcp],
    udp: [...a.udp, ...b.udp],
    gpus: a.gpus + b.gpus,
  };
}

function collide(wanted: readonly number[], taken: readonly number[]): boolean {
  return wanted.some((port) => taken.includes(port));
}

function sum(containers: readonly ContainerDefinition[], of: (container: ContainerDefinition) => number): number {
  return containers.reduce((total, each) => total + of(each), 0);
}
