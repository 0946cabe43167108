/** One line of `GET /events`. Source: engine-behaviour 7.7, DC-50 to DC-55. */
import { asDockerId, asEpochMs } from "../../core/brand.ts";
import type { DockerEvent } from "../../ports/docker-client.ts";
import { parseJson } from "../api/read-body.ts";
import { membersIn } from "../parse/body.ts";
import { type Timestamp, timestampToEpochMs } from "../parse/timestamp.ts";
import type { WireEvent } from "../wire.ts";
import { EVENT_SHAPE } from "../wire-shapes.ts";

/** What the daemon is asked to send; it matches `health_status` as a prefix. */
export const EVENT_FILTERS = {
  type: ["container"],
  event: ["create", "start", "restart", "stop", "die", "oom", "destroy", "health_status"],
} as const;

const ACTIONS: ReadonlySet<string> = new Set<DockerEvent["action"]>([
  "create",
  "start",
  "restart",
  "stop",
  "die",
  "oom",
  "destroy",
  "health_status: healthy",
  "health_status: unhealthy",
]);

/** Read as text, because a number of JavaScript cannot hold it. An attribute's value would be in quotes. */
const TIME_NANO = /"timeNano":(\d+)/;
const NANO_DIGITS = 9;
/** The last instant that a `Date` can hold. */
const MAX_SECONDS = 8_640_000_000_000;

export type ParsedEvent = {
  /** `undefined` when the event is none of ours. */
  readonly event?: DockerEvent;
  /** Where to go on after a cut. */
  readonly time?: Timestamp;
  /** The same for a repetition of the same event. */
  readonly key: string;
};

/** @throws {DockerCallError} malformed */
export function parseEvent(line: string): ParsedEvent {
  const wire: WireEvent = membersIn(parseJson(line), "an event", EVENT_SHAPE);
  const time = timeOf(wire, line);
  const id = wire.Actor?.ID ?? "";
  const key = `${time?.seconds}.${time?.nanos} ${id} ${wire.Action}`;
  const withTime = { key, ...(time === undefined ? {} : { time }) };
  if (wire.Type !== "container" || id === "" || !isAction(wire.Action)) return withTime;
  const attributes = wire.Actor?.Attributes ?? {};
  return {
    ...withTime,
    event: {
      action: wire.Action,
      dockerId: asDockerId(id),
      attributes,
      ...exitCodeOf(wire.Action, attributes),
      at: time ? timestampToEpochMs(time) : asEpochMs(0),
    },
  };
}

function isAction(action: string | undefined): action is DockerEvent["action"] {
  return action !== undefined && ACTIONS.has(action);
}

function exitCodeOf(action: string, attributes: Readonly<Record<string, string>>): { readonly exitCode?: number } {
  const text = attributes.exitCode;
  return action === "die" && text !== undefined && /^-?\d+$/.test(text) ? { exitCode: Number(text) } : {};
}

function timeOf(wire: WireEvent, line: string): Timestamp | undefined {
  const digits = TIME_NANO.exec(line)?.[1];
  const seconds = digits === undefined ? wire.time : Number(digits.slice(0, -NANO_DIGITS));
  // Where the feed goes on after a cut: a time that the daemon refuses there would keep it from ever going on.
  if (seconds === undefined || !Number.isInteger(seconds) || seconds < 0 || seconds > MAX_SECONDS) return undefined;
  return { seconds, nanos: digits === undefined ? 0 : Number(digits.slice(-NANO_DIGITS)) };
}
