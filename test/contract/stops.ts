import { expect, it } from "vitest";
import { asDockerId } from "../../src/core/brand.ts";
import { COMMANDS, type World } from "./contract-world.ts";

const NOBODY = asDockerId("0".repeat(64));
const NO_SUCH_CONTAINER = { name: "NoSuchContainerError", status: 404, retryable: false };

export function testStops(world: () => World): void {
  it("IT-19, DC-24: kills what ignores SIGTERM when the grace is over", async () => {
    const { client, run, record } = world();
    const events = await record();
    const dockerId = await run(COMMANDS.ignoreSigterm);
    const startedAt = (await client.inspectContainer(dockerId))?.startedAt ?? Number.NaN;
    await client.stopContainer(dockerId, { stopTimeoutMs: 1000 });
    const inspection = await client.inspectContainer(dockerId);
    expect(inspection).toMatchObject({ status: "stopped", exitCode: 137 });
    expect(inspection?.finishedAt).toBeGreaterThanOrEqual(startedAt + 900);
    await events.event(dockerId, "stop");
    expect(events.actionsOf(dockerId)).toEqual(["create", "start", "die", "stop"]);
    expect((await events.event(dockerId, "die")).exitCode).toBe(137);
  });

  it("IT-18: reports the exit code of the handler", async () => {
    const { client, runUntilLine } = world();
    const dockerId = await runUntilLine(COMMANDS.exit42OnSigterm);
    await client.stopContainer(dockerId, { stopTimeoutMs: 10_000 });
    expect((await client.inspectContainer(dockerId))?.exitCode).toBe(42);
  });

  it("ends with 143 on SIGTERM under an init process", async () => {
    const { client, runUntilLine } = world();
    const dockerId = await runUntilLine(COMMANDS.speakThenRun, { HostConfig: { Init: true } });
    await client.stopContainer(dockerId, { stopTimeoutMs: 10_000 });
    expect((await client.inspectContainer(dockerId))?.exitCode).toBe(143);
  });

  it("a container that does not run counts as stopped", async () => {
    const { client, create, run, record } = world();
    const events = await record();
    await client.stopContainer(await create(COMMANDS.succeed), { stopTimeoutMs: 1000 });
    const ended = await run(COMMANDS.exit3);
    await events.event(ended, "die");
    await client.stopContainer(ended, { stopTimeoutMs: 1000 });
    expect((await client.inspectContainer(ended))?.exitCode).toBe(3);
  });

  it("STOP-4: stopping and killing what does not exist is a NoSuchContainerError", async () => {
    const { client } = world();
    await expect(client.stopContainer(NOBODY, { stopTimeoutMs: 1000 })).rejects.toMatchObject(NO_SUCH_CONTAINER);
    await expect(client.killContainer(NOBODY, "SIGKILL")).rejects.toMatchObject(NO_SUCH_CONTAINER);
  });

  it("STOP-7: kills with a signal", async () => {
    const { client, run, record } = world();
    const events = await record();
    const dockerId = await run(COMMANDS.run);
    await client.killContainer(dockerId, "SIGKILL");
    expect((await events.event(dockerId, "die")).exitCode).toBe(137);
    expect(await client.inspectContainer(dockerId)).toMatchObject({
      status: "stopped",
      exitCode: 137,
      oomKilled: false,
    });
  });

  it("killing a container that does not run is fine", async () => {
    const { client, create } = world();
    await expect(client.killContainer(await create(COMMANDS.succeed), "SIGKILL")).resolves.toBeUndefined();
  });

  it("IT-18: a signal that is ignored produces no event", async () => {
    const { client, run, record } = world();
    const events = await record();
    const dockerId = await run(COMMANDS.run);
    await client.killContainer(dockerId, "SIGTERM");
    await client.killContainer(dockerId, "SIGKILL");
    await events.event(dockerId, "die");
    expect(events.actionsOf(dockerId)).toEqual(["create", "start", "die"]);
  });

  it("refuses to remove a running container without force", async () => {
    const { client, run } = world();
    const dockerId = await run(COMMANDS.run);
    await expect(client.removeContainer(dockerId, { force: false, removeVolumes: true })).rejects.toMatchObject({
      name: "CannotRemoveContainerError",
      status: 409,
    });
    expect((await client.inspectContainer(dockerId))?.status).toBe("running");
  });

  it("removes a running container with force", async () => {
    const { client, run, record } = world();
    const events = await record();
    const dockerId = await run(COMMANDS.run);
    await client.removeContainer(dockerId, { force: true, removeVolumes: true });
    expect(await client.inspectContainer(dockerId)).toBeUndefined();
    await events.event(dockerId, "destroy");
    expect(events.actionsOf(dockerId)).toEqual(["create", "start", "die", "destroy"]);
  });

  it("absent counts as removed, and the name is free again", async () => {
    const { client, image, labels, uniqueName } = world();
    const request = { name: uniqueName(), body: { Image: image, Labels: labels } };
    const { dockerId } = await client.createContainer(request);
    for (const idOrName of [request.name, dockerId, NOBODY]) {
      await client.removeContainer(idOrName, { force: false, removeVolumes: true });
    }
    await expect(client.createContainer(request)).resolves.toMatchObject({ warnings: expect.any(Array) });
  });
}
