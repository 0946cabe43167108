import { expect, it } from "vitest";
import { COMMANDS, type World } from "./contract-world.ts";

export function testEvents(world: () => World): void {
  it("begins with connected, and then misses nothing", async () => {
    const { client, create, record } = world();
    const events = await record();
    const dockerId = await create(COMMANDS.succeed);
    await client.startContainer(dockerId);
    await events.event(dockerId, "die");
    await client.removeContainer(dockerId, { force: false, removeVolumes: true });
    await events.event(dockerId, "destroy");
    expect(events.items[0]).toEqual({ type: "connected" });
    expect(events.actionsOf(dockerId)).toEqual(["create", "start", "die", "destroy"]);
  });

  it("carries id, time, labels, name and image", async () => {
    const { client, image, create, record } = world();
    const events = await record();
    const dockerId = await create(COMMANDS.succeed, { Labels: { colour: "red" } });
    const event = await events.event(dockerId, "create");
    const inspection = await client.inspectContainer(dockerId);
    expect(event.attributes).toMatchObject({ colour: "red", name: inspection?.dockerName, image });
    expect(Math.abs(event.at - (inspection?.createdAt ?? 0))).toBeLessThan(10_000);
    expect(event).not.toHaveProperty("exitCode");
  });

  it("comes in order of time", async () => {
    const { client, run, record } = world();
    const events = await record();
    const ids = await Promise.all([run(COMMANDS.run), run(COMMANDS.exit3), run(COMMANDS.run)]);
    await Promise.all(ids.map((id) => client.removeContainer(id, { force: true, removeVolumes: true })));
    await Promise.all(ids.map((id) => events.event(id, "destroy")));
    for (const id of ids) {
      const times = events.events.filter((event) => event.dockerId === id).map((event) => event.at);
      expect(times).toEqual([...times].sort((a, b) => a - b));
    }
  });

  it("EVT-6: leaves out containers with other labels", async () => {
    const { client, create, labels, record, uniqueName, image } = world();
    const events = await record();
    const other = { Image: image, Labels: { ...Object.fromEntries(Object.keys(labels).map((key) => [key, "other"])) } };
    const { dockerId: foreign } = await client.createContainer({ name: uniqueName(), body: other });
    await client.removeContainer(foreign, { force: true, removeVolumes: true });
    const own = await create(COMMANDS.succeed);
    await events.event(own, "create");
    expect(events.actionsOf(foreign)).toEqual([]);
  });

  it("DC-50: a stop is die, then stop; a restart of the same id is start again", async () => {
    const { client, run, record } = world();
    const events = await record();
    const dockerId = await run(COMMANDS.run);
    await client.stopContainer(dockerId, { stopTimeoutMs: 0 });
    await client.startContainer(dockerId);
    await events.event(dockerId, "start", 2);
    expect(events.actionsOf(dockerId)).toEqual(["create", "start", "die", "stop", "start"]);
  });

  it("feeds several readers alike", async () => {
    const { create, record } = world();
    const [first, second] = [await record(), await record()];
    const dockerId = await create(COMMANDS.succeed);
    expect(await first.event(dockerId, "create")).toEqual(await second.event(dockerId, "create"));
  });

  it("ends without an error when the signal fires, also when it fired before", async () => {
    const { client, labels, record } = world();
    const events = await record();
    await expect(events.close()).resolves.toBeUndefined();
    const items = [];
    for await (const item of client.events({ labels, signal: AbortSignal.abort() })) items.push(item);
    expect(items).toEqual([]);
  });
}
