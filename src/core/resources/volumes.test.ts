import { describe, expect, it } from "vitest";
import { aDefinition, aTask } from "../../testing/builders.ts";
import type { TaskDefinition, Volume } from "../definition/types.ts";
import { dockerVolumeName, isEmptyVolume, readVolumeSpec, volumeResourcesOf } from "./volumes.ts";

const owner = { family: "shop", revision: 2 };
const hex = (digits: number): string => "a".repeat(digits);

function withVolume(volume: Volume, isMounted = true): TaskDefinition {
  const mountPoints = isMounted ? [{ sourceVolume: volume.name, containerPath: "/data", readOnly: false }] : [];
  return aDefinition({ volumes: [volume], containerDefinitions: [{ mountPoints }] });
}

describe("volumeResourcesOf()", () => {
  it("lists an empty volume under a generated name, to be there before images are pulled", () => {
    expect(volumeResourcesOf(withVolume({ name: "data", host: {} }), owner, hex)).toEqual([
      {
        id: "dockerVolume/data",
        type: "dockerVolume",
        gates: "PULLED",
        knownStatus: "NONE",
        createRequested: false,
        volatile: false,
        spec: {
          volumeName: `ecs-shop-2-data-${"a".repeat(20)}`,
          scope: "task",
          autoprovision: false,
          driver: "local",
          driverOpts: {},
          labels: {},
        },
      },
    ]);
  });

  it("leaves out an empty volume that nobody mounts", () => {
    expect(volumeResourcesOf(withVolume({ name: "data" }, false), owner, hex)).toEqual([]);
  });

  it("keeps the own name, driver, options and labels of a shared volume", () => {
    const dockerVolumeConfiguration = {
      scope: "shared",
      autoprovision: true,
      driver: "nfs",
      driverOpts: { device: ":/" },
      labels: { mine: "yes" },
    } as const;
    const [resource] = volumeResourcesOf(withVolume({ name: "data", dockerVolumeConfiguration }, false), owner, hex);
    expect(resource?.spec).toEqual({ volumeName: "data", ...dockerVolumeConfiguration });
  });

  it("VOL-4: refuses a task-scoped volume with autoprovision", () => {
    const volume: Volume = {
      name: "data",
      dockerVolumeConfiguration: { scope: "task", autoprovision: true, driver: "local" },
    };
    expect(() => volumeResourcesOf(withVolume(volume), owner, hex)).toThrow(
      expect.objectContaining({
        name: "VolumeError",
        message: expect.stringContaining("task scoped volume could not be autoprovisioned"),
      }),
    );
  });

  it.each<Volume>([
    { name: "data", host: { sourcePath: "/srv" } },
    { name: "data", efsVolumeConfiguration: { fileSystemId: "fs-1" } },
    { name: "data", configuredAtLaunch: true },
  ])("makes nothing for %j", (volume) => {
    expect(volumeResourcesOf(withVolume(volume), owner, hex)).toEqual([]);
  });
});

describe("dockerVolumeName()", () => {
  it("finds the name in the task's resources", () => {
    const definition = withVolume({ name: "data" });
    const task = aTask({ definition, resources: volumeResourcesOf(definition, owner, hex) });
    expect(dockerVolumeName(task, "data")).toBe(`ecs-shop-2-data-${"a".repeat(20)}`);
    expect(dockerVolumeName(task, "other")).toBeUndefined();
  });
});

describe("readVolumeSpec()", () => {
  const [resource] = volumeResourcesOf(withVolume({ name: "data" }), owner, hex);

  it.each([
    { volumeName: 1 },
    { scope: "world" },
    { autoprovision: "yes" },
    { driver: undefined },
    { driverOpts: { a: 1 } },
    { labels: null },
  ])("refuses a saved form with %j", (change) => {
    if (resource === undefined) throw new Error("there is a resource");
    expect(() => readVolumeSpec({ ...resource, spec: { ...resource.spec, ...change } })).toThrow(
      'Cannot read volume resource "dockerVolume/data"',
    );
  });
});

describe("isEmptyVolume()", () => {
  it("is true without any source", () => {
    expect(isEmptyVolume({ name: "data" })).toBe(true);
    expect(isEmptyVolume({ name: "data", host: {}, configuredAtLaunch: false })).toBe(true);
    expect(isEmptyVolume({ name: "data", host: { sourcePath: "/srv" } })).toBe(false);
    expect(isEmptyVolume({ name: "data", configuredAtLaunch: true })).toBe(false);
  });
});
