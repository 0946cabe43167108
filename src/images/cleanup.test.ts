import { describe, expect, it } from "vitest";
import { asDockerName } from "../core/brand.ts";
import { FailingStateStore, MemoryStateStore } from "../store/index.ts";
import { SimulatedClock, SimulatedDocker } from "../testing/index.ts";
import { SeededRandom } from "../testing/seeded-random.ts";
import { ImageManager, type ImageManagerOptions } from "./index.ts";

const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;

function setUp(options: Partial<ImageManagerOptions> = {}) {
  const clock = new SimulatedClock();
  const docker = new SimulatedDocker({ clock, seed: 1 });
  const client = docker.client();
  const removals: string[] = [];
  docker.onCall(({ operation, subject }) => {
    if (operation === "removeImage") removals.push(subject);
  });
  const store = new MemoryStateStore();
  // Most of the images here are not pulled, only used.
  const cleanup = { removeNotPulled: true, ...options.cleanup };
  const manager = new ImageManager({ docker: client, clock, random: new SeededRandom(1), store, ...options, cleanup });
  const tags = async () => (await client.listImages()).flatMap((image) => image.tags).sort();
  return { clock, docker, client, manager, store, removals, tags };
}
type World = ReturnType<typeof setUp>;

/** A container has used the image, and is gone if so wished. */
async function used({ manager }: World, image: string, { gone = true, taskArn = "arn:task/a" } = {}) {
  const use = { taskArn, containerName: "web", image };
  const state = await manager.recordContainerReference(use);
  if (gone) await manager.removeContainerReferenceFromImageState({ ...use, imageId: state.imageId });
  return state;
}

describe("ImageManager and references", () => {
  it("IM-2, IM-4, IM-8: records a reference and a name, finds the state by id and by name, and lets go of it", async () => {
    const world = setUp();
    const { imageId } = world.docker.image("app:1");
    const state = await used(world, "app:1", { gone: false });
    expect(state).toMatchObject({ imageId, names: ["app:1"], pullSucceeded: false });
    expect(state.references.size).toBe(1);
    expect(world.store.snapshot().images).toMatchObject([{ imageId, names: ["app:1"] }]);
    await used(world, "app:1");
    expect(world.manager.getImageStateFromImageName("app:1")?.references.size).toBe(0);
  });

  it("IM-20: finds a state by any spelling of its name, and nothing by an unknown one", async () => {
    const world = setUp();
    world.docker.image("app:latest");
    await used(world, "app:latest");
    expect(world.manager.getImageStateFromImageName("docker.io/library/app")?.names).toEqual(["app:latest"]);
    expect(world.manager.getImageStateFromImageName("app:2")).toBeUndefined();
  });

  it("IM-3, IM-5: fails for an image that is not here, for one without a name, and when Docker does not answer", async () => {
    const world = setUp();
    await expect(used(world, "absent:1")).rejects.toThrow(/Docker does not know it/);
    await expect(used(world, "")).rejects.toThrow(/has no name/);
    world.docker.faults.always("inspectImage", { kind: "errorBeforeEffect", status: 503 });
    world.docker.image("app:1");
    await expect(world.clock.resolve(used(world, "app:1"))).rejects.toMatchObject({ status: 503 });
    expect(world.manager.imageStates()).toEqual([]);
  });

  it("DS-8, IM-9: knows nothing of references that were not recorded", async () => {
    const { manager, docker } = setUp();
    const { imageId } = docker.image("app:1");
    const gone = { taskArn: "arn:task/a", containerName: "web" };
    expect(await manager.removeContainerReferenceFromImageState(gone)).toBe(false);
    expect(await manager.removeContainerReferenceFromImageState({ ...gone, imageId: "" })).toBe(false);
    await manager.recordContainerReference({ ...gone, image: "app:1" });
    const other = { ...gone, taskArn: "arn:task/b", imageId };
    expect(await manager.removeContainerReferenceFromImageState(other)).toBe(false);
  });

  it("IM-6, IM-14: moves a name to the image that it means now, and leaves the old one without", async () => {
    const world = setUp();
    const first = world.docker.image("app:1");
    await used(world, "app:1");
    const second = world.docker.image("app:1");
    await used(world, "docker.io/library/app:1");
    const names = new Map(world.manager.imageStates().map((state) => [state.imageId, state.names]));
    expect(names.get(first.imageId)).toEqual([]);
    expect(names.get(second.imageId)).toEqual(["docker.io/library/app:1"]);
  });

  it("IM-7: takes up a restored container by its image id, and looks the image up when the record is lost", async () => {
    const world = setUp();
    const { imageId } = world.docker.image("app:1");
    const use = { taskArn: "arn:task/a", containerName: "web", image: "app:1", imageId };
    expect((await world.manager.recordContainerReference(use)).references.size).toBe(1);
    world.docker.image("app:1");
    const again = { ...use, taskArn: "arn:task/b" };
    expect((await world.manager.recordContainerReference(again)).imageId).toBe(imageId);
  });

  it("counts a container once, however often it is seen", async () => {
    const world = setUp();
    world.docker.image("app:1");
    await used(world, "app:1", { gone: false });
    const { references } = await used(world, "app:1", { gone: false });
    expect(references.size).toBe(1);
  });

  it("IM-27: last use changes when a record is made and when a reference goes", async () => {
    const world = setUp();
    world.docker.image("app:1");
    const madeAt = world.clock.now();
    await used(world, "app:1", { gone: false });
    await world.clock.advance(HOUR_MS);
    await used(world, "app:1", { gone: false, taskArn: "arn:task/b" });
    expect(world.manager.getImageStateFromImageName("app:1")?.lastUsedAt).toBe(madeAt);
    await used(world, "app:1", { taskArn: "arn:task/b" });
    expect(world.manager.getImageStateFromImageName("app:1")?.lastUsedAt).toBe(madeAt + HOUR_MS);
  });

  it("goes on when the store cannot keep its records", async () => {
    const store = new FailingStateStore(new MemoryStateStore(), () => "failBefore");
    const world = setUp({ store });
    world.docker.image("app:1");
    expect((await used(world, "app:1")).names).toEqual(["app:1"]);
  });
});

