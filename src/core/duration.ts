/** Lengths of time as people of the ECS agent read them. */

const US_PER_MS = 1000;
const US_PER_SECOND = 1_000_000;
const SECONDS_PER_MINUTE = 60;
const SECONDS_PER_HOUR = 3600;

/**
 * Writes milliseconds in the form that Go prints, as time-out messages quote it: `2h0m0s`, `5m0s`, `30s`, `250ms`.
 * Fractions are kept to the microsecond. Source: engine-behaviour 7.1.
 */
export function formatGoDuration(ms: number): string {
  const total = Math.round(Math.abs(ms) * US_PER_MS);
  const sign = ms < 0 && total > 0 ? "-" : "";
  return sign + formatMicroseconds(total);
}

function formatMicroseconds(total: number): string {
  if (total === 0) return "0s";
  if (total < US_PER_MS) return `${total}µs`;
  if (total < US_PER_SECOND) return `${total / US_PER_MS}ms`;
  const seconds = Math.floor(total / US_PER_SECOND);
  const hours = Math.floor(seconds / SECONDS_PER_HOUR);
  const minutes = Math.floor((seconds % SECONDS_PER_HOUR) / SECONDS_PER_MINUTE);
  const rest = `${seconds % SECONDS_PER_MINUTE}${fraction(total % US_PER_SECOND)}s`;
  if (hours > 0) return `${hours}h${minutes}m${rest}`;
  return minutes > 0 ? `${minutes}m${rest}` : rest;
}

function fraction(microseconds: number): string {
  if (microseconds === 0) return "";
  return `.${String(microseconds).padStart(6, "0").replace(/0+$/, "")}`;
}
