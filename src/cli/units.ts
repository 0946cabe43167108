/** Lengths of time and sizes, as they are written by people and for people. */
import { InvalidInputError } from "../core/errors.ts";

const UNITS: Readonly<Record<string, number>> = { h: 3_600_000, m: 60_000, s: 1_000, ms: 1 };
const DURATION = /^(?:\d+(?:\.\d+)?(?:h|ms|m|s))+$/u;
const PART = /(\d+(?:\.\d+)?)(h|ms|m|s)/gu;
/** About 24.8 days: the longest time that a timer of Node takes. */
const MAX_DURATION_MS = 2_147_483_647;

/**
 * Milliseconds of `30`, `30s`, `2m`, `1h30m` or `500ms`; a bare number counts seconds.
 * @throws {InvalidInputError} when it is none of these, zero or too long
 */
export function parseDuration(option: string, text: string): number {
  const written = /^\d+(?:\.\d+)?$/u.test(text) ? `${text}s` : text;
  if (!DURATION.test(written)) {
    throw new InvalidInputError("", `Cannot read ${option} "${text}": write it as 30, 30s, 2m or 1h30m`);
  }
  let total = 0;
  for (const [, amount, unit] of written.matchAll(PART)) total += Number(amount) * (UNITS[unit ?? ""] ?? 0);
  if (total < 1) throw new InvalidInputError("", `Cannot use ${option} "${text}": it must be longer than zero`);
  if (total > MAX_DURATION_MS)
    throw new InvalidInputError("", `Cannot use ${option} "${text}": the longest is 24 days`);
  return Math.round(total);
}

/** `850 ms`, `3.2 s`, `2m 05s`, `1h 02m`. */
export function formatDuration(ms: number): string {
  if (ms < 1_000) return `${Math.max(0, Math.round(ms))} ms`;
  if (ms < 10_000) return `${(Math.floor(ms / 100) / 10).toFixed(1)} s`;
  const seconds = Math.floor(ms / 1_000);
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes}m ${pad(seconds % 60)}s`;
  return `${Math.floor(minutes / 60)}h ${pad(minutes % 60)}m`;
}

/** Whole seconds, for a clock that ticks: `3 s`, `2m 05s`. */
export function formatElapsed(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1_000));
  return seconds < 60 ? `${seconds} s` : formatDuration(seconds * 1_000);
}

/** Decimal units as registries and Docker count: `812 kB`, `12.3 MB`, `1.2 GB`. */
export function formatBytes(bytes: number): string {
  if (bytes < 1_000) return `${bytes} B`;
  if (bytes < 999_500) return `${Math.round(bytes / 1_000)} kB`;
  if (bytes < 999_950_000) return `${(bytes / 1_000_000).toFixed(1)} MB`;
  return `${(bytes / 1_000_000_000).toFixed(1)} GB`;
}

function pad(number: number): string {
  return String(number).padStart(2, "0");
}

/** `1 container`, `3 containers`. */
export function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}
