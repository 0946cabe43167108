import { describe, expect, it } from "vitest";
import { asDockerId, asEpochMs } from "../../core/brand.ts";
import type { FeedItem } from "../../ports/docker-client.ts";
import { createFeedBuffer } from "./feed-buffer.ts";

const event = (id: number): FeedItem => ({
  type: "event",
  event: { action: "start", dockerId: asDockerId(String(id)), attributes: {}, at: asEpochMs(0) },
});

describe("createFeedBuffer()", () => {
  it("gives items in order, also to a reader that came before", async () => {
    const buffer = createFeedBuffer(10, () => undefined);
    const first = buffer.take();
    buffer.push(event(1));
    buffer.push(event(2));
    expect(await first).toEqual(event(1));
    expect(await buffer.take()).toEqual(event(2));
  });

  it("drops everything for one connected when the reader is too slow", async () => {
    const drops: number[] = [];
    const buffer = createFeedBuffer(3, (dropped) => drops.push(dropped));
    for (const id of [1, 2, 3, 4]) buffer.push(event(id));
    expect(drops).toEqual([3]);
    expect(await buffer.take()).toEqual({ type: "connected" });
    expect(await buffer.take()).toEqual(event(4));
  });

  it("counts what was taken as room", async () => {
    const buffer = createFeedBuffer(2, () => {
      throw new Error("dropped");
    });
    for (const id of [1, 2, 3, 4, 5]) {
      buffer.push(event(id));
      buffer.push(event(-id));
      expect(await buffer.take()).toEqual(event(id));
      expect(await buffer.take()).toEqual(event(-id));
    }
  });

  it("ends after what it holds", async () => {
    const buffer = createFeedBuffer(2, () => undefined);
    buffer.push(event(1));
    buffer.end();
    expect(await buffer.take()).toEqual(event(1));
    expect(await buffer.take()).toBeUndefined();
  });

  it("ends a reader that waits", async () => {
    const buffer = createFeedBuffer(2, () => undefined);
    const waiting = buffer.take();
    buffer.end();
    expect(await waiting).toBeUndefined();
  });
});
