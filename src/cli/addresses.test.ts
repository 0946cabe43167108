import { describe, expect, it } from "vitest";
import { aRequest, definitionOf } from "../core/definition/a-definition.ts";
import { aContainer, aTask } from "../testing/builders.ts";
import { addressOf, describePort, hostOfEndpoint, publishedPorts } from "./addresses.ts";

const binding = { bindIP: "0.0.0.0", containerPort: 80, hostPort: 8080, protocol: "tcp" } as const;

describe("addressOf()", () => {
  it.each([
    [binding, "http://localhost:8080"],
    [{ ...binding, containerPort: 443 }, "https://localhost:8080"],
    [{ ...binding, containerPort: 5432 }, "localhost:8080"],
    [{ ...binding, protocol: "udp" } as const, "localhost:8080/udp"],
    [{ ...binding, bindIP: "10.0.0.7" }, "http://10.0.0.7:8080"],
    [{ ...binding, bindIP: "::1" }, "http://[::1]:8080"],
    [
      { bindIP: "", containerPortRange: "8000-8001", hostPortRange: "9000-9001", protocol: "tcp" } as const,
      "localhost:9000-9001",
    ],
    [
      { bindIP: "", containerPortRange: "8000-8001", hostPortRange: "9000-9001", protocol: "udp" } as const,
      "localhost:9000-9001/udp",
    ],
  ])("%j is reached at %s", (given, address) => {
    expect(addressOf(given, "localhost")).toBe(address);
  });
});

describe("hostOfEndpoint()", () => {
  it.each([
    ["unix:///run/docker.sock", "localhost"],
    ["npipe:////./pipe/docker_engine", "localhost"],
    ["tcp://10.1.2.3:2375", "10.1.2.3"],
    ["tcp://127.0.0.1:2375", "localhost"],
    ["ssh://me@build-host", "build-host"],
  ])("%s publishes on %s", (endpoint, host) => {
    expect(hostOfEndpoint(endpoint)).toBe(host);
  });
});

describe("publishedPorts()", () => {
  it("names a port once that is bound for IPv4 and IPv6", () => {
    const container = aContainer({ networkBindings: [binding, { ...binding, bindIP: "::" }] });
    const task = aTask({ containers: [container] });
    expect(publishedPorts(task, container, "localhost")).toEqual([
      { address: "http://localhost:8080", target: "80/tcp" },
    ]);
  });

  it("case 31: of a task with its own address the pause container publishes the ports, and one that moved is named", () => {
    const definition = definitionOf(
      aRequest(
        { networkMode: "awsvpc" },
        { portMappings: [{ containerPort: 8080 }, { containerPort: 9090 }, { containerPort: 53, protocol: "udp" }] },
      ),
    );
    const web = aContainer({ name: "web" });
    const hostPorts = [
      { containerPort: 8080, hostPort: 32_768, protocol: "tcp" },
      { containerPort: 9090, hostPort: 9090, protocol: "tcp" },
      { containerPort: 53, hostPort: 53, protocol: "udp" },
    ] as const;
    const pause = aContainer({ name: "pause", type: "CNI_PAUSE", hostPorts });
    const task = aTask({ definition, containers: [pause, web] });
    const ports = publishedPorts(task, web, "localhost");
    expect(ports.map((port) => describePort(port, "->"))).toEqual([
      "http://localhost:32768 -> 8080/tcp (host port 8080 is taken)",
      "http://localhost:9090 -> 9090/tcp",
      "localhost:53/udp -> 53/udp",
    ]);
    expect(publishedPorts(task, pause, "localhost")).toEqual([]);
  });

  it("says of a range that moved that it is not where it was asked for", () => {
    const definition = definitionOf(
      aRequest({ networkMode: "awsvpc" }, { portMappings: [{ containerPortRange: "9000-9001" }] }),
    );
    const moved = (first: number) => {
      const hostPorts = [0, 1].map((offset) => ({
        containerPort: 9000 + offset,
        hostPort: first + offset,
        protocol: "tcp" as const,
      }));
      const containers = [aContainer({ name: "pause", type: "CNI_PAUSE", hostPorts }), aContainer({ name: "web" })];
      const task = aTask({ definition, containers });
      return publishedPorts(task, aContainer({ name: "web" }), "localhost").map((port) => describePort(port, "->"));
    };
    expect(moved(9000)).toEqual(["localhost:9000-9001 -> 9000-9001/tcp"]);
    expect(moved(32_768)).toEqual(["localhost:32768-32769 -> 9000-9001/tcp (of host ports 9000-9001 one is taken)"]);
  });

  it("gives each container of a task with its own address the ports that are its own", () => {
    const container = (name: string, containerPort: number) => ({
      name,
      image: "app",
      memory: 64,
      portMappings: [{ containerPort }],
    });
    const containerDefinitions = [container("web", 80), container("db", 5432)];
    const definition = definitionOf(aRequest({ networkMode: "awsvpc", containerDefinitions }));
    const hostPorts = [80, 5432].map((port) => ({ containerPort: port, hostPort: port, protocol: "tcp" as const }));
    const containers = [aContainer({ name: "pause", type: "CNI_PAUSE", hostPorts }), aContainer({ name: "db" })];
    const task = aTask({ definition, containers });
    expect(publishedPorts(task, aContainer({ name: "db" }), "build-host")).toEqual([
      { address: "build-host:5432", target: "5432/tcp" },
    ]);
  });
});
