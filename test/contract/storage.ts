import { expect, it } from "vitest";
import { COMMANDS, type World } from "./contract-world.ts";

export function testStorage(world: () => World): void {
  it("creates a volume once, however often it is asked", async () => {
    const { client, labels, uniqueName } = world();
    const name = uniqueName();
    const first = await client.createVolume({ name, driver: "local", labels });
    expect(first).toMatchObject({ name, driver: "local", labels, mountpoint: expect.stringContaining(name) });
    expect(await client.createVolume({ name, driver: "local", labels })).toMatchObject({ name });
    expect(await client.inspectVolume(name)).toMatchObject({ name, labels });
    expect((await client.listVolumes({ labels })).map((volume) => volume.name)).toEqual([name]);
  });

  it("removes a volume; absent counts as removed", async () => {
    const { client, labels, uniqueName } = world();
    const name = uniqueName();
    await client.createVolume({ name, driver: "local", labels });
    await client.removeVolume(name);
    await client.removeVolume(name);
    expect(await client.inspectVolume(name)).toBeUndefined();
    expect(await client.listVolumes({ labels })).toEqual([]);
  });

  it("does not remove a volume that a container has", async () => {
    const { client, labels, create, uniqueName } = world();
    const name = uniqueName();
    await client.createVolume({ name, driver: "local", labels });
    const dockerId = await create(COMMANDS.succeed, { HostConfig: { Binds: [`${name}:/data:ro`] } });
    await expect(client.removeVolume(name)).rejects.toMatchObject({ name: "CannotRemoveVolumeError", status: 409 });
    expect((await client.inspectContainer(dockerId))?.mounts).toMatchObject([
      { type: "volume", name, destination: "/data", readWrite: false },
    ]);
    await client.removeContainer(dockerId, { force: true, removeVolumes: true });
    expect(await client.inspectVolume(name)).toMatchObject({ name });
  });

  it("refuses a volume name that cannot be one", async () => {
    const { client, labels } = world();
    const request = { name: "no/volume name", driver: "local", labels };
    await expect(client.createVolume(request)).rejects.toMatchObject({ name: "CannotCreateVolumeError", status: 400 });
  });

  it("creates, lists and removes networks", async () => {
    const { client, labels, uniqueName } = world();
    const name = uniqueName();
    const { id } = await client.createNetwork({ name, driver: "bridge", labels });
    expect(await client.listNetworks({ labels })).toEqual([{ id, name, driver: "bridge", labels }]);
    await expect(client.createNetwork({ name, driver: "bridge", labels })).rejects.toMatchObject({
      name: "ContainerNetworkingError",
      status: 409,
    });
    await client.removeNetwork(name);
    await client.removeNetwork(id);
    expect(await client.listNetworks({ labels })).toEqual([]);
  });
}
