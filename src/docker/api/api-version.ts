/** Versions of the Engine API: which one both sides know. Source: engine-behaviour 7.3, 7.7. */

/** The first with `platform` on create; Docker 20.10. */
export const OLDEST_API_VERSION = "1.41";
/** The newest whose changes are known to leave what the client uses alone. Newer daemons still answer to it. */
export const NEWEST_API_VERSION = "1.54";

/** Negative when `a` is older than `b`, zero when equal, positive when newer. */
export function compareApiVersions(a: string, b: string): number {
  const [majorA = 0, minorA = 0] = a.split(".").map(Number);
  const [majorB = 0, minorB = 0] = b.split(".").map(Number);
  return majorA - majorB || minorA - minorB;
}

/** The newest version that both sides know; `undefined` when there is none. */
export function chooseApiVersion(daemon: { readonly newest: string; readonly oldest: string }): string | undefined {
  // Comparisons with something that is no version are false, and end here.
  if (!(compareApiVersions(daemon.newest, OLDEST_API_VERSION) >= 0)) return undefined;
  const chosen = compareApiVersions(daemon.newest, NEWEST_API_VERSION) < 0 ? daemon.newest : NEWEST_API_VERSION;
  return compareApiVersions(chosen, daemon.oldest) >= 0 ? chosen : undefined;
}
