/**
 * What a registry's refusal means for the user, and whether asking again could help. Daemons pass on the registry's
 * text, so this one place reads texts; everybody else matches on names.
 * Source: engine-modern 7.1 (last paragraph), 12.5.
 */
import type { NamedError } from "../errors.ts";

type Cause = {
  /** What the daemon, the registry or AWS says. */
  readonly pattern: RegExp;
  /** What to do about it. */
  readonly advice: string;
  /** The registry's answer stands: the same question gets the same answer. */
  readonly isFinal?: true;
};

/** In this order: the first that fits. A text that fits none stands for itself. */
const CAUSES = {
  reference: {
    pattern: /invalid reference format|invalid repository name|repository name must be lowercase|invalid tag/i,
    advice: "Check how the image is written: REGISTRY/REPOSITORY:TAG, the repository in lower case.",
    isFinal: true,
  },
  throttled: {
    pattern: /toomanyrequests|too many requests|rate limit|\b429\b/i,
    advice: "The registry lets nobody pull that often: wait, or log in to it.",
  },
  permission: {
    pattern: /not authorized to perform|AccessDeniedException/i,
    advice: "Check that the role has the permissions to pull it.",
    isFinal: true,
  },
  // Docker Hub answers one text for both: "pull access denied …, repository does not exist or may require …".
  absentOrPrivate: {
    pattern: /pull access denied/i,
    advice:
      "Check the name of the image; build it first when it is your own, and log in to its registry when it is private.",
    isFinal: true,
  },
  platform: {
    pattern: /no matching manifest for|no match for platform|image operating system .* cannot be used/i,
    advice: "The image exists, but not for this host's platform.",
    isFinal: true,
  },
  missing: {
    pattern: /manifest unknown|name unknown|manifest for .* not found|not found|does not exist|no such image/i,
    advice: "Check whether the image exists.",
    isFinal: true,
  },
  login: {
    pattern: /unauthorized|denied|forbidden|no basic auth credentials|authentication required|\b401\b|\b403\b/i,
    advice: "Check the login for its registry (docker login).",
    isFinal: true,
  },
  disk: { pattern: /no space left on device|disk quota exceeded/i, advice: "The disk of the Docker host is full." },
  certificate: {
    pattern: /x509|certificate|server gave HTTP response to HTTPS client/i,
    advice: "Check the registry's certificate, or name it in the daemon's insecure-registries when it has none.",
  },
  unknownHost: {
    pattern: /no such host|server misbehaving|Temporary failure in name resolution/i,
    advice: "Check the name of the registry, and your network configuration.",
  },
  network: {
    pattern:
      /dial tcp|i\/o timeout|connection (?:refused|reset)|network is unreachable|no route to host|TLS handshake|request canceled|deadline exceeded|\bEOF\b/i,
    advice: "Check your network configuration.",
  },
} as const satisfies Record<string, Cause>;

export type PullFailureCause = keyof typeof CAUSES | "unknown";

export function pullFailureCause(message: string): PullFailureCause {
  return entryFor(message)?.[0] ?? "unknown";
}

function entryFor(message: string): readonly [keyof typeof CAUSES, Cause] | undefined {
  const entries = Object.entries(CAUSES) as [keyof typeof CAUSES, Cause][];
  return entries.find(([, { pattern }]) => pattern.test(message));
}

/** Does the registry's answer stand, so that asking again is of no use? */
export function isFinal(message: string): boolean {
  return entryFor(message)?.[1].isFinal === true;
}

const BEGINNING = "The task can't pull the image. ";

/** The error with a helping sentence in front, where the cause is known. Only the two names that the agent does it for. */
export function withAdvice(error: NamedError): NamedError {
  if (error.name !== "CannotPullContainerError" && error.name !== "CannotPullECRContainerError") return error;
  const advice = error.message.startsWith(BEGINNING) ? undefined : entryFor(error.message)?.[1].advice;
  return advice === undefined ? error : { name: error.name, message: `${BEGINNING}${advice} ${error.message}` };
}
