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
  const manager = new ImageManager({ docker: client, clock, random: new SeededRandom(1), store, ...options });
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
    const { dockerId } = await world.client.createContainer({ name: asDockerName("user"), body: { Image: "a:1" } });
    await world.clock.advance(2 * HOUR_MS);
    const result = await world.manager.removeUnusedImages();
    expect([result.removed.length, result.failed.length]).toEqual([1, 1]);
    expect(world.manager.getImageStateFromImageName("a:1")?.names).toEqual(["a:1"]);
    await world.client.removeContainer(dockerId, { force: true, removeVolumes: true });
    expect((await world.manager.removeUnusedImages()).removed).toHaveLength(1);
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

  it("IMC-9: an image that is being pulled is not removed", async () => {
    const world = setUp();
    world.docker.image("app:1");
    await used(world, "app:1");
    await world.clock.advance(2 * HOUR_MS);
    world.docker.faults.next("pullImage", { kind: "latency", ms: 60_000 });
    const pull = world.manager.pull({ ...request, behaviour: "always" });
    await world.clock.advance(1_000);
    expect(world.manager.explainCleanup()).toMatchObject([{ type: "keep", reason: "being pulled" }]);
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
    expect(world.manager.explainCleanup()).toMatchObject([{ reason: "image clean-up is switched off" }]);
  });
});

describe("ImageManager.explainCleanup()", () => {
  it("says of each image what the next cycle does with it, and the cycle does that", async () => {
    const world = setUp({ cleanup: { imagesPerCycle: 1, excluded: ["docker.io/library/kept:latest"] } });
    for (const name of ["old:1", "older:1", "kept:latest", "busy:1", "young:1"]) world.docker.image(name);
    await used(world, "older:1");
    await world.clock.advance(1);
    for (const name of ["old:1", "kept:latest"]) await used(world, name);
    await used(world, "busy:1", { gone: false });
    await world.clock.advance(2 * HOUR_MS);
    await used(world, "young:1");
    const verdicts = world.manager
      .explainCleanup()
      .map((verdict) => [verdict.names[0], verdict.type === "delete" ? "goes" : verdict.reason]);
    expect(verdicts).toEqual([
      ["older:1", "goes"],
      ["old:1", "this cycle removes no more than 1"],
      ["kept:latest", "excluded by its name kept:latest"],
      ["busy:1", "in use by arn:task/a/web"],
      ["young:1", "pulled 0s ago, goes after 1h0m0s"],
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
