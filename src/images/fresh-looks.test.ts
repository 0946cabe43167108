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
  const look = (reference = "app", signal = UNTIL_END) => looks.look(reference, signal);
  return { clock, docker, look, asked: () => asked };
}

const idsOf = (images: readonly (ImageInspection | undefined)[]) => new Set(images.map((image) => image?.imageId));

describe("FreshLooks", () => {
  it("asks twice for a hundred who want the same image at once: for the first, and for all others", async () => {
    const { clock, docker, look, asked } = setUp();
    const { imageId } = docker.image("app");
    const images = await clock.resolve(Promise.all(Array.from({ length: 100 }, () => look())));
    expect(idsOf(images)).toEqual(new Set([imageId]));
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
    expect((await clock.resolve(look()))?.imageId).toBe(imageId);
    expect(clock.elapsedMs).toBe(1_000 + LOOK_MS);
    await clock.resolve(hung);
  });

  it("tells a failure to those who share the look, and asks again for those who come later", async () => {
    const { clock, docker, look } = setUp();
    const { imageId } = docker.image("app");
    docker.faults.next("inspectImage", { kind: "errorBeforeEffect", status: 500 });
    await expect(clock.resolve(look())).rejects.toThrow();
    expect((await clock.resolve(look()))?.imageId).toBe(imageId);
  });

  it("lets one go without disturbing the others, and asks nobody when all have gone", async () => {
    const { clock, docker, look, asked } = setUp();
    const { imageId } = docker.image("app");
    const leaving = new AbortController();
    const first = look();
    const gone = [look("app", leaving.signal), look("app", leaving.signal)];
    leaving.abort(new Error("not needed any more"));
    const results = await Promise.allSettled(gone);
    expect(results.map(({ status }) => status)).toEqual(["rejected", "rejected"]);
    const stays = look();
    await clock.resolve(first);
    expect((await clock.resolve(stays))?.imageId).toBe(imageId);
    expect(asked()).toBe(2);
  });
});
