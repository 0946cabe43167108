import { describe, expect, it } from "vitest";
import { HOUR_MS, imageWorld, MINUTE_MS, used } from "../../test/images/image-world.ts";

describe("ImageManager.startImageCleanupProcess()", () => {
  it("runs a cycle every interval until the signal fires", async () => {
    const world = imageWorld({ cleanup: { imagesPerCycle: 1 } });
    for (const name of ["a:1", "b:1", "c:1"]) {
      world.docker.image(name);
      await used(world, name);
    }
    const stop = new AbortController();
    world.manager.startImageCleanupProcess(stop.signal);
    await world.clock.advance(89 * MINUTE_MS);
    expect(world.removals).toHaveLength(0);
    await world.clock.advance(2 * MINUTE_MS);
    expect(world.removals).toHaveLength(1);
    await world.clock.advance(30 * MINUTE_MS);
    expect(world.removals).toHaveLength(2);
    stop.abort();
    expect(world.clock.pending).toBe(0);
  });

  it("ends a cycle under way with its signal, keeps the record of what was being removed, and can be started anew", async () => {
    const world = imageWorld();
    world.docker.image("app:1");
    await used(world, "app:1");
    const stop = new AbortController();
    world.manager.startImageCleanupProcess(stop.signal);
    world.docker.faults.next("removeImage", { kind: "hang", forMs: HOUR_MS });
    await world.clock.advance(91 * MINUTE_MS);
    const idle = world.manager.untilCleanupIdle();
    stop.abort();
    await idle;
    await world.clock.advance(2 * HOUR_MS);
    expect(world.clock.pending).toBe(0);
    expect(world.manager.imageStates()).toHaveLength(1);
    world.manager.startImageCleanupProcess(stop.signal);
    expect(world.clock.pending).toBe(0);
    world.manager.startImageCleanupProcess(new AbortController().signal);
    world.manager.startImageCleanupProcess(new AbortController().signal);
    expect(world.clock.pending).toBe(1);
    await world.clock.advance(30 * MINUTE_MS);
    expect(world.manager.imageStates()).toEqual([]);
  });

  it("IMC-4: takes an interval of a minute for half an hour", async () => {
    const world = imageWorld({ cleanup: { intervalMs: MINUTE_MS, minimumAgeMs: 0 } });
    world.docker.image("app:1");
    await used(world, "app:1");
    world.manager.startImageCleanupProcess(new AbortController().signal);
    await world.clock.advance(29 * MINUTE_MS);
    expect(world.removals).toEqual([]);
    await world.clock.advance(MINUTE_MS);
    expect(world.removals).toEqual(["app:1"]);
  });

  it.each([
    ["prefer-cached", { pullBehaviour: "prefer-cached" }],
    ["switched off", { cleanup: { enabled: false } }],
  ] as const)("IM-22, IMC-5: does nothing when %s, and says so", async (_, options) => {
    const world = imageWorld(options);
    world.docker.image("app:1");
    await used(world, "app:1");
    world.manager.startImageCleanupProcess(new AbortController().signal);
    expect(world.clock.pending).toBe(0);
    world.docker.image("foreign:1");
    const reason = "image clean-up is switched off";
    expect(await world.manager.explainCleanup()).toMatchObject([
      { names: ["app:1"], reason },
      { names: ["foreign:1"], reason },
    ]);
  });
});
