/** What can go wrong between us and the daemon, before it has one of our error names. */

export type DockerFailure =
  /** No connection was made: nothing was sent. `code` is the system's, such as ECONNREFUSED. */
  | { readonly type: "unreachable"; readonly code: string; readonly message: string }
  /** A pooled socket turned out dead before any byte of an answer: the daemon was very likely restarted. */
  | { readonly type: "stale"; readonly message: string }
  /** The request went out, the answer did not come or was cut. */
  | { readonly type: "noAnswer"; readonly message: string }
  /** The daemon said no. `message` is its own text. */
  | { readonly type: "refused"; readonly status: number; readonly message: string }
  /** An error record inside a 200 stream. */
  | { readonly type: "streamError"; readonly message: string; readonly status?: number }
  /** Our limit for the call passed. `word` is the transition that the message quotes. */
  | { readonly type: "timeout"; readonly word: string; readonly limitMs: number }
  /** A stream said nothing for too long. */
  | { readonly type: "inactive"; readonly limitMs: number }
  | { readonly type: "malformed"; readonly message: string }
  /** No API version that both sides know. */
  | { readonly type: "version"; readonly message: string }
  /** The client was closed while the call was under way. */
  | { readonly type: "closed" };

/** Carries a failure up to the funnel in `to-engine-error.ts`; never leaves this folder. */
export class DockerCallError extends Error {
  override readonly name = "DockerCallError";
  readonly failure: DockerFailure;
  /** The request had been sent before, on a socket that turned out dead. */
  readonly repeated: boolean;

  constructor(failure: DockerFailure, options: { readonly cause?: unknown; readonly repeated?: boolean } = {}) {
    super(failure.type, options.cause === undefined ? undefined : { cause: options.cause });
    this.failure = failure;
    this.repeated = options.repeated ?? false;
  }
}

export function malformed(message: string, cause?: unknown): DockerCallError {
  return new DockerCallError({ type: "malformed", message }, { cause });
}

export function isFailure(error: unknown, type: DockerFailure["type"]): error is DockerCallError {
  return error instanceof DockerCallError && error.failure.type === type;
}
