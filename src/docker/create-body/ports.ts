/**
 * Exposed and published ports. Host ports were leased before, also fixed ones: nothing is left for Docker to choose,
 * so that what is saved is what is bound. Source: interfaces 1.5.1, engine-modern 17.2.
 */
import { EngineError } from "../../core/errors.ts";
import { containerPortsOf, type PortRequest, publishedMappings, requestedHostPorts } from "../../core/host-ports.ts";
import type { Container, HostPortLease, Task } from "../../core/task.ts";
import type { CreateBody, HostConfig } from "../../ports/docker-client.ts";

export type PortMembers = {
  readonly exposed: NonNullable<CreateBody["ExposedPorts"]>;
  readonly bindings: NonNullable<HostConfig["PortBindings"]>;
};

/** Ports of a container with a network of its own. @throws {EngineError} HostConfigError when a lease is missing */
export function bridgePorts(task: Task, container: Container): PortMembers {
  for (const request of requestedHostPorts(task, container)) requireLeases(request, container.hostPorts);
  const keys = publishedMappings(task, container).flatMap((mapping) => {
    const { first, last } = containerPortsOf(mapping);
    return Array.from({ length: last - first + 1 }, (_, offset) => portKey(first + offset, mapping.protocol));
  });
  return { exposed: exposed(keys), bindings: bindings(container.hostPorts) };
}

/** Ports of the container that owns the task's network: whatever was leased to it. */
export function pausePorts(container: Container): PortMembers {
  const keys = container.hostPorts.map((lease) => portKey(lease.containerPort, lease.protocol));
  return { exposed: exposed(keys), bindings: bindings(container.hostPorts) };
}

function requireLeases(request: PortRequest, leases: readonly HostPortLease[]): void {
  const granted = leases.filter(
    (lease) =>
      lease.protocol === request.protocol &&
      lease.containerPort >= request.containerPort &&
      lease.containerPort < request.containerPort + request.count &&
      (request.choice !== "fixed" || lease.hostPort === request.hostPort),
  );
  if (granted.length >= request.count) return;
  const missing =
    request.count === 1 ? "a host port is unavailable" : `${request.count} contiguous host ports are unavailable`;
  throw new EngineError("HostConfigError", `error retrieving docker port map: ${missing}`);
}

function exposed(keys: readonly string[]): PortMembers["exposed"] {
  return Object.fromEntries(keys.map((key) => [key, {}]));
}

/** Without `HostIp`, so that Docker binds all addresses of both families. */
function bindings(leases: readonly HostPortLease[]): PortMembers["bindings"] {
  const byPort: Record<string, { readonly HostPort: string }[]> = {};
  for (const lease of leases) {
    const key = portKey(lease.containerPort, lease.protocol);
    byPort[key] = [...(byPort[key] ?? []), { HostPort: String(lease.hostPort) }];
  }
  return byPort;
}

function portKey(port: number, protocol: string): string {
  return `${port}/${protocol}`;
}
