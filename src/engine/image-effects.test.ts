import { describe, expect, it } from "vitest";
import type { ImageRequest, ImageService, PullResult } from "../ports/image-service.ts";
import { aContainer, aTask } from "../testing/builders.ts";
import { fake } from "../testing/fake.ts";
import { ImageEffects } from "./image-effects.ts";

/** Pulls that end when they are told to, or when their signal fires. */
function setUp() {
  const engine = new AbortController();
  const pulls: { readonly signal: AbortSignal; readonly request: ImageRequest; end(result: PullResult): void }[] = [];
  const images = fake<ImageService>("ImageService", {
    pull: (request) =>
      new Promise((end, reject) => {
        const { signal } = request;
        signal.addEventListener("abort", () => reject(signal.reason), { once: true });
        if (signal.aborted) reject(signal.reason);
        pulls.push({ signal, request, end });
      }),
  });
  const effects = new ImageEffects({
    images,
    pullBehaviour: "prefer-cached",
    signal: engine.signal,
    onPullProgress: () => undefined,
  });
  const task = aTask({ containers: [aContainer({ name: "web" }), aContainer({ name: "side" })] });
  const begin = (index = 0) => {
    const container = task.containers[index];
    if (container === undefined) throw new Error("there is no such container");
    const answer = effects.pull(task, container);
    const pull = pulls.at(-1);
    if (pull === undefined) throw new Error("the service was not asked");
    return { answer, ...pull };
  };
  return { engine, effects, task, begin };
}

const CACHED: PullResult = { imageId: "sha256:1" };

describe("ImageEffects", () => {
  it("lets go of the pull of one container and of no other", async () => {
    const { effects, task, begin } = setUp();
    const [web, side] = [begin(0), begin(1)];
    effects.abandon(task, "web");
    await expect(web.answer).rejects.toThrow("pull is not needed any more");
    expect(side.signal.aborted).toBe(false);
    side.end(CACHED);
    expect(await side.answer).toMatchObject({ ok: true, imageId: "sha256:1" });
  });

  it("finds a pull whose neighbours have ended, in whatever order", async () => {
    for (const order of [
      [0, 1, 2],
      [2, 1, 0],
      [1, 0, 2],
    ]) {
      const { effects, task, begin } = setUp();
      const pulls = [begin(0), begin(1), begin(0)];
      for (const index of order.slice(0, 2)) pulls[index]?.end(CACHED);
      await Promise.all(order.slice(0, 2).map((index) => pulls[index]?.answer));
      const last = pulls[order[2] ?? 0];
      effects.abandon(task, order[2] === 1 ? "side" : "web");
      await expect(last?.answer).rejects.toThrow("pull is not needed any more");
    }
  });

  it("ends all pulls with the engine, and those that begin after it at once", async () => {
    const { engine, begin } = setUp();
    const [web, side] = [begin(0), begin(1)];
    engine.abort(new Error("engine has ended"));
    await expect(web.answer).rejects.toThrow("engine has ended");
    await expect(side.answer).rejects.toThrow("engine has ended");
    await expect(begin(0).answer).rejects.toThrow("engine has ended");
  });

  it("uses a signal again when a local image was all that was needed, and for one pull at a time", async () => {
    const { begin } = setUp();
    const [first, meanwhile] = [begin(0), begin(1)];
    expect(meanwhile.signal).not.toBe(first.signal);
    first.end(CACHED);
    await first.answer;
    expect(begin(0).signal).toBe(first.signal);
  });

  it("uses no signal again that has fired or that a registry's answer may still hold", async () => {
    const { effects, task, begin } = setUp();
    const pulled = begin();
    pulled.end({ ...CACHED, pullStartedAt: task.createdAt });
    await pulled.answer;
    const abandoned = begin();
    expect(abandoned.signal).not.toBe(pulled.signal);
    effects.abandon(task, "web");
    await expect(abandoned.answer).rejects.toThrow();
    const next = begin();
    expect(next.signal.aborted).toBe(false);
    effects.abandon(task, "web");
    expect(next.signal.aborted).toBe(true);
    await expect(next.answer).rejects.toThrow();
  });

  it("does not use one signal for ever", async () => {
    const { begin } = setUp();
    const signals = new Set<AbortSignal>();
    for (let count = 0; count < 30; count++) {
      const pull = begin();
      signals.add(pull.signal);
      pull.end(CACHED);
      await pull.answer;
    }
    expect(signals.size).toBe(3);
  });
});
