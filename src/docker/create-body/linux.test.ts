import { describe, expect, it } from "vitest";
import type { ContainerDefinition, TaskDefinition } from "../../core/definition/types.ts";
import type { CreateBody } from "../../ports/docker-client.ts";
import { aPause, readyTask } from "../../testing/ready-task.ts";
import { aContext } from "./a-context.ts";
import type { CreateContext } from "./context.ts";
import { buildCreateBody } from "./index.ts";

function body(
  container: Partial<ContainerDefinition>,
  context: Partial<CreateContext> = {},
  task: Pick<TaskDefinition, "networkMode"> = {},
): CreateBody {
  const ready = readyTask({ ...task, containerDefinitions: [container] });
  const [made] = ready.containers.map((each) => buildCreateBody(ready, each, aContext(context)));
  if (made === undefined) throw new Error("the task has a container");
  return made;
}

const hostConfigError = (message: string) =>
  expect.objectContaining({ name: "HostConfigError", message: expect.stringContaining(message) });

describe("privileged", () => {
  it("is refused where the operator does not allow it", () => {
    expect(body({ privileged: true }).HostConfig?.Privileged).toBe(true);
    expect(() => body({ privileged: true }, { privilegedDisabled: true })).toThrow(
      hostConfigError("not allowed on this host"),
    );
    expect(body({}, { privilegedDisabled: true }).HostConfig).not.toHaveProperty("Privileged");
  });
});

describe("credential specs", () => {
  it.each([
    { credentialSpecs: ["credentialspec:arn:aws:s3:::bucket/file"] },
    { dockerSecurityOptions: ["credentialspec:file://gmsa.json"] },
  ])("are refused: %j", (container) => {
    expect(() => body(container)).toThrow(hostConfigError("Cannot use credential spec"));
  });
});

describe("system controls", () => {
  const somaxconn = { namespace: "net.core.somaxconn", value: "512" };
  const shmmax = { namespace: "kernel.shmmax", value: "65536" };

  it("are refused for the network in host mode", () => {
    expect(() => body({ systemControls: [somaxconn] }, {}, { networkMode: "host" })).toThrow(
      hostConfigError("net.core.somaxconn"),
    );
    expect(body({ systemControls: [shmmax] }, {}, { networkMode: "host" }).HostConfig?.Sysctls).toEqual({
      "kernel.shmmax": "65536",
    });
  });

  it("go to the owner of the namespace that they are about", () => {
    const definition = {
      networkMode: "awsvpc",
      ipcMode: "task",
      containerDefinitions: [{ systemControls: [somaxconn, shmmax] }],
    } as const;
    const task = readyTask(definition, [aPause("CNI_PAUSE")]);
    const [pause, web] = task.containers.map((each) => buildCreateBody(task, each, aContext()).HostConfig?.Sysctls);
    expect(pause).toEqual({ "net.core.somaxconn": "512", "kernel.shmmax": "65536" });
    expect(web).toBeUndefined();
  });
});

describe("ulimits", () => {
  it("are the definition's own, on Fargate too: a daemon that may not raise limits would refuse the start", () => {
    const fargate = { launchEnv: "AWS_ECS_FARGATE" } as const;
    expect(body({}, fargate).HostConfig).not.toHaveProperty("Ulimits");
    const own = { ulimits: [{ name: "nofile", softLimit: 10, hardLimit: 20 }] };
    expect(body(own, fargate).HostConfig?.Ulimits).toEqual([{ Name: "nofile", Soft: 10, Hard: 20 }]);
    expect(body({}).HostConfig).not.toHaveProperty("Ulimits");
  });
});

describe("GPUs", () => {
  const container: Partial<ContainerDefinition> = { resourceRequirements: [{ type: "GPU", value: "2" }] };

  it("are asked for by id when they were given out, else by number", () => {
    const capabilities = { Capabilities: [["gpu"]] };
    expect(body(container, { gpuDeviceIds: ["GPU-1"] }).HostConfig?.DeviceRequests).toEqual([
      { DeviceIDs: ["GPU-1"], ...capabilities },
    ]);
    expect(body(container).HostConfig?.DeviceRequests).toEqual([{ Count: 2, ...capabilities }]);
    expect(body({}).HostConfig).not.toHaveProperty("DeviceRequests");
  });

  it("are named to the daemon's GPU runtime where there is one, by ids that the definition cannot replace", () => {
    const given = { gpuDeviceIds: ["GPU-1", "GPU-2"], nvidiaRuntime: "nvidia" };
    const greedy = { ...container, environment: [{ name: "NVIDIA_VISIBLE_DEVICES", value: "all" }] };
    const { HostConfig, Env } = body(greedy, given);
    expect(HostConfig).toMatchObject({ Runtime: "nvidia" });
    expect(HostConfig).not.toHaveProperty("DeviceRequests");
    expect(Env?.filter((entry) => entry.startsWith("NVIDIA_"))).toEqual(["NVIDIA_VISIBLE_DEVICES=GPU-1,GPU-2"]);
    expect(body({}, { nvidiaRuntime: "nvidia" }).HostConfig).not.toHaveProperty("Runtime");
  });
});
