import { describe, expect, it } from "vitest";
import { aContainer } from "../testing/builders.ts";
import { addressOf, hostOfEndpoint, publishedPorts } from "./addresses.ts";

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
    expect(publishedPorts(container, "localhost")).toEqual([{ address: "http://localhost:8080", target: "80/tcp" }]);
  });
});
