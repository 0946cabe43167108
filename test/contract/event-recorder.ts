/** Reads a feed in the background, and lets a test wait for what it brings. */
import type { DockerClient, DockerEvent, FeedItem } from "../../src/ports/docker-client.ts";

export class EventRecorder {
  readonly items: FeedItem[] = [];
  readonly #stop = new AbortController();
  readonly #reading: Promise<void>;
  readonly #waiters = new Set<() => void>();

  constructor(client: DockerClient, labels: Readonly<Record<string, string | true>>) {
    this.#reading = this.#read(client.events({ labels, signal: this.#stop.signal }));
  }

  /** Resolves once the feed is connected. */
  static async open(client: DockerClient, labels: Readonly<Record<string, string | true>>): Promise<EventRecorder> {
    const recorder = new EventRecorder(client, labels);
    await recorder.connections(1);
    return recorder;
  }

  get events(): readonly DockerEvent[] {
    return this.items.flatMap((item) => (item.type === "event" ? [item.event] : []));
  }

  actionsOf(dockerId: string): readonly string[] {
    return this.events.filter((event) => event.dockerId === dockerId).map((event) => event.action);
  }

  /** Resolves with the first such event of the container, also one that came before. */
  async event(dockerId: string, action: DockerEvent["action"], nth = 1): Promise<DockerEvent> {
    const found = () =>
      this.events.filter((event) => event.dockerId === dockerId && event.action === action).at(nth - 1);
    return this.until(found);
  }

  async connections(count: number): Promise<void> {
    await this.until(() => this.items.filter((item) => item.type === "connected").length >= count || undefined);
  }

  async until<T>(found: () => T | undefined): Promise<T> {
    for (;;) {
      const value = found();
      if (value !== undefined) return value;
      await Promise.race([
        new Promise<void>((resolve) => this.#waiters.add(resolve)),
        this.#reading.then(() => {
          throw new Error("the event feed ended");
        }),
      ]);
    }
  }

  /** Resolves when the feed has ended, as it must without an error. */
  async close(): Promise<void> {
    this.#stop.abort();
    await this.#reading;
  }

  async #read(feed: AsyncIterable<FeedItem>): Promise<void> {
    for await (const item of feed) {
      this.items.push(item);
      for (const wake of this.#waiters) wake();
      this.#waiters.clear();
    }
  }
}
