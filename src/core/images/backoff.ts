/** Waiting times between tries: growing, bounded, and spread so that many do not come back at one instant. */
export type Backoff = {
  readonly tries: number;
  readonly firstMs: number;
  readonly maxMs: number;
  readonly factor: number;
  /** Up to this part of the wait is added: 0.2 is up to 20 %. */
  readonly jitter: number;
};

/** Source: engine-modern 33. */
export const PULL_BACKOFF: Backoff = { tries: 5, firstMs: 1_100, maxMs: 5_000, factor: 2, jitter: 0.2 };
export const MANIFEST_BACKOFF: Backoff = { tries: 9, firstMs: 10, maxMs: 5_000, factor: 3, jitter: 0.2 };
export const TAG_BACKOFF: Backoff = { tries: 5, firstMs: 100, maxMs: 100, factor: 1, jitter: 0 };

/** With an image at hand nobody should wait long for a registry that does not answer. */
export function quickTries(backoff: Backoff): Backoff {
  return { ...backoff, tries: Math.min(2, backoff.tries), firstMs: Math.min(500, backoff.firstMs) };
}

/**
 * How long to wait after this failed try, in ms; `undefined` when it was the last one.
 * @param attempt counts from 1
 * @param chance uniform in [0, 1)
 */
export function backoffMs(backoff: Backoff, attempt: number, chance: number): number | undefined {
  if (attempt >= backoff.tries) return undefined;
  const wait = Math.min(backoff.maxMs, backoff.firstMs * backoff.factor ** (attempt - 1));
  return Math.round(wait * (1 + backoff.jitter * chance));
}
