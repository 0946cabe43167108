/**
 * What a registry's refusal means for the user, and whether asking again could help. Daemons pass on the registry's
 * text, so this one place reads texts; everybody else matches on names.
 * Source: engine-modern 7.1 (last paragraph), 12.5.
 */
import type { NamedError } from "../errors.ts";

export type PullFailureCause = "denied" | "missing" | "network" | "throttled" | "unknown";

const CAUSES: readonly (readonly [PullFailureCause, RegExp])[] = [
  ["throttled", /toomanyrequests|too many requests|rate limit|\b429\b/i],
  ["missing", /manifest unknown|name unknown|manifest for .* not found|not found|does not exist|no such image/i],
  ["denied", /unauthorized|denied|forbidden|no basic auth credentials|authentication required|\b401\b|\b403\b/i],
  [
    "network",
    /dial tcp|no such host|i\/o timeout|connection (?:refused|reset)|network is unreachable|no route to host|TLS handshake|request canceled|deadline exceeded|\bEOF\b/i,
  ],
];

const ADVICE: Readonly<Partial<Record<PullFailureCause, string>>> = {
  denied:
    "The task can't pull the image. Check that the role has the permissions to pull it and that the registry login is right. ",
  missing: "The task can't pull the image. Check whether the image exists. ",
  network: "The task can't pull the image. Check your network configuration. ",
};

export function pullFailureCause(message: string): PullFailureCause {
  // Docker Hub answers one text for both: "pull access denied …, repository does not exist or may require …".
  if (/pull access denied/i.test(message)) return "denied";
  return CAUSES.find(([, pattern]) => pattern.test(message))?.[0] ?? "unknown";
}

/** Does the registry's answer stand, so that the same question gets the same answer? */
export function isFinal(cause: PullFailureCause): boolean {
  return cause === "denied" || cause === "missing";
}

/** The error with a helping sentence in front, where the cause is known. Only the two names that the agent does it for. */
export function withAdvice(error: NamedError): NamedError {
  if (error.name !== "CannotPullContainerError" && error.name !== "CannotPullECRContainerError") return error;
  const advice = ADVICE[pullFailureCause(error.message)] ?? "";
  return error.message.startsWith(advice) ? error : { name: error.name, message: `${advice}${error.message}` };
}
