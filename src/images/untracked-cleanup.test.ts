import { describe, expect, it } from "vitest";
import { HOUR_MS, type ImageWorld, imageWorld, told, used } from "../../test/images/image-world.ts";
import { asDockerName } from "../core/brand.ts";

describe("ImageManager and what is not ours", () => {
  const untracked = {
    imageMinimumAgeMs: HOUR_MS,
    containerMinimumAgeMs: 3 * HOUR_MS,
    containersPerCycle: 5,
    isOurs: ({ labels }: { readonly labels: Readonly<Record<string, string>> }) => "ours" in labels,
  };

  async function container(
    { client, clock }: ImageWorld,
    name: string,
    state: "running" | "exited" | "created",
    labels = {},
  ) {
    const body = { Image: "app:1", Labels: labels };
    const { dockerId } = await clock.resolve(client.createContainer({ name: asDockerName(name), body }));
    if (state !== "created") await clock.resolve(client.startContainer(dockerId));
    if (state === "exited") await clock.resolve(client.killContainer(dockerId, "SIGKILL"));
  }

  it("IMC-6: leaves it alone for ever unless told otherwise", async () => {
    const world = imageWorld();
    world.docker.image("app:1");
    await container(world, "foreign", "exited");
    await world.clock.advance(1_000 * HOUR_MS);
    await world.manager.removeUnusedImages();
    expect([world.docker.containers().length, await world.tags()]).toEqual([1, ["app:1"]]);
  });

  it("IMC-7: removes old stopped containers and then images, when told to, and never what runs or is ours", async () => {
    const world = imageWorld({ cleanup: { untracked, excluded: ["kept:1"] } });
    for (const name of ["app:1", "free:1", "kept:1", "tracked:1"]) world.docker.image(name);
    await used(world, "tracked:1", { gone: false });
    await container(world, "exited", "exited");
    await container(world, "created", "created");
    await container(world, "running", "running");
    await container(world, "ours", "exited", { ours: "yes" });
    await world.clock.resolve(world.manager.removeUnusedImages());
    expect(world.docker.containers()).toHaveLength(4);
    await world.clock.advance(4 * HOUR_MS);
    await world.clock.resolve(world.manager.removeUnusedImages());
    expect(world.docker.containers().map(({ dockerName }) => dockerName)).toEqual(["running", "ours"]);
    expect(await world.tags()).toEqual(["app:1", "kept:1", "tracked:1"]);
  });

  it("explains the fate of what is not ours", async () => {
    const world = imageWorld({ cleanup: { untracked, imagesPerCycle: 2, excluded: ["kept:1"] } });
    for (const name of ["tracked:1", "app:1", "kept:1"]) world.docker.image(name);
    world.docker.image("large:1", { layers: [3_000_000] });
    world.docker.image("small:1", { layers: [1_000_000] });
    await used(world, "tracked:1");
    await container(world, "running", "running");
    await world.clock.resolve(world.manager.removeUnusedImages());
    await world.clock.advance(2 * HOUR_MS);
    world.docker.image("new:1");
    expect(await told(world)).toEqual([
      ["tracked:1", "delete", "unused, seen first 2h0m0s ago, goes after 1h0m0s"],
      ["small:1", "delete", "no task's, seen first 2h0m0s ago, goes after 1h0m0s"],
      ["large:1", "keep", "the cycle's number leaves room for 1 that are no task's"],
      ["app:1", "keep", "in use by container running"],
      ["kept:1", "keep", "excluded by its name kept:1"],
      ["new:1", "keep", "seen first 0s ago, goes after 1h0m0s"],
    ]);
    await world.clock.resolve(world.manager.removeUnusedImages());
    expect(world.removals).toEqual(["tracked:1", "small:1"]);
  });

  it("leaves alone what has a name that tasks use, and all names of what a container was made of", async () => {
    const world = imageWorld({ cleanup: { untracked } });
    world.docker.image("app:1");
    await used(world, "app:1", { gone: false });
    world.docker.image("app:1");
    world.docker.image("foreign:1");
    await world.client.tagImage("foreign:1", { repository: "foreign", tag: "2" });
    const body = { Image: "foreign:1" };
    const { dockerId } = await world.client.createContainer({ name: asDockerName("user"), body });
    await world.clock.resolve(world.client.startContainer(dockerId));
    await world.clock.resolve(world.manager.removeUnusedImages());
    await world.clock.advance(4 * HOUR_MS);
    expect((await told(world)).map(([, , reason]) => reason)).toContain("named as an image that tasks use: app:1");
    await world.clock.resolve(world.manager.removeUnusedImages());
    expect(await world.tags()).toEqual(["app:1", "foreign:1", "foreign:2"]);
  });

  it("counts an image's age from when it was seen first, not from its build", async () => {
    const world = imageWorld({ cleanup: { untracked } });
    world.docker.image("old:1");
    await world.clock.advance(1_000 * HOUR_MS);
    await world.clock.resolve(world.manager.removeUnusedImages());
    expect(await world.tags()).toEqual(["old:1"]);
    await world.clock.advance(2 * HOUR_MS);
    await world.clock.resolve(world.manager.removeUnusedImages());
    expect(await world.tags()).toEqual([]);
  });

  it("gives it only what our own images leave of a cycle's number", async () => {
    const world = imageWorld({ cleanup: { untracked, imagesPerCycle: 1 } });
    for (const name of ["app:1", "free:1"]) world.docker.image(name);
    await used(world, "app:1");
    await world.clock.resolve(world.manager.removeUnusedImages());
    await world.clock.advance(4 * HOUR_MS);
    await world.clock.resolve(world.manager.removeUnusedImages());
    expect(await world.tags()).toEqual(["free:1"]);
  });

  it("a failure to list ends nothing", async () => {
    const world = imageWorld({ cleanup: { untracked } });
    world.docker.faults.next("listContainers", { kind: "errorBeforeEffect" });
    expect(await world.manager.removeUnusedImages()).toEqual({ removed: [], failed: [] });
  });
});
