/** The one funnel from the daemon's failures to our errors. Source: engine-behaviour 7.1, appendix B; engine-modern 4.10. */
import { unreachable } from "../../core/assert.ts";
import { formatGoDuration } from "../../core/duration.ts";
import { EngineError } from "../../core/errors.ts";
import type { DockerFailure } from "./failure.ts";
import type { Operation, RetryRule } from "./operations.ts";

export type FailureContext = {
  readonly operation: Operation;
  readonly endpoint: string;
  /**
   * The request had been sent once before, on a socket that turned out dead: what the daemon says now may be the
   * echo of that first try.
   */
  readonly repeated: boolean;
  readonly cause?: unknown;
};

export function toEngineError(failure: DockerFailure, context: FailureContext): EngineError {
  const { operation, endpoint, repeated, cause } = context;
  const name = operation.errorName;
  switch (failure.type) {
    case "unreachable":
      return new EngineError(name, `Cannot reach the Docker daemon at ${endpoint}: ${failure.message}`, {
        retryable: !isForbidden(failure.code),
        indeterminate: repeated,
        cause,
      });
    case "stale":
    case "noAnswer":
      return new EngineError(
        name,
        `Cannot read the answer of the Docker daemon at ${endpoint}: ${failure.message}`,
        lost(cause),
      );
    case "refused":
      return fromRefusal(failure, context);
    case "streamError":
      return new EngineError(name, failure.message, {
        retryable: true,
        ...(failure.status === undefined ? {} : { status: failure.status }),
      });
    case "timeout":
      return new EngineError(
        "DockerTimeoutError",
        `Could not transition to ${failure.word}; timed out after waiting ${formatGoDuration(failure.limitMs)}`,
        lost(cause),
      );
    case "inactive":
      return new EngineError(name, `inactivity time exceeded timeout while ${operation.doing}`, lost(cause));
    case "malformed":
      return new EngineError(name, `Cannot read the answer of the Docker daemon at ${endpoint}: ${failure.message}`, {
        indeterminate: true,
        cause,
      });
    case "version":
      return new EngineError("CannotGetDockerClientVersionError", failure.message);
    case "closed":
      return new EngineError(name, `Cannot finish ${operation.doing}: the Docker client was closed`, {
        indeterminate: true,
      });
    default:
      return unreachable(failure);
  }
}

function lost(cause: unknown): { readonly retryable: true; readonly indeterminate: true; readonly cause: unknown } {
  return { retryable: true, indeterminate: true, cause };
}

function fromRefusal(failure: DockerFailure & { type: "refused" }, context: FailureContext): EngineError {
  const { operation, repeated } = context;
  const { status, message } = failure;
  const name = status === 404 ? (operation.notFoundName ?? operation.errorName) : operation.errorName;
  return new EngineError(name, message, {
    status,
    retryable: mayPass(status, operation.retry),
    indeterminate: (repeated && status === 409) || brokeInside(message, status),
  });
}

function mayPass(status: number, rule: RetryRule): boolean {
  if (status === 429 || (status >= 502 && status <= 504)) return true;
  if (status === 409) return rule === "conflict";
  return status >= 500 && rule !== "busy";
}

/**
 * The daemon lost its own runtime in the middle of the work, so nobody knows what became of it. The text is the only
 * sign (engine-modern 4.10: "a start error that ends in EOF").
 */
function brokeInside(message: string, status: number): boolean {
  return status >= 500 && /\bEOF(: unknown)?$/.test(message);
}

/** Waiting does not give us the right to use the socket. */
function isForbidden(code: string): boolean {
  return code === "EACCES" || code === "EPERM";
}
