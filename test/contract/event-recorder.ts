/** Reads a feed in the background, and lets a test wait for what it brings. */
import type { DockerClient, DockerEvent, FeedItem } from "../../src/ports/docker-client.ts";

type Labels = Readonly<Record<string, string | true>>;

export class EventRecorder {
  readonly items: FeedItem[] = [];
  readonly #stop = new AbortController();
  readonly #reading: Promise<void>;
  readonly #waiters = new Set<() => void>();
  readonly #byKind = new Map<string, DockerEvent[]>();
  #connections = 0;
  #ended = false;

  constructor(client: DockerClient, labels: Labels) {
    this.#reading = this.#read(client.events({ labels, signal: this.#stop.signal }));
    // Whoever waits or closes is told; a test that does neither must not fail twice.
    this.#reading.catch(() => undefined);
  }

  /** Resolves once the feed is connected. */
  static async open(client: DockerClient, labels: Labels): Promise<EventRecorder> {
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

  /** Resolves with the nth such event of the container, also one that came before. */
  async event(dockerId: string, action: DockerEvent["action"], nth = 1): Promise<DockerEvent> {
    return this.until(() => this.#byKind.get(`${dockerId} ${action}`)?.at(nth - 1));
  }

  async connections(count: number): Promise<void> {
    await this.until(() => this.#connections >= count || undefined);
  }

  /** Resolves with the first value that is found after an item. */
  async until<T>(found: () => T | undefined): Promise<T> {
    for (;;) {
      const value = found();
      if (value !== undefined) return value;
      if (this.#ended) throw new Error("the event feed ended");
      await new Promise<void>((resolve) => this.#waiters.add(resolve));
    }
  }

  /** Resolves when the feed has ended, as it must without an error. */
  async close(): Promise<void> {
    this.#stop.abort();
    await this.#reading;
  }

  async #read(feed: AsyncIterable<FeedItem>): Promise<void> {
    try {
      for await (const item of feed) this.#take(item);
    } finally {
      this.#ended = true;
      this.#wake();
    }
  }

  #take(item: FeedItem): void {
    this.items.push(item);
    if (item.type === "connected") this.#connections += 1;
    else {
      const kind = `${item.event.dockerId} ${item.event.action}`;
      this.#byKind.set(kind, [...(this.#byKind.get(kind) ?? []), item.event]);
    }
    this.#wake();
  }

  #wake(): void {
    for (const wake of this.#waiters) wake();
    this.#waiters.clear();
  }
}
