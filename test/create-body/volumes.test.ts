import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { DockerClient } from "../../src/ports/docker-client.ts";
import { connect, type DefinitionInput, RealTasks, shell } from "./real-tasks.ts";

let client: DockerClient;
let tasks: RealTasks;

beforeAll(() => {
  client = connect();
  tasks = new RealTasks(client);
});
afterEach(() => tasks.removeAll());
afterAll(() => client.close());

describe("volumes", () => {
  const twoSharing: DefinitionInput = {
    volumes: [{ name: "data" }],
    containerDefinitions: [
      {
        name: "writer",
        ...shell("echo shared > /data/file"),
        mountPoints: [{ sourceVolume: "data", containerPath: "/data", readOnly: false }],
      },
      { ...shell("cat /in/file"), mountPoints: [{ sourceVolume: "data", containerPath: "/in", readOnly: true }] },
    ],
  };

  it("VOL-1: two containers share an empty volume, which is gone after clean-up", async () => {
    const made = await tasks.create(twoSharing);
    expect(await made.run("writer")).toMatchObject({ exitCode: 0 });
    expect(await made.run()).toEqual({ output: "shared", exitCode: 0 });
    const volumes = { labels: { "com.amazonaws.ecs.task-arn": made.task.arn } };
    expect(await client.listVolumes(volumes)).toHaveLength(1);
    await tasks.removeAll();
    expect(await client.listVolumes(volumes)).toEqual([]);
  });

  it("VOL-6: writing through a read-only mount fails", async () => {
    const mountPoints = [{ sourceVolume: "data", containerPath: "/data", readOnly: true }];
    const made = await tasks.create({
      volumes: [{ name: "data" }],
      containerDefinitions: [{ ...shell("echo x > /data/file"), mountPoints }],
    });
    const { output, exitCode } = await made.run();
    expect(exitCode).not.toBe(0);
    expect(output).toContain("Read-only file system");
  });

  it("VOL-7: volumesFrom shows the same mounts", async () => {
    const made = await tasks.create({
      volumes: [{ name: "data" }],
      containerDefinitions: [
        {
          name: "source",
          ...shell("echo from source > /data/file"),
          mountPoints: [{ sourceVolume: "data", containerPath: "/data", readOnly: false }],
        },
        { ...shell("cat /data/file"), volumesFrom: [{ sourceContainer: "source", readOnly: false }] },
      ],
    });
    await made.run("source");
    expect((await made.run()).output).toBe("from source");
  });

  it("VOL-2: a shared volume is made once for two tasks at the same time, and stays after both", async () => {
    const name = `berth-test-shared-${process.pid}`;
    const definition: DefinitionInput = {
      volumes: [{ name, dockerVolumeConfiguration: { scope: "shared", autoprovision: true, driver: "local" } }],
      containerDefinitions: [{ mountPoints: [{ sourceVolume: name, containerPath: "/data", readOnly: false }] }],
    };
    try {
      const made = await Promise.all([tasks.create(definition), tasks.create(definition)]);
      for (const task of made) expect((await task.inspect()).mounts).toMatchObject([{ name, destination: "/data" }]);
      await tasks.removeAll();
      expect(await client.inspectVolume(name)).toMatchObject({ name, driver: "local", labels: {} });
    } finally {
      await tasks.removeAll();
      await client.removeVolume(name);
    }
  });

  it("fails with the daemon's text when the driver refuses", async () => {
    const config = { scope: "task", driver: "local", driverOpts: { "no-such-option": "1" } } as const;
    await expect(
      tasks.create({ volumes: [{ name: "data", dockerVolumeConfiguration: config }] }),
    ).rejects.toMatchObject({
      name: "VolumeError",
      message: expect.stringContaining("no-such-option"),
    });
  });
});
