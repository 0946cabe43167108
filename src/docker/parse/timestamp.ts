/** Docker's timestamps: RFC 3339 with up to nine digits of a second, which a `Date` cannot hold. */
import { asEpochMs, type EpochMs } from "../../core/brand.ts";

export type Timestamp = {
  /** Whole seconds since 1970, rounded down. */
  readonly seconds: number;
  /** 0 to 999,999,999 */
  readonly nanos: number;
};

const FORM = /^(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2})(?:\.(\d{1,9}))?(Z|[+-]\d{2}:\d{2})$/;
const NANOS_PER_MS = 1_000_000;

/** `undefined` when the text is no timestamp. */
export function parseTimestamp(text: string): Timestamp | undefined {
  const [, whole, fraction = "", zone] = FORM.exec(text) ?? [];
  if (whole === undefined || zone === undefined) return undefined;
  const ms = Date.parse(whole + zone);
  return Number.isNaN(ms) ? undefined : { seconds: Math.floor(ms / 1000), nanos: Number(fraction.padEnd(9, "0")) };
}

/** Negative when `a` is earlier, zero when equal, positive when later. */
export function compareTimestamps(a: Timestamp, b: Timestamp): number {
  return a.seconds - b.seconds || a.nanos - b.nanos;
}

export function timestampToEpochMs({ seconds, nanos }: Timestamp): EpochMs {
  return asEpochMs(seconds * 1000 + Math.floor(nanos / NANOS_PER_MS));
}

/** The form of Docker's `since` parameters: `1700000000.000000001`. */
export function toSince({ seconds, nanos }: Timestamp): string {
  return `${seconds}.${String(nanos).padStart(9, "0")}`;
}

/** An instant that Docker reports; its zero time (year 1), an empty text and no text are none. */
export function parseInstant(text: string | null | undefined): EpochMs | undefined {
  if (!text || text.startsWith("0001-01-01")) return undefined;
  const timestamp = parseTimestamp(text);
  return timestamp && timestampToEpochMs(timestamp);
}
