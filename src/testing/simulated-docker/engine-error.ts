/** Failed calls in the engine's words, as the real client gives them. */
import { formatGoDuration } from "../../core/duration.ts";
import { EngineError } from "../../core/errors.ts";
import { CallTimeout, ClientClosed, ConnectionLost, StreamError } from "./call-failure.ts";
import { type DockerOperation, OPERATIONS, type OperationFacts } from "./operations.ts";
import { DockerRefusal } from "./refusal.ts";

/** Errors of our own scripts and the caller's abort reason pass as they are. */
export function toSimulatedEngineError(operation: DockerOperation, endpoint: string, cause: unknown): unknown {
  const facts = OPERATIONS[operation];
  const { errorName, word, doing } = facts;
  const lost = { retryable: true, indeterminate: true, cause };
  if (cause instanceof CallTimeout) {
    const waited = formatGoDuration(cause.timeoutMs);
    return new EngineError(
      "DockerTimeoutError",
      `Could not transition to ${cause.word ?? word}; timed out after waiting ${waited}`,
      lost,
    );
  }
  if (cause instanceof ConnectionLost) {
    const action = cause.sent ? "read the answer of" : "reach";
    const message = `Cannot ${action} the Docker daemon at ${endpoint}: ${cause.message}`;
    return new EngineError(errorName, message, { ...lost, indeterminate: cause.sent });
  }
  if (cause instanceof StreamError) {
    if (!cause.silent) return new EngineError(errorName, cause.message, { retryable: true });
    return new EngineError(errorName, `inactivity time exceeded timeout while ${doing}`, lost);
  }
  if (cause instanceof ClientClosed) {
    return new EngineError(errorName, `Cannot finish ${doing}: the Docker client was closed`, { indeterminate: true });
  }
  return cause instanceof DockerRefusal ? fromRefusal(facts, cause) : cause;
}

function fromRefusal(
  { errorName, notFoundName = errorName, retry }: OperationFacts,
  cause: DockerRefusal,
): EngineError {
  const { status, message } = cause;
  const busy = status === 429 || (status >= 502 && status <= 504);
  const retryable = status === 409 ? retry === "conflict" : busy || (status >= 500 && retry !== "busy");
  return new EngineError(status === 404 ? notFoundName : errorName, message, {
    status,
    retryable,
    // The daemon lost its own runtime on the way: nobody knows what became of the work.
    indeterminate: status >= 500 && /\bEOF(: unknown)?$/.test(message),
    cause,
  });
}
