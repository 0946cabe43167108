import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Task } from "../../src/core/task.ts";
import { RealEngine } from "./real-engine.ts";

describe("an NFS export in the place of a file system, on the real daemon", () => {
  let real: RealEngine;

  beforeEach(async () => {
    real = new RealEngine({ nfsExports: { data: "127.0.0.1:/export" } });
    await real.open();
  });
  afterEach(() => real.close());

  const volumeNameOf = ({ resources }: Task) =>
    String(resources.find(({ type }) => type === "dockerVolume")?.spec.volumeName);

  // What is shown is what the daemon is told. That it mounts an export is not: the mount is the kernel's, many kernels
  // that run tests have no NFS client ("nfs" is not in /proc/filesystems), and a server in user space does not help
  // there. So the container that mounts it waits for one that never ends.
  it("is a volume of the daemon's local driver, made before and removed after the containers", async () => {
    const task = await real.run(
      [
        { name: "first", script: "while true; do sleep 1; done", essential: false },
        {
          name: "web",
          script: "true",
          mountPoints: [{ sourceVolume: "data", containerPath: "/data" }],
          dependsOn: [{ containerName: "first", condition: "COMPLETE" }],
        },
      ],
      { volumes: [{ name: "data", efsVolumeConfiguration: { fileSystemId: "fs-12345678" } }] },
    );
    await real.until(task, ({ resources }) => resources.every(({ knownStatus }) => knownStatus === "CREATED"));
    const name = volumeNameOf(real.engine.getTaskByArn(task.arn) ?? task);
    const volume = await real.client.inspectVolume(name);
    expect(volume).toMatchObject({
      driver: "local",
      options: { type: "nfs", device: ":/export", o: expect.stringContaining("addr=127.0.0.1,nfsvers=4.1") },
    });
    await real.remove(task);
    expect(await real.client.inspectVolume(name)).toBeUndefined();
  });
});
