import { describe, expect, it } from "vitest";
import { aContainer, aDefinition, aTask } from "../testing/builders.ts";
import type { NetworkMode, PortMapping } from "./definition/types.ts";
import { leasesFor, parsePortRange, requestedHostPorts } from "./host-ports.ts";
import type { Container, Task } from "./task.ts";

const fixed: PortMapping = { containerPort: 80, hostPort: 8080, protocol: "tcp" };
const dynamic: PortMapping = { containerPort: 53, hostPort: 0, protocol: "udp" };
const unset: PortMapping = { containerPort: 54, protocol: "udp" };
const range: PortMapping = { containerPortRange: "9000-9009", protocol: "tcp" };

function taskWith(networkMode: NetworkMode | undefined, portMappings: readonly PortMapping[]): Task {
  const definition = aDefinition({
    ...(networkMode === undefined ? {} : { networkMode }),
    containerDefinitions: [{ portMappings }, { name: "side", portMappings: [fixed] }],
  });
  const pause = aContainer({ name: "~internal~ecs~pause", type: "CNI_PAUSE" });
  const task = aTask({ definition });
  return networkMode === "awsvpc" ? { ...task, containers: [pause, ...task.containers] } : task;
}

function first(task: Task): Container {
  const [container] = task.containers;
  if (container === undefined) throw new Error("the task has a container");
  return container;
}

describe("requestedHostPorts()", () => {
  it("asks for fixed ports by number, for others by length", () => {
    const task = taskWith(undefined, [fixed, dynamic, unset, range]);
    expect(requestedHostPorts(task, first(task))).toEqual([
      { containerPort: 80, count: 1, protocol: "tcp", choice: "fixed", hostPort: 8080 },
      { containerPort: 53, count: 1, protocol: "udp", choice: "dynamic" },
      { containerPort: 54, count: 1, protocol: "udp", choice: "dynamic" },
      { containerPort: 9000, count: 10, protocol: "tcp", choice: "dynamic" },
    ]);
  });

  it("prefers the same numbers with awsvpc, for the container that owns the network, once a port", () => {
    const task = taskWith("awsvpc", [{ ...fixed, hostPort: 80 }, range]);
    expect(requestedHostPorts(task, first(task))).toEqual([
      { containerPort: 80, count: 1, protocol: "tcp", choice: "preferred", hostPort: 80 },
      { containerPort: 9000, count: 10, protocol: "tcp", choice: "preferred", hostPort: 9000 },
    ]);
    for (const container of task.containers.slice(1)) expect(requestedHostPorts(task, container)).toEqual([]);
  });

  it.each(["host", "none"] as const)("asks for nothing in %s mode", (mode) => {
    const task = taskWith(mode, [fixed]);
    expect(requestedHostPorts(task, first(task))).toEqual([]);
  });

  it("asks for nothing when the container's network is switched off", () => {
    const definition = aDefinition({ containerDefinitions: [{ portMappings: [fixed], disableNetworking: true }] });
    const task = aTask({ definition });
    expect(requestedHostPorts(task, first(task))).toEqual([]);
  });

  it("refuses a mapping without a port", () => {
    const task = taskWith(undefined, [{ protocol: "tcp" }]);
    expect(() => requestedHostPorts(task, first(task))).toThrow(
      "neither containerPort nor containerPortRange is given",
    );
  });
});

describe("leasesFor()", () => {
  it("gives one lease a port of a run", () => {
    expect(leasesFor({ containerPort: 9000, count: 2, protocol: "tcp", choice: "dynamic" }, 40_000)).toEqual([
      { containerPort: 9000, hostPort: 40_000, protocol: "tcp" },
      { containerPort: 9001, hostPort: 40_001, protocol: "tcp" },
    ]);
  });
});

describe("parsePortRange()", () => {
  it("reads first and last", () => {
    expect(parsePortRange("1-65535")).toEqual({ first: 1, last: 65_535 });
    expect(parsePortRange("80-80")).toEqual({ first: 80, last: 80 });
  });

  it.each(["", "80", "80-", "0-5", "9-8", "1-65536", "a-b", "1-2-3"])("refuses %j as UnparsablePort", (range) => {
    expect(() => parsePortRange(range)).toThrow(expect.objectContaining({ name: "UnparsablePort" }));
  });
});
