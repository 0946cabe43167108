/** Between the daemon's stream, which must never wait, and a reader that may. */
import type { FeedItem } from "../../ports/docker-client.ts";

export type FeedBuffer = {
  push(item: FeedItem): void;
  /** What is there, in order; waits when nothing is. `undefined` after `end`, once everything was taken. */
  take(): Promise<FeedItem | undefined>;
  end(): void;
};

/**
 * INVARIANTS
 * - Never more than `limit` items. When the next one would be too many, all are dropped for one `connected`: the reader
 *   then looks at everything, which tells more than the events would.
 * - One reader at a time.
 */
export function createFeedBuffer(limit: number, onOverflow: (dropped: number) => void): FeedBuffer {
  let items: FeedItem[] = [];
  let head = 0;
  let ended = false;
  let wake: (() => void) | undefined;

  function drop(): void {
    onOverflow(items.length - head);
    items = [{ type: "connected" }];
    head = 0;
  }

  function next(): FeedItem | undefined {
    const item = items[head];
    head += 1;
    if (head < items.length) return item;
    items = [];
    head = 0;
    return item;
  }

  return {
    push(item) {
      if (ended) return;
      if (items.length - head >= limit) drop();
      items.push(item);
      wake?.();
    },
    async take() {
      while (items.length === 0) {
        if (ended) return undefined;
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
        wake = undefined;
      }
      return next();
    },
    end() {
      ended = true;
      wake?.();
    },
  };
}
