import { describe, expect, it } from "vitest";
import type { ContainerDefinition } from "../../core/definition/types.ts";
import type { Task } from "../../core/task.ts";
import type { HostConfig } from "../../ports/docker-client.ts";
import { aPause, readyTask, withDockerIdentity } from "../../testing/ready-task.ts";
import { aContext } from "./a-context.ts";
import { buildCreateBody } from "./index.ts";

function hostConfig(task: Task, name: string): HostConfig {
  const container = task.containers.find((each) => each.name === name);
  if (container === undefined) throw new Error(`the task has a container ${name}`);
  return buildCreateBody(task, container, aContext()).HostConfig ?? {};
}

const hostConfigError = (message: string) => expect.objectContaining({ name: "HostConfigError", message });

describe("links", () => {
  const withLink = (link: string): Task =>
    readyTask({ containerDefinitions: [{ links: [link] }, { name: "db", essential: false }] });

  it("TC-18: the alias defaults to the name", () => {
    const task = withDockerIdentity(withLink("db"), "db", { dockerName: "ecs-test-1-db-1", dockerId: "db-id" });
    expect(hostConfig(task, "web").Links).toEqual(["ecs-test-1-db-1:db"]);
    expect(hostConfig(withLink("db:database"), "web").Links).toEqual([expect.stringMatching(/:database$/)]);
  });

  it.each(["db:a:b", ":a", "db:"])("TC-18: refuses %j", (link) => {
    expect(() => hostConfig(withLink(link), "web")).toThrow(hostConfigError(`invalid link format: ${link}`));
  });

  it("TC-18: needs the other container to be there", () => {
    const missing = hostConfigError("could not find container for link: other");
    expect(() => hostConfig(withLink("other"), "web")).toThrow(missing);
    const notCreated = withDockerIdentity(withLink("db"), "db", {});
    expect(() => hostConfig(notCreated, "web")).toThrow(hostConfigError("could not find container for link: db"));
  });
});

describe("shared network", () => {
  const container: Partial<ContainerDefinition> = {
    links: [],
    hostname: "shop",
    dnsServers: ["192.0.2.53"],
    dnsSearchDomains: ["example.test"],
    extraHosts: [{ hostname: "db", ipAddress: "192.0.2.7" }],
    portMappings: [{ containerPort: 80, hostPort: 80, protocol: "tcp" }],
  };
  const task = readyTask({ networkMode: "awsvpc", containerDefinitions: [container] }, [aPause("CNI_PAUSE")]);

  it("TC-11: containers join the network of the pause container", () => {
    const joined = withDockerIdentity(task, "~internal~ecs~pause", { dockerId: "pause-id" });
    expect(hostConfig(joined, "web").NetworkMode).toBe("container:pause-id");
  });

  it("TC-12: name resolution, host name and ports are on the pause container only", () => {
    const [pause, web] = task.containers.map((each) => buildCreateBody(task, each, aContext()));
    expect(pause).toMatchObject({
      Hostname: "shop",
      ExposedPorts: { "80/tcp": {} },
      HostConfig: {
        Dns: ["192.0.2.53"],
        DnsSearch: ["example.test"],
        ExtraHosts: ["db:192.0.2.7"],
        PortBindings: { "80/tcp": [{ HostPort: "80" }] },
      },
    });
    expect(web).not.toHaveProperty("Hostname");
    expect(web).not.toHaveProperty("ExposedPorts");
    for (const member of ["Dns", "DnsSearch", "ExtraHosts", "PortBindings", "Links"]) {
      expect(web?.HostConfig).not.toHaveProperty(member);
    }
  });

  it("fails instead of going without it when the pause container is not there", () => {
    const alone = readyTask({ networkMode: "awsvpc" });
    const missing = hostConfigError("could not find container for network namespace: pause container");
    expect(() => hostConfig(alone, "web")).toThrow(missing);
    const notCreated = withDockerIdentity(task, "~internal~ecs~pause", {});
    expect(() => hostConfig(notCreated, "web")).toThrow(
      hostConfigError("could not find container for network namespace: ~internal~ecs~pause"),
    );
  });
});

describe("shared pid and ipc namespaces", () => {
  it("belong to the namespace pause container, with awsvpc to that of the network", () => {
    for (const [networkMode, type] of [
      ["bridge", "NAMESPACE_PAUSE"],
      ["awsvpc", "CNI_PAUSE"],
    ] as const) {
      const pause = aPause(type);
      const task = readyTask({ networkMode, pidMode: "task", ipcMode: "task" }, [pause]);
      expect(hostConfig(task, "web")).toMatchObject({
        PidMode: `container:id-of-${pause.name}`,
        IpcMode: `container:id-of-${pause.name}`,
      });
      expect(hostConfig(task, pause.name).IpcMode).toBe("shareable");
      expect(hostConfig(task, pause.name)).not.toHaveProperty("PidMode");
    }
  });
});

describe("buildCreateBody()", () => {
  it("fails for a container that the definition does not list", () => {
    const task = readyTask({});
    const other = readyTask({ containerDefinitions: [{ name: "other" }] });
    expect(() => other.containers.map((each) => buildCreateBody(task, each, aContext()))).toThrow(
      expect.objectContaining({ name: "DockerClientConfigError" }),
    );
  });
});
