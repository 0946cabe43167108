import { expect, it } from "vitest";
import { asDockerId, asDockerName } from "../../src/core/brand.ts";
import { COMMANDS, CONTRACT_LABEL, type World } from "./contract-world.ts";

const NOBODY = asDockerId("0".repeat(64));

export function testContainers(world: () => World): void {
  it("DC-20, DC-40: creates a container that has not run", async () => {
    const { client, image, labels, uniqueName } = world();
    const name = uniqueName();
    const body = { Image: image, Cmd: COMMANDS.succeed, Labels: labels, HostConfig: { NetworkMode: "none" } };
    const { dockerId } = await client.createContainer({ name, body });
    expect(dockerId).toMatch(/^[0-9a-f]{64}$/);
    const inspection = await client.inspectContainer(dockerId);
    expect(inspection).toMatchObject({
      dockerId,
      dockerName: name,
      image,
      labels,
      status: "created",
      pid: 0,
      oomKilled: false,
      ports: [],
      tty: false,
      createdAt: expect.any(Number),
    });
    for (const absent of ["exitCode", "startedAt", "finishedAt", "stateError", "health"]) {
      expect(inspection).not.toHaveProperty(absent);
    }
  });

  it("is found by name as well as by id", async () => {
    const { client, create } = world();
    const dockerId = await create(COMMANDS.succeed);
    const name = (await client.inspectContainer(dockerId))?.dockerName ?? asDockerName("");
    expect((await client.inspectContainer(name))?.dockerId).toBe(dockerId);
  });

  it("refuses a name that is taken with 409", async () => {
    const { client, image, labels, uniqueName } = world();
    const request = { name: uniqueName(), body: { Image: image, Labels: labels } };
    await client.createContainer(request);
    await expect(client.createContainer(request)).rejects.toMatchObject({
      name: "CannotCreateContainerError",
      status: 409,
      retryable: false,
      indeterminate: false,
    });
  });

  it("makes one container out of two creates of one name at once", async () => {
    const { client, image, labels, uniqueName } = world();
    const request = { name: uniqueName(), body: { Image: image, Labels: labels } };
    const results = await Promise.allSettled([client.createContainer(request), client.createContainer(request)]);
    expect(results.map((result) => result.status).sort()).toEqual(["fulfilled", "rejected"]);
    expect(await client.listContainers({ all: true, labels })).toHaveLength(1);
  });

  it("refuses an image that is missing with 404", async () => {
    const { client, labels, uniqueName } = world();
    const body = { Image: "berth-test/no-such-image:latest", Labels: labels };
    await expect(client.createContainer({ name: uniqueName(), body })).rejects.toMatchObject({
      name: "CannotCreateContainerError",
      status: 404,
      retryable: false,
    });
  });

  it("a confirmed absence is undefined", async () => {
    const { client, uniqueName } = world();
    expect(await client.inspectContainer(NOBODY)).toBeUndefined();
    expect(await client.inspectContainer(uniqueName())).toBeUndefined();
  });

  it("DC-46: is created, running, then stopped", async () => {
    const { client, create } = world();
    const dockerId = await create(COMMANDS.run);
    expect((await client.inspectContainer(dockerId))?.status).toBe("created");
    await client.startContainer(dockerId);
    const running = await client.inspectContainer(dockerId);
    expect(running).toMatchObject({ status: "running", startedAt: expect.any(Number) });
    expect(running?.pid).toBeGreaterThan(0);
    expect(running).not.toHaveProperty("exitCode");
    expect(running).not.toHaveProperty("finishedAt");
    await client.stopContainer(dockerId, { stopTimeoutMs: 0 });
    expect(await client.inspectContainer(dockerId)).toMatchObject({ status: "stopped", pid: 0, exitCode: 137 });
  });

  it.each([
    ["succeed", 0],
    ["fail", 1],
    ["exit3", 3],
  ] as const)("tells the exit code of a container that ends by itself: %s", async (command, exitCode) => {
    const { client, create, record } = world();
    const events = await record();
    const dockerId = await create(COMMANDS[command]);
    await client.startContainer(dockerId);
    expect((await events.event(dockerId, "die")).exitCode).toBe(exitCode);
    const inspection = await client.inspectContainer(dockerId);
    expect(inspection).toMatchObject({ status: "stopped", exitCode, finishedAt: expect.any(Number) });
    expect(inspection).not.toHaveProperty("stateError");
  });

  it("a container that runs already counts as started", async () => {
    const { client, run } = world();
    const dockerId = await run(COMMANDS.run);
    const startedAt = (await client.inspectContainer(dockerId))?.startedAt;
    await client.startContainer(dockerId);
    expect((await client.inspectContainer(dockerId))?.startedAt).toBe(startedAt);
  });

  it("starts the same container again", async () => {
    const { client, run, record } = world();
    const events = await record();
    const dockerId = await run(COMMANDS.exit3);
    await events.event(dockerId, "die");
    const first = await client.inspectContainer(dockerId);
    await client.startContainer(dockerId);
    await events.event(dockerId, "die", 2);
    const second = await client.inspectContainer(dockerId);
    expect(second).toMatchObject({ dockerId, status: "stopped", exitCode: 3 });
    expect(second?.startedAt).toBeGreaterThan(first?.startedAt ?? Number.POSITIVE_INFINITY);
  });

  it("DC-46, W-29: a start of a missing command fails, with exit code 127 and no die event", async () => {
    const { client, create, record } = world();
    const events = await record();
    const dockerId = await create(COMMANDS.missing);
    await expect(client.startContainer(dockerId)).rejects.toMatchObject({
      name: "CannotStartContainerError",
      status: expect.any(Number),
      retryable: false,
      indeterminate: false,
    });
    const inspection = await client.inspectContainer(dockerId);
    expect(inspection).toMatchObject({
      status: "stopped",
      exitCode: 127,
      stateError: expect.stringContaining("no/such"),
    });
    expect(inspection).not.toHaveProperty("startedAt");
    expect(inspection).not.toHaveProperty("finishedAt");
    await client.removeContainer(dockerId, { force: false, removeVolumes: true });
    await events.event(dockerId, "destroy");
    expect(events.actionsOf(dockerId)).toEqual(["create", "destroy"]);
  });

  it("refuses to start what does not exist with 404", async () => {
    await expect(world().client.startContainer(NOBODY)).rejects.toMatchObject({
      name: "CannotStartContainerError",
      status: 404,
    });
  });

  it("DC-26: lists by label, running ones or all", async () => {
    const { client, labels, create, run } = world();
    const created = await create(COMMANDS.succeed, { Labels: { colour: "red" } });
    const running = await run(COMMANDS.run, { Labels: { colour: "blue" } });
    const idsOf = async (all: boolean, more: Readonly<Record<string, string | true>>) =>
      (await client.listContainers({ all, labels: { ...labels, ...more } })).map((each) => each.dockerId).sort();
    expect(await idsOf(true, {})).toEqual([created, running].sort());
    expect(await idsOf(false, {})).toEqual([running]);
    expect(await idsOf(true, { colour: "red" })).toEqual([created]);
    expect(await idsOf(true, { colour: true })).toEqual([created, running].sort());
    expect(await idsOf(true, { shape: true })).toEqual([]);
  });

  it("lists what an inspection says", async () => {
    const { client, labels, run } = world();
    const dockerId = await run(COMMANDS.run);
    const inspection = await client.inspectContainer(dockerId);
    const [summary] = await client.listContainers({ all: false, labels: { [CONTRACT_LABEL]: true, ...labels } });
    expect(summary).toMatchObject({
      dockerId,
      dockerName: inspection?.dockerName,
      imageId: inspection?.imageId,
      labels: inspection?.labels,
      state: "running",
    });
    expect(Math.abs((summary?.createdAt ?? 0) - (inspection?.createdAt ?? 0))).toBeLessThan(1000);
  });
}
