import { describe, expect, it } from "vitest";
import { HOUR_MS, imageWorld, told, used } from "../../test/images/image-world.ts";

describe("ImageManager and a full disk", () => {
  it("removes more than usual from the high mark on, down to the low mark", async () => {
    const images = Array.from({ length: 10 }, (_, index) => `app:${index}`);
    let percent = 89;
    const diskPressure = { usedPart: async () => percent / 100, high: 0.9, low: 0.7 };
    const world = imageWorld({ cleanup: { imagesPerCycle: 2, diskPressure } });
    for (const name of images) {
      world.docker.image(name);
      await used(world, name);
      await world.clock.advance(1);
    }
    world.docker.onCall(({ operation }) => {
      if (operation === "removeImage") percent -= 5;
    });
    await world.clock.advance(2 * HOUR_MS);
    await world.manager.removeUnusedImages();
    expect(world.removals).toEqual(images.slice(0, 2));
    percent = 92;
    await world.manager.removeUnusedImages();
    expect(world.removals).toEqual(images.slice(0, 7));
    expect(percent).toBe(67);
  });

  it("explains what goes by the marks, and which stay because of them", async () => {
    let usedPart: number | undefined = 0.5;
    const diskPressure = { usedPart: async () => usedPart, high: 0.9, low: 0.7 };
    const world = imageWorld({ cleanup: { imagesPerCycle: 1, diskPressure } });
    for (const name of ["a:1", "b:1"]) {
      world.docker.image(name);
      await used(world, name);
      await world.clock.advance(1);
    }
    await world.clock.advance(2 * HOUR_MS);
    const second = async () => (await told(world))[1];
    const low = "the disk is 50 % used: from 90 % on more go, until it is below 70 %";
    expect(await second()).toEqual(["b:1", "keep", `a cycle removes no more than 1 while ${low}`]);
    usedPart = 0.95;
    expect(await second()).toEqual([
      "b:1",
      "delete",
      "unused, seen first 2h0m0s ago, goes after 1h0m0s; the disk is 95 % used: beyond the usual number until it is below 70 %",
    ]);
    usedPart = undefined;
    expect(await second()).toEqual(["b:1", "keep", "a cycle removes no more than 1"]);
    expect(world.removals).toEqual([]);
  });

  it("takes marks that make no sense for the defaults", async () => {
    const diskPressure = { usedPart: async () => 0.9, high: 90, low: 70 };
    const world = imageWorld({ cleanup: { imagesPerCycle: 1, diskPressure } });
    for (const name of ["a:1", "b:1"]) {
      world.docker.image(name);
      await used(world, name);
    }
    await world.clock.advance(2 * HOUR_MS);
    await world.manager.removeUnusedImages();
    expect(world.removals).toEqual(["a:1", "b:1"]);
  });

  it("keeps to the usual number when nobody knows how full the disk is", async () => {
    const diskPressure = { usedPart: () => Promise.reject(new Error("no such folder")), high: 0.9, low: 0.7 };
    const world = imageWorld({ cleanup: { imagesPerCycle: 1, diskPressure } });
    for (const name of ["a:1", "b:1"]) {
      world.docker.image(name);
      await used(world, name);
    }
    await world.clock.advance(2 * HOUR_MS);
    await world.manager.removeUnusedImages();
    expect(world.removals).toHaveLength(1);
  });
});
