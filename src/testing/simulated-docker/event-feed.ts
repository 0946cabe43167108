/** The event stream as a client sees it: reconnects with `since`, and suffers the faults of events. */
import { asDockerId, asEpochMs } from "../../core/brand.ts";
import type { DockerEvent, FeedItem } from "../../ports/docker-client.ts";
import { AsyncQueue } from "./async-queue.ts";
import type { Connection } from "./connection.ts";
import { EventDelivery } from "./event-delivery.ts";
import { type LabelFilter, matchesLabels, type SimulatedEvent } from "./event-log.ts";
import { itemsUntilReset } from "./streams.ts";

/** Between the end of a stream and the next try, as in the real client's first step of back-off. */
const RECONNECT_AFTER_MS = 10;

type FeedRequest = { readonly labels: LabelFilter; readonly signal: AbortSignal };

export function openFeed(connection: Connection, request: FeedRequest): AsyncIterable<FeedItem> {
  const feed = new EventFeed(connection, request);
  return feed.queue;
}

class EventFeed {
  readonly queue: AsyncQueue<FeedItem>;
  readonly #connection: Connection;
  readonly #labels: LabelFilter;
  readonly #delivery: EventDelivery;
  #unsubscribe: (() => void) | undefined;
  #cancelRetry: () => void = () => undefined;
  readonly #stopListening: () => void;
  #lastSequence: number | undefined;
  #itemsUntilReset = Number.POSITIVE_INFINITY;
  #isOver = false;

  constructor(connection: Connection, { labels, signal }: FeedRequest) {
    this.#connection = connection;
    this.#labels = labels;
    this.#delivery = new EventDelivery(connection.exchange, (event) => this.#push(event));
    const close = (): void => this.#close();
    this.queue = new AsyncQueue(close);
    const stopBroken = connection.onBroken(() => this.#disconnect());
    const stopRepaired = connection.onRepaired(() => this.#retryLater());
    this.#stopListening = () => {
      stopBroken();
      stopRepaired();
      signal.removeEventListener("abort", close);
    };
    signal.addEventListener("abort", close, { once: true });
    if (signal.aborted) close();
    else this.#connect();
  }

  #connect(): void {
    const { state, faults } = this.#connection.exchange;
    if (this.#isOver || this.#unsubscribe !== undefined || !this.#connection.isOpen) return;
    this.#itemsUntilReset = itemsUntilReset(faults.drawCall("events", ""));
    this.queue.push({ type: "connected" });
    const missed = this.#lastSequence === undefined ? [] : state.events.after(this.#lastSequence);
    this.#lastSequence ??= state.events.newest;
    this.#unsubscribe = state.events.subscribe((event) => this.#receive(event));
    for (const event of missed) this.#receive(event);
    if (this.#itemsUntilReset === 0) this.#reset();
  }

  #reset(): void {
    this.#disconnect();
    this.#retryLater();
  }

  #disconnect(): void {
    this.#unsubscribe?.();
    this.#unsubscribe = undefined;
    this.#delivery.reset();
  }

  #retryLater(): void {
    if (this.#isOver) return;
    this.#cancelRetry();
    this.#cancelRetry = this.#after(RECONNECT_AFTER_MS, () => this.#connect());
  }

  #receive(event: SimulatedEvent): void {
    if (event.type !== "container" || !isHeard(event.action) || !matchesLabels(event.attributes, this.#labels)) return;
    if (this.#unsubscribe === undefined) return;
    this.#lastSequence = event.sequence;
    this.#delivery.accept(event);
    this.#itemsUntilReset--;
    if (this.#itemsUntilReset === 0) this.#reset();
  }

  #push(event: SimulatedEvent): void {
    const translated = toDockerEvent(event);
    if (translated !== undefined && !this.#isOver) this.queue.push({ type: "event", event: translated });
  }

  #after(ms: number, action: () => void): () => void {
    const { clock } = this.#connection.exchange.state;
    return clock.schedule(asEpochMs(clock.now() + ms), action);
  }

  #close(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#disconnect();
    this.#cancelRetry();
    this.#stopListening();
    this.queue.end();
  }
}

const HEARD: Readonly<Record<DockerEvent["action"], true>> = {
  create: true,
  start: true,
  restart: true,
  stop: true,
  die: true,
  oom: true,
  destroy: true,
  "health_status: healthy": true,
  "health_status: unhealthy": true,
};

function isHeard(action: string): action is DockerEvent["action"] {
  return Object.hasOwn(HEARD, action);
}

function toDockerEvent({ action, id, attributes, exitCode, at }: SimulatedEvent): DockerEvent | undefined {
  if (!isHeard(action)) return undefined;
  return { action, dockerId: asDockerId(id), attributes, at, ...(exitCode === undefined ? {} : { exitCode }) };
}
