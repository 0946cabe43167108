/** Logs, attach, stats and events: answers without an end of their own. */
import type { Writable } from "node:stream";
import { asEpochMs } from "../../../core/brand.ts";
import type { LogLine } from "../../../ports/docker-client.ts";
import type { SimulatedContainer } from "../container.ts";
import { nanoTimestamp } from "../container-log.ts";
import { EventDelivery } from "../event-delivery.ts";
import { matchesLabels, type SimulatedEvent } from "../event-log.ts";
import type { CallFault } from "../faults.ts";
import { statsJson } from "../json/stats-json.ts";
import { itemsUntilReset, sampleOf } from "../streams.ts";
import { type ApiRequest, labelFilter } from "./api-request.ts";
import { contentTypeFor, frameOf, takeOver } from "./plain-stream.ts";
import type { Route } from "./routes.ts";

const SAMPLE_INTERVAL_MS = 1_000;

export const streamRoutes: readonly Route[] = [
  ["GET", /^\/containers\/([^/]+)\/logs$/, logs],
  ["POST", /^\/containers\/([^/]+)\/attach$/, attach],
  ["GET", /^\/containers\/([^/]+)\/stats$/, stats],
  ["GET", /^\/events$/, events],
];

async function logs(request: ApiRequest): Promise<void> {
  const { connection, query, state, subject, signal } = request;
  const call = { operation: "logs", subject, timeoutMs: 0, signal } as const;
  const { container, fault } = await connection.perform(call, (context) => ({
    container: state.getContainer(subject),
    fault: context.fault,
  }));
  const tail = query.get("tail");
  const since = instantText(query.get("since"));
  const response = request.begin(contentType(container));
  const write = breaking(fault, response, lineWriter(request, container, response));
  const lines = container.log.read({ tail: tail === null || tail === "all" ? undefined : Number(tail) });
  for (const line of lines) if (since === undefined || line.timestamp >= since) write(line);
  if (request.flag("follow") && container.isRunning) follow(request, container, { write, end: () => response.end() });
  else response.end();
}

/** Hands items on until the fault breaks the connection, if it is one that does. */
function breaking<T>(fault: CallFault | undefined, response: Writable, write: (item: T) => void): (item: T) => void {
  let left = itemsUntilReset(fault);
  return (item) => {
    if (left-- <= 0) response.destroy();
    else write(item);
  };
}

/** `docker run` and `docker attach`: the connection becomes a plain stream of output. */
async function attach(request: ApiRequest): Promise<void> {
  const container = request.state.getContainer(request.subject);
  const socket = takeOver(request, contentType(container));
  const write = lineWriter(request, container, socket);
  if (request.flag("logs")) for (const line of container.log.read({})) write(line);
  follow(request, container, { write, end: () => socket.end() });
}

function follow(
  { connection, signal }: ApiRequest,
  container: SimulatedContainer,
  { write, end }: { readonly write: (line: LogLine) => void; readonly end: () => void },
): void {
  const stopFollowing = container.log.follow(write);
  const finish = (): void => {
    stopFollowing();
    stopListening();
    end();
  };
  const stopListening = connection.onBroken(finish);
  signal.addEventListener("abort", finish, { once: true });
  container.onExit(finish);
}

/** With a terminal the bytes as they are; without, frames of a stream number, a length and the bytes. */
function lineWriter(request: ApiRequest, container: SimulatedContainer, target: Writable): (line: LogLine) => void {
  const timestamps = request.flag("timestamps");
  const isRaw = container.body.Tty === true;
  return ({ stream, text, timestamp }) => {
    if (!request.flag(stream)) return;
    const payload = Buffer.from(`${timestamps ? `${timestamp} ` : ""}${text}${isRaw ? "\r\n" : "\n"}`);
    target.write(isRaw ? payload : frameOf(stream, payload));
  };
}

function contentType(container: SimulatedContainer): string {
  return contentTypeFor(container.body.Tty === true);
}

async function stats(request: ApiRequest): Promise<void> {
  const { connection, state, subject, signal } = request;
  const call = { operation: "stats", subject, timeoutMs: 0, signal } as const;
  const container = await connection.perform(call, () => state.getContainer(subject));
  const sample = (): string => `${JSON.stringify(statsJson(container, sampleOf(state, container)))}\n`;
  const response = request.begin("application/json");
  if (request.query.has("stream") && !request.flag("stream")) {
    response.end(sample());
    return;
  }
  while (!signal.aborted && connection.isOpen) {
    await connection.sleep(SAMPLE_INTERVAL_MS);
    if (!signal.aborted) response.write(sample());
  }
  response.destroy();
}

async function events(request: ApiRequest): Promise<void> {
  const { connection, query, signal, state } = request;
  const filters = request.filters();
  const call = { operation: "events", subject: "", timeoutMs: 0, signal } as const;
  const fault = await connection.perform(call, (context) => context.fault);
  const response = request.begin("application/json");
  const write = breaking(fault, response, (event: SimulatedEvent) => response.write(eventJson(event)));
  const delivery = new EventDelivery(connection.exchange, write);
  const accept = (event: SimulatedEvent): void => {
    if (isAskedFor(event, filters)) delivery.accept(event);
  };
  const since = parseInstant(query.get("since"));
  if (since !== undefined) state.events.since(since).forEach(accept);
  const until = parseInstant(query.get("until"));
  if (until !== undefined && until.at <= state.clock.now()) {
    response.end();
    return;
  }
  const unsubscribe = state.events.subscribe(accept);
  signal.addEventListener("abort", unsubscribe, { once: true });
}

function isAskedFor(event: SimulatedEvent, filters: Readonly<Record<string, readonly string[]>>): boolean {
  const { type, event: actions, container } = filters;
  return (
    (type === undefined || type.includes(event.type)) &&
    (actions === undefined ||
      actions.some((action) => event.action === action || event.action.startsWith(`${action}:`))) &&
    (container === undefined ||
      container.some((name) => event.id.startsWith(name) || event.attributes.name === name)) &&
    matchesLabels(event.attributes, labelFilter(filters))
  );
}

/** Written by hand at its end: JavaScript's numbers cannot hold nanoseconds. */
function eventJson({ type, action, id, attributes, at, subMs }: SimulatedEvent): string {
  const seconds = Math.floor(at / 1_000);
  const isContainer = type === "container" ? { status: action, id, from: attributes.image } : {};
  const event = {
    ...isContainer,
    Type: type,
    Action: action,
    Actor: { ID: id, Attributes: attributes },
    scope: "local",
  };
  const nanos = `${String(at % 1_000).padStart(3, "0")}${String(subMs).padStart(6, "0")}`;
  return `${JSON.stringify({ ...event, time: seconds }).slice(0, -1)},"timeNano":${seconds}${nanos}}\n`;
}

/** `SECONDS[.NANOS]`, or a date. */
function parseInstant(text: string | null): Pick<SimulatedEvent, "at" | "subMs"> | undefined {
  if (text === null || text === "" || text === "0") return undefined;
  const [, seconds, nanos = ""] = /^(\d+)(?:\.(\d{1,9}))?$/.exec(text) ?? [];
  const digits = nanos.padEnd(9, "0");
  const at = seconds === undefined ? Date.parse(text) : Number(seconds) * 1_000 + Number(digits.slice(0, 3));
  return { at: asEpochMs(at), subMs: Number(digits.slice(3)) };
}

function instantText(text: string | null): string | undefined {
  const instant = parseInstant(text);
  return instant === undefined ? undefined : nanoTimestamp(instant.at, instant.subMs);
}
