/**
 * Which host ports a container needs before it is created: the question that the port allocator answers with leases.
 * Source: engine-modern 17.2, interfaces 1.5.1.
 */
import { TASK_DEFAULTS } from "./definition/defaults.ts";
import type {
  ContainerDefinition,
  NetworkMode,
  PortMapping,
  TaskDefinition,
  TransportProtocol,
} from "./definition/types.ts";
import { EngineError } from "./errors.ts";
import type { Container, HostPortLease, Task } from "./task.ts";

/** A run of `count` consecutive container ports that needs a run of host ports of the same length. */
export type PortRequest = {
  readonly containerPort: number;
  /** 1 for a single port. */
  readonly count: number;
  readonly protocol: TransportProtocol;
  /** `fixed`: this host port or none. `preferred`: this one if it is free, else any. `dynamic`: any. */
  readonly choice: "fixed" | "preferred" | "dynamic";
  /** First host port of the run; absent when dynamic. */
  readonly hostPort?: number;
};

/** An unset network mode behaves as bridge. Source: interfaces 1.1. */
export function networkModeOf(definition: Pick<TaskDefinition, "networkMode">): NetworkMode {
  return definition.networkMode ?? TASK_DEFAULTS.networkMode.value;
}

/** `"8000-8010"` as numbers. @throws {EngineError} UnparsablePort */
export function parsePortRange(range: string): { readonly first: number; readonly last: number } {
  const [, first, last] = /^(\d+)-(\d+)$/.exec(range) ?? [];
  const bounds = { first: Number(first), last: Number(last) };
  if (isPort(bounds.first) && isPort(bounds.last) && bounds.first <= bounds.last) return bounds;
  throw new EngineError("UnparsablePort", `Cannot read port range "${range}": expected FIRST-LAST within 1 to 65535`);
}

/**
 * The host ports that a container asks for, in the order of its mappings. In bridge mode each container has its own;
 * with awsvpc the network pause container asks for those of all containers, since it owns the network, and prefers the
 * same numbers. Host and none modes publish nothing.
 * @throws {EngineError} UnparsablePort
 */
export function requestedHostPorts(task: Task, container: Container): readonly PortRequest[] {
  switch (networkModeOf(task.definition)) {
    case "bridge":
      return publishedMappings(task, container).map(bridgeRequest);
    case "awsvpc":
      return container.type === "CNI_PAUSE" ? sharedRequests(task) : [];
    case "host":
    case "none":
      return [];
  }
}

/** The leases that a granted request stands for, one a port. */
export function leasesFor(request: PortRequest, firstHostPort: number): readonly HostPortLease[] {
  return Array.from({ length: request.count }, (_, offset) => ({
    containerPort: request.containerPort + offset,
    hostPort: firstHostPort + offset,
    protocol: request.protocol,
  }));
}

/** Did Docker refuse to start a container because a host port of it is taken? It has no status of its own for that. */
export function isPortConflict(message: string): boolean {
  return /port is already allocated|address already in use/.test(message);
}

/** The host port that Docker names in its refusal, behind the address that it would have bound. */
export function refusedPort(message: string): number | undefined {
  const port = /(?:\d+(?:\.\d+){3}|\]|:):(\d+)/.exec(message)?.[1];
  return port === undefined ? undefined : Number(port);
}

/** A container's mappings, none when its network is switched off. */
export function publishedMappings(task: Task, container: Container): readonly PortMapping[] {
  const definition = definitionOf(task, container);
  if (definition === undefined || definition.disableNetworking === true) return [];
  return definition.portMappings;
}

/** First and last container port of a mapping. @throws {EngineError} UnparsablePort */
export function containerPortsOf(mapping: PortMapping): { readonly first: number; readonly last: number } {
  if (mapping.containerPortRange !== undefined) return parsePortRange(mapping.containerPortRange);
  if (mapping.containerPort !== undefined) return { first: mapping.containerPort, last: mapping.containerPort };
  throw new EngineError(
    "UnparsablePort",
    "Cannot read port mapping: neither containerPort nor containerPortRange is given",
  );
}

/** The definition behind a container; internal containers have none. */
export function definitionOf(task: Task, container: Container): ContainerDefinition | undefined {
  return task.definition.containerDefinitions.find((definition) => definition.name === container.name);
}

function bridgeRequest(mapping: PortMapping): PortRequest {
  const request = runOf(mapping);
  if (mapping.containerPortRange === undefined && mapping.hostPort !== undefined && mapping.hostPort > 0) {
    return { ...request, choice: "fixed", hostPort: mapping.hostPort };
  }
  return { ...request, choice: "dynamic" };
}

/** Containers that share a network can share a mapping; a port is published once. */
function sharedRequests(task: Task): readonly PortRequest[] {
  const requests = new Map<string, PortRequest>();
  for (const definition of task.definition.containerDefinitions) {
    for (const mapping of definition.portMappings) {
      const run = runOf(mapping);
      const key = `${run.containerPort}+${run.count}/${run.protocol}`;
      if (!requests.has(key)) requests.set(key, { ...run, choice: "preferred", hostPort: run.containerPort });
    }
  }
  return [...requests.values()];
}

function runOf(mapping: PortMapping): Pick<PortRequest, "containerPort" | "count" | "protocol"> {
  const { first, last } = containerPortsOf(mapping);
  return { containerPort: first, count: last - first + 1, protocol: mapping.protocol };
}

function isPort(value: number): boolean {
  return Number.isInteger(value) && value >= 1 && value <= 65_535;
}
