import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { ContainerDefinition, TaskDefinition } from "../../core/definition/types.ts";
import type { HostConfig } from "../../ports/docker-client.ts";
import { readyTask } from "../../testing/ready-task.ts";
import { aContext } from "./a-context.ts";
import type { CreateContext } from "./context.ts";
import { buildCreateBody } from "./index.ts";
import { cpuShares } from "./resources.ts";

const MIB = 1024 * 1024;

function hostConfig(
  container: Partial<ContainerDefinition>,
  context: Partial<CreateContext> = {},
  task: Pick<TaskDefinition, "memory"> = {},
): HostConfig {
  const ready = readyTask({ ...task, containerDefinitions: [container] });
  const [body] = ready.containers.map((each) => buildCreateBody(ready, each, aContext(context)));
  if (body?.HostConfig === undefined) throw new Error("the body has a host configuration");
  return body.HostConfig;
}

describe("CPU", () => {
  it.each([
    [0, 2],
    [1, 2],
    [2, 2],
    [100, 100],
    [262_144, 262_144],
    [262_145, 262_144],
  ])("TC-2: %d units give %d shares", (units, shares) => {
    expect(hostConfig({ cpu: units }).CpuShares).toBe(shares);
  });

  it("CG-3: is never a number that Docker or the kernel reads as something else", () => {
    fc.assert(
      fc.property(fc.nat({ max: 10_000_000 }), (units) => cpuShares(units) >= 2 && cpuShares(units) <= 262_144),
    );
  });
});

describe("memory", () => {
  it("TC-4: raises what the daemon would refuse to the least that it takes", () => {
    expect(hostConfig({ memory: 1, memoryReservation: 1 })).toMatchObject({
      Memory: 6 * MIB,
      MemoryReservation: 6 * MIB,
    });
    expect(hostConfig({ memory: 64 }).Memory).toBe(64 * MIB);
  });

  it("sends no limit for 0 and for none", () => {
    expect(hostConfig({ memory: 0, memoryReservation: 0 })).not.toHaveProperty("Memory");
    expect(hostConfig({})).not.toHaveProperty("Memory");
    expect(hostConfig({}, {}, { memory: "256" })).not.toHaveProperty("Memory");
  });

  it("gives the task's limit to containers without one, where no parent cgroup holds it", () => {
    expect(hostConfig({}, { taskMemoryFallback: true }, { memory: "256" }).Memory).toBe(256 * MIB);
    expect(hostConfig({ memory: 64 }, { taskMemoryFallback: true }, { memory: "256" }).Memory).toBe(64 * MIB);
    const underCgroup = { taskMemoryFallback: true, cgroupParent: "/ecs/1" };
    expect(hostConfig({}, underCgroup, { memory: "256" })).not.toHaveProperty("Memory");
  });
});

describe("swap", () => {
  it("CFG-swap: maxSwap 0 gives MemorySwap equal to Memory", () => {
    const { Memory, MemorySwap } = hostConfig({ memory: 64, linuxParameters: { maxSwap: 0 } });
    expect(MemorySwap).toBe(Memory);
  });

  it("counts on top of memory, and means nothing without it", () => {
    expect(hostConfig({ memory: 64, linuxParameters: { maxSwap: 32 } }).MemorySwap).toBe(96 * MIB);
    expect(hostConfig({ linuxParameters: { maxSwap: 32, swappiness: 10 } })).not.toHaveProperty("MemorySwap");
  });

  it("sends swappiness only with maxSwap, and not where cgroups know none", () => {
    const limits = { memory: 64, linuxParameters: { maxSwap: 0, swappiness: 10 } };
    expect(hostConfig(limits, { cgroupVersion: "1" }).MemorySwappiness).toBe(10);
    expect(hostConfig(limits, { cgroupVersion: "2" })).not.toHaveProperty("MemorySwappiness");
    expect(hostConfig({ memory: 64, linuxParameters: { swappiness: 10 } })).not.toHaveProperty("MemorySwappiness");
  });
});
