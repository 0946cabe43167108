import { describe, expect, it } from "vitest";
import { HOUR_MS, imageWorld, used } from "../../test/images/image-world.ts";
import { FailingStateStore, MemoryStateStore } from "../store/index.ts";

describe("ImageManager and references", () => {
  it("IM-2, IM-4, IM-8: records a reference and a name, finds the state by id and by name, and lets go of it", async () => {
    const world = imageWorld();
    const { imageId } = world.docker.image("app:1");
    const state = await used(world, "app:1", { gone: false });
    expect(state).toMatchObject({ imageId, names: ["app:1"], pullSucceeded: false });
    expect(state.references.size).toBe(1);
    expect(world.store.snapshot().images).toMatchObject([{ imageId, names: ["app:1"] }]);
    await used(world, "app:1");
    expect(world.manager.getImageStateFromImageName("app:1")?.references.size).toBe(0);
  });

  it("IM-20: finds a state by any spelling of its name, and nothing by an unknown one", async () => {
    const world = imageWorld();
    world.docker.image("app:latest");
    await used(world, "app:latest");
    expect(world.manager.getImageStateFromImageName("docker.io/library/app")?.names).toEqual(["app:latest"]);
    expect(world.manager.getImageStateFromImageName("app:2")).toBeUndefined();
  });

  it("IM-3, IM-5: fails for an image that is not here, for one without a name, and when Docker does not answer", async () => {
    const world = imageWorld();
    await expect(used(world, "absent:1")).rejects.toThrow(/Docker does not know it/);
    await expect(used(world, "")).rejects.toThrow(/has no name/);
    world.docker.faults.always("inspectImage", { kind: "errorBeforeEffect", status: 503 });
    world.docker.image("app:1");
    await expect(world.clock.resolve(used(world, "app:1"))).rejects.toMatchObject({ status: 503 });
    expect(world.manager.imageStates()).toEqual([]);
  });

  it("DS-8, IM-9: knows nothing of references that were not recorded", async () => {
    const { manager, docker } = imageWorld();
    const { imageId } = docker.image("app:1");
    const gone = { taskArn: "arn:task/a", containerName: "web" };
    expect(await manager.removeContainerReferenceFromImageState(gone)).toBe(false);
    expect(await manager.removeContainerReferenceFromImageState({ ...gone, imageId: "" })).toBe(false);
    await manager.recordContainerReference({ ...gone, image: "app:1" });
    const other = { ...gone, taskArn: "arn:task/b", imageId };
    expect(await manager.removeContainerReferenceFromImageState(other)).toBe(false);
  });

  it("IM-6, IM-14: moves a name to the image that it means now, and leaves the old one without", async () => {
    const world = imageWorld();
    const first = world.docker.image("app:1");
    await used(world, "app:1");
    const second = world.docker.image("app:1");
    await used(world, "docker.io/library/app:1");
    const names = new Map(world.manager.imageStates().map((state) => [state.imageId, state.names]));
    expect(names.get(first.imageId)).toEqual([]);
    expect(names.get(second.imageId)).toEqual(["docker.io/library/app:1"]);
  });

  it("IM-7: takes up a restored container by its image id, and looks the image up when the record is lost", async () => {
    const world = imageWorld();
    const { imageId } = world.docker.image("app:1");
    const use = { taskArn: "arn:task/a", containerName: "web", image: "app:1", imageId };
    expect((await world.manager.recordContainerReference(use)).references.size).toBe(1);
    world.docker.image("app:1");
    const again = { ...use, taskArn: "arn:task/b" };
    expect((await world.manager.recordContainerReference(again)).imageId).toBe(imageId);
  });

  it("counts a container once, however often it is seen", async () => {
    const world = imageWorld();
    world.docker.image("app:1");
    await used(world, "app:1", { gone: false });
    const { references } = await used(world, "app:1", { gone: false });
    expect(references.size).toBe(1);
  });

  it("IM-27: last use changes when a record is made and when a reference goes", async () => {
    const world = imageWorld();
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
    const world = imageWorld({ store });
    world.docker.image("app:1");
    expect((await used(world, "app:1")).names).toEqual(["app:1"]);
  });
});
