import { describe, expect, it } from "vitest";
import { aDefinition, aTask } from "../../testing/builders.ts";
import type { Volume } from "../definition/types.ts";
import type { Task } from "../task.ts";
import { nfsVolumeResources } from "./nfs-volumes.ts";
import { dockerVolumeName } from "./volumes.ts";

function mounting(...volumes: readonly Volume[]): Task {
  const mountPoints = volumes.map(({ name }) => ({ sourceVolume: name, containerPath: `/${name}`, readOnly: false }));
  return aTask({ definition: aDefinition({ volumes, containerDefinitions: [{ mountPoints }] }) });
}

const EFS: Volume = { name: "data", efsVolumeConfiguration: { fileSystemId: "fs-1", rootDirectory: "/app/" } };

function deviceOf(volume: Volume, address: string): unknown {
  return nfsVolumeResources(mounting(volume), { [volume.name]: address })[0]?.spec.driverOpts;
}

describe("nfsVolumeResources()", () => {
  it("makes a volume of the local driver with the mount options of ECS", () => {
    const task = mounting(EFS);
    const resources = nfsVolumeResources(task, { data: "nfs.example:/export" });
    expect(resources).toMatchObject([
      {
        id: "dockerVolume/data",
        type: "dockerVolume",
        spec: {
          scope: "task",
          driver: "local",
          driverOpts: {
            type: "nfs",
            o: "addr=nfs.example,nfsvers=4.1,rsize=1048576,wsize=1048576,hard,timeo=600,retrans=2,noresvport",
            device: ":/export/app",
          },
        },
      },
    ]);
    expect(dockerVolumeName({ ...task, resources }, "data")).toBe("ecs-test-1-data-0123456789abcdef0000");
  });

  it.each([
    ["10.0.0.1:/", ":/app", "addr=10.0.0.1,"],
    ["[fd00::1]:/x/", ":/x/app", "addr=fd00::1,"],
  ])("reads %s", (address, device, option) => {
    expect(deviceOf(EFS, address)).toMatchObject({ device, o: expect.stringContaining(option) });
  });

  it("keeps the root when there is nothing else", () => {
    expect(deviceOf({ name: "later", configuredAtLaunch: true }, "h:/")).toMatchObject({ device: ":/" });
  });

  it.each(["host", "host:relative", ":/x", "a,b:/x"])("refuses %s", (address) => {
    expect(() => deviceOf(EFS, address)).toThrow(`${address} is no NFS export of the form SERVER:/PATH`);
  });

  it("leaves alone what this host has itself, what nobody mounts, and what has no export", () => {
    const nfsExports = { bind: "h:/", empty: "h:/", own: "h:/", data: "h:/" };
    const local: readonly Volume[] = [
      { name: "bind", host: { sourcePath: "/srv" } },
      { name: "empty" },
      { name: "own", dockerVolumeConfiguration: { scope: "task", driver: "local" } },
    ];
    expect(nfsVolumeResources(mounting(...local), nfsExports)).toEqual([]);
    expect(nfsVolumeResources(aTask({ definition: aDefinition({ volumes: [EFS] }) }), nfsExports)).toEqual([]);
    expect(nfsVolumeResources(mounting(EFS), {})).toEqual([]);
  });

  it("keeps names apart that Docker would take for one", () => {
    const volumes = ["a_b", "ab"].map((name): Volume => ({ ...EFS, name }));
    const resources = nfsVolumeResources(mounting(...volumes), { a_b: "h:/", ab: "h:/" });
    expect(new Set(resources.map(({ spec }) => spec.volumeName)).size).toBe(2);
  });
});