describe("ImageManager and its clean-up", () => {
  it("IM-15, IM-26: removes all names of an image that is unused and old, and then its record", async () => {
    const world = setUp();
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
    expect(await setUp().manager.removeUnusedImages()).toEqual({ removed: [], failed: [] });
  });

  it("IM-11, IM-24: keeps what was pulled not longer ago than the minimum age", async () => {
    const world = setUp();
    world.docker.image("app:1");
    await used(world, "app:1");
    await world.clock.advance(HOUR_MS);
    expect((await world.manager.removeUnusedImages()).removed).toEqual([]);
    await world.clock.advance(1);
    expect((await world.manager.removeUnusedImages()).removed).toHaveLength(1);
  });

  it("IM-12, IMC-1: keeps an old image while one of its references is left", async () => {
    const world = setUp();
    world.docker.image("app:1");
    for (const taskArn of ["arn:task/a", "arn:task/b"]) await used(world, "app:1", { gone: false, taskArn });
    await world.clock.advance(24 * HOUR_MS);
    await used(world, "app:1", { taskArn: "arn:task/b" });
    expect((await world.manager.removeUnusedImages()).removed).toEqual([]);
    expect(await world.tags()).toEqual(["app:1"]);
  });

  it("IM-13, IM-23, IMC-2: removes the least recently used first, no more than the number of a cycle", async () => {
    const world = setUp({ cleanup: { imagesPerCycle: 2 } });
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
    const world = setUp();
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
    const world = setUp();
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
    const world = setUp();
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
    const world = setUp();
    world.docker.image("app:1");
    await used(world, "app:1");
    await world.clock.advance(2 * HOUR_MS);
    world.docker.faults.next("listContainers", { kind: "errorBeforeEffect" });
    expect(await world.manager.removeUnusedImages()).toEqual({ removed: [], failed: [] });
    expect(await world.tags()).toEqual(["app:1"]);
  });

  it("IM-17: removes an image without names by its id", async () => {
    const world = setUp();
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
    const world = setUp();
    world.docker.image("app:1");
    await used(world, "app:1");
    await world.client.removeImage("app:1");
    await world.clock.advance(2 * HOUR_MS);
    expect((await world.manager.removeUnusedImages()).failed).toEqual([]);
    expect(world.manager.imageStates()).toEqual([]);
  });

  it("IM-21: a thousand cycles at once remove an image once", async () => {
    const world = setUp();
    world.docker.image("app:1");
    await used(world, "app:1");
    await world.clock.advance(2 * HOUR_MS);
    await Promise.all(Array.from({ length: 1_000 }, () => world.manager.removeUnusedImages()));
    expect(world.removals).toEqual(["app:1"]);
  });

  it("W-53: a pull anew makes an image new", async () => {
    const world = setUp();
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
    const world = setUp();
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
    const world = setUp();
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
    const world = setUp();
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

describe("ImageManager.startImageCleanupProcess()", () => {
  it("runs a cycle every interval until the signal fires", async () => {
    const world = setUp({ cleanup: { imagesPerCycle: 1 } });
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
    const world = setUp();
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
    const world = setUp({ cleanup: { intervalMs: MINUTE_MS, minimumAgeMs: 0 } });
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
    const world = setUp(options);
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

/** First name, fate and reason of each image. */
async function told({ manager }: World) {
  return (await manager.explainCleanup()).map(({ names, type, reason }) => [names[0], type, reason]);
}

describe("ImageManager.explainCleanup()", () => {
  it("IMC-6: keeps what this engine did not pull, though tasks have used it, unless told otherwise", async () => {
    const world = setUp({ cleanup: { removeNotPulled: false } });
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
    const world = setUp({ cleanup: { imagesPerCycle: 1, excluded: ["docker.io/library/kept:latest"] } });
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
    const world = setUp({ cleanup: { excluded: ["app:kept"] } });
    world.docker.image("app:1");
    await world.client.tagImage("app:1", { repository: "app", tag: "kept" });
    for (const name of ["app:1", "app:kept"]) await used(world, name);
    await world.clock.advance(2 * HOUR_MS);
    await world.manager.removeUnusedImages();
    expect(await world.tags()).toEqual(["app:1", "app:kept"]);
  });
});

describe("ImageManager and a full disk", () => {
  it("removes more than usual from the high mark on, down to the low mark", async () => {
    const images = Array.from({ length: 10 }, (_, index) => `app:${index}`);
    let percent = 89;
    const diskPressure = { usedPart: async () => percent / 100, high: 0.9, low: 0.7 };
    const world = setUp({ cleanup: { imagesPerCycle: 2, diskPressure } });
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
    const world = setUp({ cleanup: { imagesPerCycle: 1, diskPressure } });
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
    const world = setUp({ cleanup: { imagesPerCycle: 1, diskPressure } });
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
    const world = setUp({ cleanup: { imagesPerCycle: 1, diskPressure } });
    for (const name of ["a:1", "b:1"]) {
      world.docker.image(name);
      await used(world, name);
    }
    await world.clock.advance(2 * HOUR_MS);
    await world.manager.removeUnusedImages();
    expect(world.removals).toHaveLength(1);
  });
});

describe("ImageManager and what is not ours", () => {
  const untracked = {
    imageMinimumAgeMs: HOUR_MS,
    containerMinimumAgeMs: 3 * HOUR_MS,
    containersPerCycle: 5,
    isOurs: ({ labels }: { readonly labels: Readonly<Record<string, string>> }) => "ours" in labels,
  };

  async function container(
    { client, clock }: World,
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
    const world = setUp();
    world.docker.image("app:1");
    await container(world, "foreign", "exited");
    await world.clock.advance(1_000 * HOUR_MS);
    await world.manager.removeUnusedImages();
    expect([world.docker.containers().length, await world.tags()]).toEqual([1, ["app:1"]]);
  });

  it("IMC-7: removes old stopped containers and then images, when told to, and never what runs or is ours", async () => {
    const world = setUp({ cleanup: { untracked, excluded: ["kept:1"] } });
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
    const world = setUp({ cleanup: { untracked, imagesPerCycle: 2, excluded: ["kept:1"] } });
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
    const world = setUp({ cleanup: { untracked } });
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
    const world = setUp({ cleanup: { untracked } });
    world.docker.image("old:1");
    await world.clock.advance(1_000 * HOUR_MS);
    await world.clock.resolve(world.manager.removeUnusedImages());
    expect(await world.tags()).toEqual(["old:1"]);
    await world.clock.advance(2 * HOUR_MS);
    await world.clock.resolve(world.manager.removeUnusedImages());
    expect(await world.tags()).toEqual([]);
  });

  it("gives it only what our own images leave of a cycle's number", async () => {
    const world = setUp({ cleanup: { untracked, imagesPerCycle: 1 } });
    for (const name of ["app:1", "free:1"]) world.docker.image(name);
    await used(world, "app:1");
    await world.clock.resolve(world.manager.removeUnusedImages());
    await world.clock.advance(4 * HOUR_MS);
    await world.clock.resolve(world.manager.removeUnusedImages());
    expect(await world.tags()).toEqual(["free:1"]);
  });

  it("a failure to list ends nothing", async () => {
    const world = setUp({ cleanup: { untracked } });
    world.docker.faults.next("listContainers", { kind: "errorBeforeEffect" });
    expect(await world.manager.removeUnusedImages()).toEqual({ removed: [], failed: [] });
  });
});
