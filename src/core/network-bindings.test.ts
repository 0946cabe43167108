import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { aContainerFor, aDefinition, aTask } from "../testing/builders.ts";
import type { NetworkMode, PortMapping } from "./definition/types.ts";
import { networkBindingsOf, type ObservedPort } from "./network-bindings.ts";
import type { HostPortLease, NetworkBinding } from "./task.ts";

function bindings(
  portMappings: readonly PortMapping[],
  observed: readonly ObservedPort[],
  options: {
    readonly networkMode?: NetworkMode;
    readonly leases?: readonly HostPortLease[];
  } = {},
): readonly NetworkBinding[] {
  const { networkMode = "bridge", leases = [] } = options;
  const definition = aDefinition({ networkMode, containerDefinitions: [{ portMappings }] });
  const task = aTask({ definition });
  const containers = definition.containerDefinitions.map((each) => aContainerFor(each, { hostPorts: leases }));
  return containers.flatMap((container) => networkBindingsOf(task, container, observed));
}

const web: PortMapping = { containerPort: 80, hostPort: 0, protocol: "tcp" };
const onBothFamilies: readonly ObservedPort[] = [
  { containerPort: 80, protocol: "tcp", hostIp: "0.0.0.0", hostPort: 32_768 },
  { containerPort: 80, protocol: "tcp", hostIp: "::", hostPort: 32_768 },
];

describe("networkBindingsOf()", () => {
  it("PORT-8: leaves out what is bound on ::", () => {
    const ipv4 = { bindIP: "0.0.0.0", containerPort: 80, hostPort: 32_768, protocol: "tcp" };
    expect(bindings([web], onBothFamilies)).toEqual([ipv4]);
  });

  it("PORT-4: reports a range as one binding", () => {
    const observed = [9001, 9000, 9002].map((port) => ({
      containerPort: port,
      protocol: "tcp" as const,
      hostIp: "0.0.0.0",
      hostPort: port + 1000,
    }));
    expect(bindings([{ containerPortRange: "9000-9002", protocol: "tcp" }], observed)).toEqual([
      { bindIP: "0.0.0.0", containerPortRange: "9000-9002", hostPortRange: "10000-10002", protocol: "tcp" },
    ]);
  });

  it("PORT-5: keeps tcp and udp of one number apart", () => {
    const observed: readonly ObservedPort[] = [
      { containerPort: 53, protocol: "udp", hostIp: "0.0.0.0", hostPort: 5301 },
      { containerPort: 53, protocol: "tcp", hostIp: "0.0.0.0", hostPort: 5302 },
    ];
    const mappings: readonly PortMapping[] = [
      { containerPort: 53, protocol: "tcp" },
      { containerPort: 53, protocol: "udp" },
    ];
    expect(bindings(mappings, observed).map(({ hostPort, protocol }) => [protocol, hostPort])).toEqual([
      ["tcp", 5302],
      ["udp", 5301],
    ]);
  });

  it("tells from the leases what a container that ended at once was bound to", () => {
    const leases: readonly HostPortLease[] = [{ containerPort: 80, hostPort: 40_000, protocol: "tcp" }];
    expect(bindings([web], [], { leases })).toEqual([
      { bindIP: "0.0.0.0", containerPort: 80, hostPort: 40_000, protocol: "tcp" },
    ]);
  });

  it("reports container port = host port in host mode", () => {
    const mappings: readonly PortMapping[] = [web, { containerPortRange: "90-91", protocol: "udp" }];
    expect(bindings(mappings, [], { networkMode: "host" })).toEqual([
      { bindIP: "0.0.0.0", containerPort: 80, hostPort: 80, protocol: "tcp" },
      { bindIP: "0.0.0.0", containerPortRange: "90-91", hostPortRange: "90-91", protocol: "udp" },
    ]);
  });

  it.each(["awsvpc", "none"] as const)("reports nothing in %s mode", (networkMode) => {
    expect(bindings([web], onBothFamilies, { networkMode })).toEqual([]);
  });

  it("leaves out published ports that the definition does not name, and stops at 100", () => {
    const ports = Array.from({ length: 150 }, (_, index) => index + 1);
    const observed = ports.map((port) => ({
      containerPort: port,
      protocol: "tcp" as const,
      hostIp: "0.0.0.0",
      hostPort: port,
    }));
    expect(bindings([web], observed)).toHaveLength(1);
    expect(
      bindings(
        ports.map((port) => ({ containerPort: port, protocol: "tcp" })),
        observed,
      ),
    ).toHaveLength(100);
  });

  it("loses and invents no port of a range, however its host ports lie", () => {
    const hostPorts = fc.uniqueArray(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(hostPorts, (ports) => {
        const observed = ports.map((hostPort, index) => ({
          containerPort: 100 + index,
          protocol: "tcp" as const,
          hostIp: "0.0.0.0",
          hostPort,
        }));
        const reported = bindings([{ containerPortRange: "100-199", protocol: "tcp" }], observed);
        expect(reported.flatMap(pairs)).toEqual(
          observed.map(({ containerPort, hostPort }) => [containerPort, hostPort]),
        );
      }),
    );
  });
});

function pairs({ containerPortRange = "", hostPortRange = "" }: NetworkBinding): readonly (readonly number[])[] {
  const [first = 0, last = 0] = containerPortRange.split("-").map(Number);
  const [host = 0, hostLast = 0] = hostPortRange.split("-").map(Number);
  expect(hostLast - host).toBe(last - first);
  return Array.from({ length: last - first + 1 }, (_, offset) => [first + offset, host + offset]);
}
