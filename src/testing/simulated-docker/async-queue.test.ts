import { describe, expect, it } from "vitest";
import { AsyncQueue } from "./async-queue.ts";

describe("AsyncQueue", () => {
  it("gives items in order, also to a reader who came first, and what is queued before the end", async () => {
    const queue = new AsyncQueue<number>();
    const first = queue.next();
    queue.push(1);
    queue.push(2);
    queue.end();
    queue.push(3);
    expect(await first).toEqual({ done: false, value: 1 });
    expect([await queue.next(), await queue.next()]).toEqual([
      { done: false, value: 2 },
      { done: true, value: undefined },
    ]);
  });

  it("fail() comes once, after what is queued, and to a reader who waits", async () => {
    const queue = new AsyncQueue<number>();
    queue.push(1);
    queue.fail(new Error("broken"));
    expect((await queue.next()).value).toBe(1);
    await expect(queue.next()).rejects.toThrow("broken");
    expect((await queue.next()).done).toBe(true);
    const waiting = new AsyncQueue<number>();
    const next = waiting.next();
    waiting.fail(new Error("broken"));
    await expect(next).rejects.toThrow("broken");
  });

  it("tells its maker when the reader leaves", async () => {
    let left = 0;
    const queue = new AsyncQueue<number>(() => left++);
    queue.push(1);
    queue.push(2);
    for await (const item of queue) {
      expect(item).toBe(1);
      break;
    }
    expect(left).toBe(1);
    expect((await queue.next()).done).toBe(true);
  });
});
