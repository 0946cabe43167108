import { describe, expect, it } from "vitest";
import type { PullBehaviour } from "../core/images/pull-policy.ts";
import { MemoryStateStore } from "../store/index.ts";
import { SeededRandom, SimulatedClock, SimulatedDocker } from "../testing/index.ts";
import { ImageManager } from "./index.ts";

const IMAGE = "registry.example/app:1";

function setUp() {
  const clock = new SimulatedClock();
  const docker = new SimulatedDocker({ clock, seed: 1 });
  const store = new MemoryStateStore();
  const manager = new ImageManager({ docker: docker.client(), clock, random: new SeededRandom(1), store });
  const pull = (behaviour: PullBehaviour, taskArn = "arn:task/a") =>
    clock.resolve(
      manager.pull({
        taskArn,
        containerName: "web",
        image: IMAGE,
        behaviour,
        signal: new AbortController().signal,
      }),
    );
  return { clock, docker, store, manager, pull };
}

describe("ImageManager.pull()", () => {
  it.each<PullBehaviour>(["default", "always", "once", "prefer-cached"])(
    "EN-62, EN-63, EN-64: records and saves who uses the image under %s",
    async (behaviour) => {
      const { docker, store, manager, pull } = setUp();
      const { imageId } = docker.image(IMAGE);
      await pull(behaviour);
      expect([...(manager.getImageStateFromImageName(IMAGE)?.references ?? [])]).toEqual(["arn:task/a/web"]);
      expect(store.snapshot().images).toMatchObject([{ imageId, names: [IMAGE] }]);
    },
  );

  it("EN-63: under once does not pull again what it pulled, and still records the second user", async () => {
    const { docker, manager, pull } = setUp();
    docker.image(IMAGE, { where: "registry" });
    expect((await pull("once")).pulled).toBe(true);
    expect((await pull("once", "arn:task/b")).pulled).toBe(false);
    expect([...(manager.getImageStateFromImageName(IMAGE)?.references ?? [])]).toEqual([
      "arn:task/a/web",
      "arn:task/b/web",
    ]);
  });

  it("EN-65: notes and saves that the pull worked, and that none was needed", async () => {
    const pulled = setUp();
    pulled.docker.image(IMAGE, { where: "registry" });
    await pulled.pull("default");
    expect(pulled.manager.getImageStateFromImageName(IMAGE)?.pullSucceeded).toBe(true);
    expect(pulled.store.snapshot().images).toMatchObject([{ pullSucceeded: true }]);
    const cached = setUp();
    cached.docker.image(IMAGE);
    await cached.pull("prefer-cached");
    expect(cached.manager.getImageStateFromImageName(IMAGE)?.pullSucceeded).toBe(false);
  });
});
