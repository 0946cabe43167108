import { describe, expect, it } from "vitest";
import type { ImageInspection } from "../ports/docker-client.ts";
import { SimulatedClock, SimulatedDocker } from "../testing/index.ts";
import { FreshLooks } from "./fresh-looks.ts";

const LOOK_MS = 10;
const UNTIL_END = new AbortController().signal;

function setUp() {
  const clock = new SimulatedClock();
  const docker = new SimulatedDocker({ clock, latency: { inspectImage: LOOK_MS } });
  const client = docker.client();
  let asked = 0;
  docker.onCall(() => {
    asked += 1;
  });
  const looks = new FreshLooks(clock, (reference, signal) => client.inspectImage(reference, { signal }));
  const look = (reference = "app", signal = UNTIL_END) => looks.look(reference, { signal });
  return { clock, docker, look, asked: () => asked };
}

const idsOf = (images: readonly (ImageInspection | undefined)[]) => new Set(images.map((image) => image?.imageId));

describe("FreshLooks", () => {
  it("asks once for a hundred who want the same image in the same turn", async () => {
    const { clock, docker, look, asked } = setUp();
    const { imageId } = docker.image("app");
    const images = await clock.resolve(Promise.all(Array.from({ length: 100 }, () => look())));
    expect(idsOf(images)).toEqual(new Set([imageId]));
    expect(asked()).toBe(1);
    await clock.advance(LOOK_MS / 2);
    const others = Array.from({ length: 100 }, () => look());
    await clock.resolve(Promise.all(others));
    expect(asked()).toBe(2);
  });

  it("asks once more for all who come while it asks", async () => {
    const { clock, docker, look, asked } = setUp();
    docker.image("app");
    const first = look();
    await clock.advance(LOOK_MS / 2);
    await clock.resolve(Promise.all([first, ...Array.from({ length: 100 }, () => look())]));
    expect(asked()).toBe(2);
    expect(clock.elapsedMs).toBe(2 * LOOK_MS);
  });

  it("asks anew for whoever comes when nobody looks", async () => {
    const { clock, docker, look, asked } = setUp();
    docker.image("app");
    await clock.resolve(look());
    const { imageId } = docker.image("app");
    expect((await clock.resolve(look()))?.imageId).toBe(imageId);
    expect(asked()).toBe(2);
  });

  it("gives nobody an answer to a question that was put before they came", async () => {
    const { clock, docker, look } = setUp();
    docker.image("app");
    const before = look();
    await clock.advance(LOOK_MS / 2);
    const { imageId } = docker.image("app");
    const after = look();
    await clock.resolve(before);
    expect((await clock.resolve(after))?.imageId).toBe(imageId);
  });

  it("does not make one image wait for another", async () => {
    const { clock, docker, look } = setUp();
    docker.image("app");
    docker.image("other");
    await clock.resolve(Promise.all([look("app"), look("other")]));
    expect(clock.elapsedMs).toBe(LOOK_MS);
  });

  it("overtakes a look that hangs after a second", async () => {
    const { clock, docker, look } = setUp();
    const { imageId } = docker.image("app");
    docker.faults.next("inspectImage", { kind: "hang", forMs: 20_000 });
    const hung = look();
    await clock.advance(0);
    expect((await clock.resolve(look()))?.imageId).toBe(imageId);
    expect(clock.elapsedMs).toBe(1_000 + LOOK_MS);
    await clock.resolve(hung);
  });

  it("waits a second for each look that hangs, however many have gone before", async () => {
    const { clock, docker, look } = setUp();
    docker.image("app");
    // The look of each round waits for the one before it, so that there is never a moment without a look.
    let before = look();
    for (let elapsedMs = 0; elapsedMs < 700; elapsedMs += LOOK_MS) {
      await clock.advance(LOOK_MS / 2);
      const after = look();
      await clock.resolve(before);
      before = after;
    }
    await clock.advance(LOOK_MS / 2);
    docker.faults.next("inspectImage", { kind: "hang", forMs: 20_000 });
    const hung = look();
    await clock.resolve(before);
    await clock.advance(0);
    const since = clock.elapsedMs;
    await clock.resolve(look());
    expect(clock.elapsedMs - since).toBe(1_000 + LOOK_MS);
    await clock.resolve(hung);
  });

  it("leaves no timer when nobody looks", async () => {
    const { clock, docker, look } = setUp();
    docker.image("app");
    const first = look();
    await clock.advance(LOOK_MS / 2);
    await clock.resolve(Promise.all([first, look()]));
    expect(clock.pending).toBe(0);
  });

  it("looks at very many images", async () => {
    const { clock, docker, look, asked } = setUp();
    const names = Array.from({ length: 250 }, (_, index) => `app-${index}`);
    for (const name of names) docker.image(name);
    for (const name of [...names, ...names]) expect(await clock.resolve(look(name))).toBeDefined();
    expect(asked()).toBe(500);
  });

  it("tells a failure to those who share the look, and asks again for those who come later", async () => {
    const { clock, docker, look } = setUp();
    const { imageId } = docker.image("app");
    docker.faults.next("inspectImage", { kind: "errorBeforeEffect", status: 500 });
    await expect(clock.resolve(look())).rejects.toThrow();
    expect((await clock.resolve(look()))?.imageId).toBe(imageId);
  });

  it("goes on for the others when who came first has gone, and asks nobody when all have", async () => {
    const { clock, docker, look, asked } = setUp();
    const { imageId } = docker.image("app");
    const leaving = new AbortController();
    const under = look();
    await clock.advance(LOOK_MS / 2);
    const [gone, stays] = [look("app", leaving.signal), look()];
    leaving.abort(new Error("not needed any more"));
    await expect(clock.resolve(gone)).rejects.toThrow("not needed any more");
    expect((await clock.resolve(stays))?.imageId).toBe(imageId);
    await clock.resolve(under);
    expect(asked()).toBe(2);
    await expect(clock.resolve(look("app", leaving.signal))).rejects.toThrow("not needed any more");
    expect(asked()).toBe(2);
  });

  it("tells one that has gone so, not what the others see", async () => {
    const { clock, docker, look } = setUp();
    docker.image("app");
    docker.faults.next("inspectImage", { kind: "errorBeforeEffect", status: 500 });
    const leaving = new AbortController();
    const [stays, gone] = [look(), look("app", leaving.signal)];
    leaving.abort(new Error("not needed any more"));
    const [first, second] = await clock.resolve(Promise.allSettled([stays, gone]));
    expect(first).toMatchObject({ status: "rejected", reason: { name: expect.stringContaining("Error") } });
    expect(second).toMatchObject({ status: "rejected", reason: { message: "not needed any more" } });
  });
});
