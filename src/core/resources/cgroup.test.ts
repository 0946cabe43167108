import { describe, expect, it } from "vitest";
import { aDefinition, aTask } from "../../testing/builders.ts";
import { cgroupLimitsOf, cgroupParentOf, cgroupResource, hasTaskLimits } from "./cgroup.ts";

const MIB = 1024 * 1024;

describe("cgroupLimitsOf()", () => {
  it("CG-2: half a CPU is a quota of half the period, whatever the containers ask for", () => {
    const definition = aDefinition({ cpu: "512", containerDefinitions: [{ cpu: 256 }] });
    expect(cgroupLimitsOf(definition)).toEqual({ cpu: { type: "quota", quotaUs: 50_000, periodUs: 100_000 } });
    expect(cgroupLimitsOf(definition, { cpuPeriodUs: 20_000 }).cpu).toMatchObject({ quotaUs: 10_000 });
  });

  it("CG-2: asks the kernel for no quota that is smaller than it takes", () => {
    expect(cgroupLimitsOf(aDefinition({ cpu: "1" })).cpu).toMatchObject({ quotaUs: 1_000 });
  });

  it("CG-3: without a task CPU the shares of the containers are added up, at least 2 each", () => {
    const definition = aDefinition({ containerDefinitions: [{ cpu: 0 }, { cpu: 256 }] });
    expect(cgroupLimitsOf(definition)).toEqual({ cpu: { type: "shares", shares: 258 } });
  });

  it("CG-3: shares stay within what the kernel takes", () => {
    const definition = aDefinition({ containerDefinitions: [{ cpu: 200_000 }, { cpu: 200_000 }] });
    expect(cgroupLimitsOf(definition).cpu).toEqual({ type: "shares", shares: 262_144 });
  });

  it("CG-1: the task's memory limits the sum, and none is no limit", () => {
    const containerDefinitions = [{ memory: 80 }, { memory: 80 }];
    expect(cgroupLimitsOf(aDefinition({ memory: "128", containerDefinitions })).memoryBytes).toBe(128 * MIB);
    expect(cgroupLimitsOf(aDefinition({ containerDefinitions }))).not.toHaveProperty("memoryBytes");
  });

  it("CG-4: a container must not have more memory than its task", () => {
    const definition = aDefinition({ memory: "128", containerDefinitions: [{ memory: 64 }, { memory: 129 }] });
    expect(() => cgroupLimitsOf(definition)).toThrow(
      "task memory spec builder: container memory limit(129) greater than task memory limit(128)",
    );
  });

  it("CG-6: processes are limited by the setting", () => {
    expect(cgroupLimitsOf(aDefinition(), { pidsLimit: 20 }).pids).toBe(20);
  });
});

describe("hasTaskLimits()", () => {
  it("looks at the task, not at its containers", () => {
    expect(hasTaskLimits(aDefinition({ containerDefinitions: [{ memory: 64, cpu: 10 }] }))).toBe(false);
    expect(hasTaskLimits(aDefinition({ cpu: "256" }))).toBe(true);
    expect(hasTaskLimits(aDefinition({ memory: "512" }))).toBe(true);
  });
});

describe("cgroupParentOf()", () => {
  it("reads the saved resource, and nothing else makes a parent", () => {
    expect(cgroupParentOf(aTask({ resources: [cgroupResource("/ecs/1")] }))).toBe("/ecs/1");
    expect(cgroupParentOf(aTask())).toBeUndefined();
  });

  it("refuses a saved form that it does not know", () => {
    const resources = [{ ...cgroupResource("/ecs/1"), spec: {} }];
    expect(() => cgroupParentOf(aTask({ resources }))).toThrow("its saved form is not understood");
  });
});
