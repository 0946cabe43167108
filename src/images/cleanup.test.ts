import { describe, expect, it } from "vitest";
import { HOUR_MS, imageWorld, MINUTE_MS, told, used } from "../../test/images/image-world.ts";
import { asDockerName } from "../core/brand.ts";

describe("ImageManager and its clean-up", () => {
  it("IM-15, IM-26: removes all names of an image that is unused and old, and then its record", async () => {
    const world = imageWorld();
    world.docker.image("app:1");
    for (const tag of ["2", "3"]) await world.client.tagImage("app:1", { repository: "app", tag });
    for (const name of ["app:1", "app:2", "app:3"]) await used(world, name);
    await world.clock.advance(HOUR_MS + 1);
    await world.manager.removeUnusedImages();
    expect(await world.client.listImages()).toEqual([]);
    expect(world.manager.imageStates()).toEqual([]);
    expect(world.store.snapshot().images).toEqual([]);
  });

  it("IM-10, IM-19: a cycle without images is harmless", async () => {
    expect(await imageWorld().manager.removeUnusedImages()).toEqual({ removed: [], failed: [] });
  });

  it("IM-11, IM-24: keeps what was pulled not longer ago than the minimum age", async () => {
    const world = imageWorld();
    world.docker.image("app:1");
    await used(world, "app:1");
    await world.clock.advance(HOUR_MS);
    expect((await world.manager.removeUnusedImages()).removed).toEqual([]);
    await world.clock.advance(1);
    expect((await world.manager.removeUnusedImages()).removed).toHaveLength(1);
  });

  it("IM-12, IMC-1: keeps an old image while one of its references is left", async () => {
    const world = imageWorld();
    world.docker.image("app:1");
    for (const taskArn of ["arn:task/a", "arn:task/b"]) await used(world, "app:1", { gone: false, taskArn });
    await world.clock.advance(24 * HOUR_MS);
    await used(world, "app:1", { taskArn: "arn:task/b" });
    expect((await world.manager.removeUnusedImages()).removed).toEqual([]);
    expect(await world.tags()).toEqual(["app:1"]);
  });

  it("IM-13, IM-23, IMC-2: removes the least recently used first, no more than the number of a cycle", async () => {
    const world = imageWorld({ cleanup: { imagesPerCycle: 2 } });
    for (const name of ["third:1", "first:1", "second:1"]) world.docker.image(name);
    for (const name of ["first:1", "second:1", "third:1"]) {
      await used(world, name);
      await world.clock.advance(MINUTE_MS);
    }
    await world.clock.advance(HOUR_MS);
    await world.manager.removeUnusedImages();
    expect(world.removals).toEqual(["first:1", "second:1"]);
    expect(await world.tags()).toEqual(["third:1"]);
    expect(world.manager.imageStates().flatMap(({ names }) => names)).toEqual(["third:1"]);
  });

  it("IM-25: removes three images that had one name after the other", async () => {
    const world = imageWorld();
    for (let round = 0; round < 3; round++) {
      world.docker.image("app:1");
      await used(world, "app:1");
    }
    expect(world.manager.imageStates()).toHaveLength(3);
    await world.clock.advance(2 * HOUR_MS);
    await world.manager.removeUnusedImages();
    expect(world.manager.imageStates()).toEqual([]);
    expect(await world.client.listImages()).toEqual([]);
  });

  it("IM-16: keeps name and record when Docker refuses, goes on with the next image, and comes back to it", async () => {
    const world = imageWorld();
    for (const name of ["a:1", "b:1"]) {
      world.docker.image(name);
      await used(world, name);
      await world.clock.advance(1);
    }
    await world.clock.advance(2 * HOUR_MS);
    world.docker.faults.next("removeImage", { kind: "errorBeforeEffect", status: 409 });
    const result = await world.manager.removeUnusedImages();
    expect([result.removed.length, result.failed.length]).toEqual([1, 1]);
    expect(world.manager.getImageStateFromImageName("a:1")?.names).toEqual(["a:1"]);
    expect((await world.manager.removeUnusedImages()).removed).toHaveLength(1);
  });

  it("keeps an image that somebody's container was made of, with all its names, and says whose", async () => {
    const world = imageWorld();
    world.docker.image("app:1");
    await world.client.tagImage("app:1", { repository: "app", tag: "2" });
    for (const name of ["app:1", "app:2"]) await used(world, name);
    const { dockerId } = await world.client.createContainer({ name: asDockerName("user"), body: { Image: "app:2" } });
    await world.clock.advance(2 * HOUR_MS);
    expect(await world.manager.explainCleanup()).toMatchObject([{ type: "keep", reason: "in use by container user" }]);
    expect(await world.manager.removeUnusedImages()).toEqual({ removed: [], failed: [] });
    expect(await world.tags()).toEqual(["app:1", "app:2"]);
    await world.client.removeContainer(dockerId, { force: true, removeVolumes: true });
    expect((await world.manager.removeUnusedImages()).removed).toHaveLength(1);
  });

  it("removes nothing when nobody can say which images containers use", async () => {
    const world = imageWorld();
    world.docker.image("app:1");
    await used(world, "app:1");
    await world.clock.advance(2 * HOUR_MS);
    world.docker.faults.next("listContainers", { kind: "errorBeforeEffect" });
    expect(await world.manager.removeUnusedImages()).toEqual({ removed: [], failed: [] });
    expect(await world.tags()).toEqual(["app:1"]);
  });

  it("IM-17: removes an image without names by its id", async () => {
    const world = imageWorld();
    const { imageId } = world.docker.image("app:1");
    await used(world, "app:1");
    world.docker.image("app:1");
    await used(world, "app:1", { gone: false, taskArn: "arn:task/b" });
    await world.clock.advance(2 * HOUR_MS);
    await world.manager.removeUnusedImages();
    expect(world.removals).toEqual([imageId]);
    expect(await world.tags()).toEqual(["app:1"]);
  });

  it("IM-18, IMC-8: drops the record of an image that somebody else removed", async () => {
    const world = imageWorld();
    world.docker.image("app:1");
    await used(world, "app:1");
    await world.client.removeImage("app:1");
    await world.clock.advance(2 * HOUR_MS);
    expect((await world.manager.removeUnusedImages()).failed).toEqual([]);
    expect(world.manager.imageStates()).toEqual([]);
  });

  it("IM-21: a thousand cycles at once remove an image once", async () => {
    const world = imageWorld();
    world.docker.image("app:1");
    await used(world, "app:1");
    await world.clock.advance(2 * HOUR_MS);
    await Promise.all(Array.from({ length: 1_000 }, () => world.manager.removeUnusedImages()));
    expect(world.removals).toEqual(["app:1"]);
  });

  it("W-53: a pull anew makes an image new", async () => {
    const world = imageWorld();
    world.docker.image("app:1", { where: "registry" });
    const request = { taskArn: "arn:task/a", containerName: "web", image: "app:1", behaviour: "always" } as const;
    const { signal } = new AbortController();
    for (let round = 0; round < 2; round++) {
      await world.clock.resolve(world.manager.pull({ ...request, signal }));
      await world.manager.removeContainerReferenceFromImageState(request);
      if (round === 0) await world.clock.advance(2 * HOUR_MS);
    }
    expect((await world.manager.removeUnusedImages()).removed).toEqual([]);
  });
});

