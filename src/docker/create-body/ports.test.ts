import { describe, expect, it } from "vitest";
import type { PortMapping } from "../../core/definition/types.ts";
import type { HostPortLease, Task } from "../../core/task.ts";
import type { CreateBody } from "../../ports/docker-client.ts";
import { readyTask } from "../../testing/ready-task.ts";
import { aContext } from "./a-context.ts";
import { buildCreateBody } from "./index.ts";

function bodyOf(task: Task): CreateBody {
  const [container] = task.containers;
  if (container === undefined) throw new Error("the task has a container");
  return buildCreateBody(task, container, aContext());
}

function withLeases(portMappings: readonly PortMapping[], hostPorts: readonly HostPortLease[]): Task {
  const task = readyTask({ containerDefinitions: [{ portMappings }] });
  return { ...task, containers: task.containers.map((container) => ({ ...container, hostPorts })) };
}

describe("ports", () => {
  it("TC-1: exposes each port and binds it to its host port", () => {
    const body = bodyOf(
      readyTask({
        containerDefinitions: [
          {
            portMappings: [
              { containerPort: 10, hostPort: 10, protocol: "tcp" },
              { containerPort: 20, hostPort: 20, protocol: "udp" },
            ],
          },
        ],
      }),
    );
    expect(body.ExposedPorts).toEqual({ "10/tcp": {}, "20/udp": {} });
    expect(body.HostConfig?.PortBindings).toEqual({ "10/tcp": [{ HostPort: "10" }], "20/udp": [{ HostPort: "20" }] });
  });

  it("TC-17: two mappings of one container port give two bindings", () => {
    const body = bodyOf(
      readyTask({
        containerDefinitions: [
          {
            portMappings: [
              { containerPort: 80, hostPort: 8080, protocol: "tcp" },
              { containerPort: 80, hostPort: 8081, protocol: "tcp" },
            ],
          },
        ],
      }),
    );
    expect(body.HostConfig?.PortBindings).toEqual({ "80/tcp": [{ HostPort: "8080" }, { HostPort: "8081" }] });
  });

  it("PORT-3: fails when no host port was given", () => {
    const task = withLeases([{ containerPort: 80, protocol: "tcp" }], []);
    expect(() => bodyOf(task)).toThrow(
      expect.objectContaining({
        name: "HostConfigError",
        message: "error retrieving docker port map: a host port is unavailable",
      }),
    );
  });

  it("PORT-3: fails when a range got too few host ports", () => {
    const leases: readonly HostPortLease[] = [{ containerPort: 90, hostPort: 1090, protocol: "tcp" }];
    expect(() => bodyOf(withLeases([{ containerPortRange: "90-99", protocol: "tcp" }], leases))).toThrow(
      "error retrieving docker port map: 10 contiguous host ports are unavailable",
    );
  });

  it("does not take another host port for a fixed one", () => {
    const leases: readonly HostPortLease[] = [{ containerPort: 80, hostPort: 32_768, protocol: "tcp" }];
    expect(() => bodyOf(withLeases([{ containerPort: 80, hostPort: 8080, protocol: "tcp" }], leases))).toThrow(
      "a host port is unavailable",
    );
  });

  it("PORT-7: host mode has neither exposed ports nor bindings", () => {
    const portMappings: readonly PortMapping[] = [{ containerPort: 80, hostPort: 80, protocol: "tcp" }];
    const body = bodyOf(readyTask({ networkMode: "host", containerDefinitions: [{ portMappings }] }));
    expect(body).not.toHaveProperty("ExposedPorts");
    expect(body.HostConfig).not.toHaveProperty("PortBindings");
  });
});
