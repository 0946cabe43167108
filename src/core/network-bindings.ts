/**
 * The ports of a container as ECS reports them. Source: engine-modern 17.2, interfaces 1.5.1.
 */
import { assert } from "./assert.ts";
import type { PortMapping, TransportProtocol } from "./definition/types.ts";
import { containerPortsOf, networkModeOf, publishedMappings } from "./host-ports.ts";
import type { Container, NetworkBinding, Task } from "./task.ts";

/** One published port as the daemon reports it. */
export type ObservedPort = {
  readonly containerPort: number;
  readonly protocol: TransportProtocol;
  readonly hostIp: string;
  readonly hostPort: number;
};

const MOST_REPORTED = 100;

/**
 * What a container's ports are bound to, in the order of its mappings; the ports of a range become one binding. A
 * container that ended before it was looked at has no observed ports: then its leases tell what was bound.
 * In host mode the container's ports are the host's; with awsvpc the address is reported elsewhere, so there are none.
 * @param observed ports of the running container, as inspected
 */
export function networkBindingsOf(
  task: Task,
  container: Container,
  observed: readonly ObservedPort[],
): readonly NetworkBinding[] {
  const mappings = publishedMappings(task, container);
  switch (networkModeOf(task.definition)) {
    case "bridge": {
      const ports = observed.length > 0 ? observed : leasedPorts(container);
      return bridgeBindings(mappings, ports.filter(isReported)).slice(0, MOST_REPORTED);
    }
    case "host":
      return mappings.map(hostBinding).slice(0, MOST_REPORTED);
    case "awsvpc":
    case "none":
      return [];
  }
}

/**
 * Where a container's ports are reached on this host, in any network mode. With awsvpc ECS reports no bindings, as a task has an
 * address of its own there; here the pause container publishes its ports.
 */
export function reachableBindings(task: Task, container: Container): readonly NetworkBinding[] {
  if (networkModeOf(task.definition) !== "awsvpc") return container.networkBindings ?? [];
  const pause = task.containers.find(({ type }) => type === "CNI_PAUSE");
  return pause === undefined ? [] : bridgeBindings(publishedMappings(task, container), leasedPorts(pause));
}

function leasedPorts(container: Container): readonly ObservedPort[] {
  return container.hostPorts.map((lease) => ({ ...lease, hostIp: "0.0.0.0" }));
}

/** As the agent does unless ECS_EXCLUDE_IPV6_PORTBINDING says otherwise: what is published on `::` is the same port again. */
function isReported({ hostIp }: ObservedPort): boolean {
  return !hostIp.includes(":");
}

function bridgeBindings(mappings: readonly PortMapping[], ports: readonly ObservedPort[]): readonly NetworkBinding[] {
  const bindings: NetworkBinding[] = [];
  const reported = new Set<ObservedPort>();
  for (const mapping of mappings) {
    const own = ports.filter((port) => !reported.has(port) && covers(mapping, port));
    for (const port of own) reported.add(port);
    bindings.push(...(mapping.containerPortRange === undefined ? own.map(singleBinding) : rangeBindings(own)));
  }
  return bindings;
}

function covers(mapping: PortMapping, port: ObservedPort): boolean {
  const { first, last } = containerPortsOf(mapping);
  return port.protocol === mapping.protocol && port.containerPort >= first && port.containerPort <= last;
}

function singleBinding(port: ObservedPort): NetworkBinding {
  return { bindIP: port.hostIp, containerPort: port.containerPort, hostPort: port.hostPort, protocol: port.protocol };
}

/** Runs in which both sides are consecutive, one binding each; IPv4 and IPv6 stay apart. */
function rangeBindings(ports: readonly ObservedPort[]): readonly NetworkBinding[] {
  const sorted = ports.toSorted((a, b) => compareText(a.hostIp, b.hostIp) || a.containerPort - b.containerPort);
  const runs: ObservedPort[][] = [];
  for (const port of sorted) {
    const run = runs.at(-1);
    const last = run?.at(-1);
    if (run !== undefined && last !== undefined && follows(last, port)) run.push(port);
    else runs.push([port]);
  }
  return runs.map(rangeBinding);
}

function follows(last: ObservedPort, port: ObservedPort): boolean {
  return (
    port.hostIp === last.hostIp && port.containerPort === last.containerPort + 1 && port.hostPort === last.hostPort + 1
  );
}

function rangeBinding(run: readonly ObservedPort[]): NetworkBinding {
  const [first] = run;
  const last = run.at(-1);
  assert(first !== undefined && last !== undefined, "a run has at least one port");
  return {
    bindIP: first.hostIp,
    containerPortRange: `${first.containerPort}-${last.containerPort}`,
    hostPortRange: `${first.hostPort}-${last.hostPort}`,
    protocol: first.protocol,
  };
}

function hostBinding(mapping: PortMapping): NetworkBinding {
  const { first, last } = containerPortsOf(mapping);
  if (mapping.containerPortRange === undefined) {
    return { bindIP: "0.0.0.0", containerPort: first, hostPort: first, protocol: mapping.protocol };
  }
  const range = `${first}-${last}`;
  return { bindIP: "0.0.0.0", containerPortRange: range, hostPortRange: range, protocol: mapping.protocol };
}

function compareText(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