describe("ImageManager: clean-up and pulls", () => {
  const request = {
    taskArn: "arn:task/b",
    containerName: "web",
    image: "app:1",
    behaviour: "prefer-cached",
    signal: new AbortController().signal,
  } as const;

  it("IM-1, IM-28, IMC-9: a container whose image is being deleted pulls it afterwards; other images do not wait", async () => {
    const world = imageWorld();
    for (const name of ["app:1", "other:1"]) world.docker.image(name);
    await used(world, "app:1");
    await world.clock.advance(2 * HOUR_MS);
    world.docker.faults.next("removeImage", { kind: "latency", ms: 60_000 });
    const cycle = world.manager.removeUnusedImages();
    await world.clock.advance(1_000);
    const mine = world.manager.pull(request);
    expect((await world.manager.pull({ ...request, image: "other:1" })).pulled).toBe(false);
    expect(world.clock.elapsedMs).toBe(2 * HOUR_MS + 1_000);
    const [result, pull] = await world.clock.resolve(Promise.all([cycle, mine]));
    expect(result.removed).toHaveLength(1);
    expect(pull.pulled).toBe(true);
    expect(await world.tags()).toEqual(["app:1", "other:1"]);
  });

  it("IMC-9: an image without names is not removed while anything is being pulled", async () => {
    const world = imageWorld();
    world.docker.image("app:1");
    await used(world, "app:1");
    world.docker.image("app:1");
    await used(world, "app:1", { gone: false, taskArn: "arn:task/b" });
    await world.clock.advance(2 * HOUR_MS);
    world.docker.image("other:1", { where: "registry" });
    world.docker.faults.next("pullImage", { kind: "latency", ms: 60_000 });
    const pull = world.manager.pull({ ...request, image: "other:1" });
    await world.clock.advance(1_000);
    expect(await told(world)).toContainEqual([undefined, "keep", "has no name, and a pull is under way"]);
    expect((await world.manager.removeUnusedImages()).removed).toEqual([]);
    await world.clock.resolve(pull);
    world.docker.faults.next("removeImage", { kind: "latency", ms: 60_000 });
    const cycle = world.manager.removeUnusedImages();
    await world.clock.advance(1_000);
    let isThere = false;
    const later = world.manager.pull({ ...request, image: "app:1" }).then(() => {
      isThere = true;
    });
    await world.clock.advance(1_000);
    expect(isThere).toBe(false);
    expect((await world.clock.resolve(cycle)).removed).toHaveLength(1);
    await world.clock.resolve(later);
  });

  it("IMC-9: an image that is being pulled is not removed", async () => {
    const world = imageWorld();
    world.docker.image("app:1");
    await used(world, "app:1");
    await world.clock.advance(2 * HOUR_MS);
    world.docker.faults.next("pullImage", { kind: "latency", ms: 60_000 });
    const pull = world.manager.pull({ ...request, behaviour: "always" });
    await world.clock.advance(1_000);
    expect(await world.manager.explainCleanup()).toMatchObject([{ type: "keep", reason: "being pulled" }]);
    expect((await world.manager.removeUnusedImages()).removed).toEqual([]);
    expect((await world.clock.resolve(pull)).pulled).toBe(true);
    expect((await world.manager.removeUnusedImages()).removed).toEqual([]);
  });
});

