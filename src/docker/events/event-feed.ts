/**
 * The endless feed of container events over connections that do end. Source: engine-behaviour 7.7 (TS note),
 * W-40 to W-43, engine-modern 9.
 *
 * INVARIANTS
 * - `connected` comes before the events of its connection, and only once the daemon has us among its subscribers.
 * - The daemon's stream is read at once, whatever the reader does: Docker drops events of subscribers that are slow.
 * - An event is yielded once.
 */
import type { FeedItem } from "../../ports/docker-client.ts";
import type { Log } from "../../ports/log.ts";
import type { Api, Call } from "../api/api.ts";
import { DockerCallError } from "../api/failure.ts";
import { OPERATIONS } from "../api/operations.ts";
import { readLines } from "../api/read-body.ts";
import type { Scope } from "../api/scope.ts";
import { filtersOf } from "../filters.ts";
import { compareTimestamps, type Timestamp, toSince } from "../parse/timestamp.ts";
import { createFeedBuffer, type FeedBuffer } from "./feed-buffer.ts";
import { EVENT_FILTERS, parseEvent } from "./parse-event.ts";
import { createRecentKeys, type RecentKeys } from "./recent-keys.ts";

/** Events that wait for the reader. */
export const MAX_BUFFERED_ITEMS = 16_384;
/** The daemon itself keeps 256 events to send again. */
const REMEMBERED_EVENTS = 1024;
const FIRST_WAIT_MS = 10;
const MAX_WAIT_MS = 1000;
/** How often the daemon is asked whether it lives. A daemon that is stopped leaves its connections open. */
export const WATCH_INTERVAL_MS = 10_000;

const NANOS_PER_MS = 1_000_000;
const PING: Call = { method: "GET", path: "/_ping", repeatable: true, unversioned: true };

type FeedRequest = { readonly labels: Readonly<Record<string, string | true>>; readonly signal: AbortSignal };
type Feed = {
  readonly api: Api;
  readonly log: Log;
  readonly filters: string | undefined;
  readonly buffer: FeedBuffer;
  readonly seen: RecentKeys;
  readonly signal: AbortSignal;
  since: Timestamp | undefined;
};

export async function* readFeed(api: Api, log: Log, request: FeedRequest): AsyncGenerator<FeedItem> {
  const scope = api.scope(request.signal);
  const buffer = createFeedBuffer(MAX_BUFFERED_ITEMS, (dropped) => {
    log.warn("Events were dropped because their reader is slow", { dropped });
  });
  const filters = filtersOf(request.labels, EVENT_FILTERS);
  const seen = createRecentKeys(REMEMBERED_EVENTS);
  const pumping = pump({ api, log, filters, buffer, seen, signal: scope.signal, since: undefined });
  // Its failure would be a bug of ours; it is thrown below, when the reader comes back.
  pumping.catch(() => undefined);
  try {
    for (let item = await buffer.take(); item && !scope.aborted; item = await buffer.take()) yield item;
  } finally {
    scope.cancel({ type: "closed" });
    scope.end();
    await pumping;
  }
  if (!request.signal.aborted) throw api.errorFor(scope.reason, OPERATIONS.openEvents);
}

async function pump(feed: Feed): Promise<void> {
  const { api, signal } = feed;
  let waitMs = FIRST_WAIT_MS;
  try {
    while (!signal.aborted) {
      const openedMs = api.clock.elapsedMs;
      await readConnection(feed);
      // Whoever answers next may be another release of Docker.
      api.forgetVersion();
      waitMs = api.clock.elapsedMs - openedMs >= MAX_WAIT_MS ? FIRST_WAIT_MS : Math.min(waitMs * 2, MAX_WAIT_MS);
      await pause(api, waitMs, signal);
    }
  } finally {
    feed.buffer.end();
  }
}

/** Reads one connection to its end, whatever that is. */
async function readConnection(feed: Feed): Promise<void> {
  const scope = feed.api.scope(feed.signal);
  let connected = false;
  try {
    const lines = await subscribe(feed, scope);
    connected = true;
    feed.buffer.push({ type: "connected" });
    watch(feed, scope);
    for await (const line of lines) takeLine(feed, line);
    throw new DockerCallError({ type: "noAnswer", message: "the daemon ended the event stream" });
  } catch (error) {
    if (feed.signal.aborted) return;
    if (!(error instanceof DockerCallError)) throw error;
    report(feed, connected, error);
  } finally {
    scope.end();
  }
}

function report({ api, log }: Feed, connected: boolean, failure: DockerCallError): void {
  const fields = { error: api.errorFor(failure, OPERATIONS.openEvents) };
  if (connected) log.warn("The event stream broke, it is opened again", fields);
  else log.debug("The event stream cannot be opened, it is tried again", fields);
}

/**
 * The daemon sends the head of its answer shortly before it subscribes us. What happens in between is in its memory:
 * `since` asks for it, from the moment before we ask (or the last event that we know).
 */
async function subscribe(feed: Feed, scope: Scope): Promise<AsyncIterable<string>> {
  const { api, filters } = feed;
  const { limitMs, word } = OPERATIONS.openEvents;
  const opened = scope.limit(limitMs, { type: "timeout", word, limitMs });
  const now = api.clock.now();
  feed.since ??= { seconds: Math.floor(now / 1000), nanos: (now % 1000) * NANOS_PER_MS };
  const query = { filters, since: toSince(feed.since) };
  const { response } = await api.open({ method: "GET", path: "/events", query, repeatable: true }, scope);
  opened();
  return readLines(response, scope);
}

function takeLine(feed: Feed, line: string): void {
  const { event, time, key } = parseEvent(line);
  if (time && (!feed.since || compareTimestamps(time, feed.since) > 0)) feed.since = time;
  if (event && feed.seen.add(key)) feed.buffer.push({ type: "event", event });
}

/** Ends the connection when the daemon does not answer a ping any more. */
function watch({ api }: Feed, scope: Scope): void {
  const ask = async () => {
    try {
      await api.status(PING, OPERATIONS.ping, { signal: scope.signal });
      scope.after(WATCH_INTERVAL_MS, () => void ask());
    } catch {
      // Nothing is lost: the connection ends with this failure, and it is logged there.
      scope.cancel({ type: "inactive", limitMs: WATCH_INTERVAL_MS });
    }
  };
  scope.after(WATCH_INTERVAL_MS, () => void ask());
}

async function pause(api: Api, ms: number, signal: AbortSignal): Promise<void> {
  const scope = api.scope(signal);
  await new Promise<void>((resolve) => {
    if (scope.aborted) resolve();
    scope.onAbort(resolve);
    scope.after(ms, resolve);
  });
  scope.end();
}