describe("ImageManager.explainCleanup()", () => {
  it("IMC-6: keeps what this engine did not pull, though tasks have used it, unless told otherwise", async () => {
    const world = imageWorld({ cleanup: { removeNotPulled: false } });
    for (const name of ["built:1", "pulled:1"]) world.docker.image(name);
    await used(world, "built:1");
    const use = { taskArn: "arn:task/a", containerName: "web", image: "pulled:1", behaviour: "always" } as const;
    await world.clock.resolve(world.manager.pull({ ...use, signal: new AbortController().signal }));
    await world.manager.removeContainerReferenceFromImageState(use);
    await world.clock.advance(2 * HOUR_MS);
    expect(await told(world)).toEqual([
      ["pulled:1", "delete", "unused, pulled 2h0m0s ago, goes after 1h0m0s"],
      ["built:1", "keep", "not pulled by this engine: built here, or pulled by somebody else"],
    ]);
    await world.manager.removeUnusedImages();
    expect(await world.tags()).toEqual(["built:1"]);
  });

  it("says of each image what the next cycle does with it, and the cycle does that", async () => {
    const world = imageWorld({ cleanup: { imagesPerCycle: 1, excluded: ["docker.io/library/kept:latest"] } });
    for (const name of ["old:1", "older:1", "kept:latest", "busy:1", "young:1", "foreign:1"]) world.docker.image(name);
    await used(world, "older:1");
    await world.clock.advance(1);
    for (const name of ["old:1", "kept:latest"]) await used(world, name);
    await used(world, "busy:1", { gone: false });
    await world.clock.advance(2 * HOUR_MS);
    await used(world, "young:1");
    expect(await told(world)).toEqual([
      ["older:1", "delete", "unused, seen first 2h0m0s ago, goes after 1h0m0s"],
      ["old:1", "keep", "a cycle removes no more than 1"],
      ["kept:latest", "keep", "excluded by its name kept:latest"],
      ["busy:1", "keep", "in use by arn:task/a/web"],
      ["young:1", "keep", "seen first 0s ago, goes after 1h0m0s"],
      ["foreign:1", "keep", "no task's, and clean-up of such images is off"],
    ]);
    await world.manager.removeUnusedImages();
    expect(world.removals).toEqual(["older:1"]);
  });

  it("IMC-3: keeps an excluded name, also when its image has other names", async () => {
    const world = imageWorld({ cleanup: { excluded: ["app:kept"] } });
    world.docker.image("app:1");
    await world.client.tagImage("app:1", { repository: "app", tag: "kept" });
    for (const name of ["app:1", "app:kept"]) await used(world, name);
    await world.clock.advance(2 * HOUR_MS);
    await world.manager.removeUnusedImages();
    expect(await world.tags()).toEqual(["app:1", "app:kept"]);
  });
});
