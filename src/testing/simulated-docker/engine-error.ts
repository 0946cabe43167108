/** Failed calls in the engine's words, as the real client gives them. */
import { EngineError } from "../../core/errors.ts";
import { CallTimeout, ConnectionLost } from "./call-failure.ts";
import { type DockerOperation, OPERATIONS } from "./operations.ts";
import { DockerRefusal } from "./refusal.ts";

/** Errors of our own scripts and the caller's abort reason pass as they are. */
export function toSimulatedEngineError(operation: DockerOperation, failure: unknown): unknown {
  const { errorName, word } = OPERATIONS[operation];
  if (failure instanceof CallTimeout) {
    const message = `Could not transition to ${failure.word ?? word}; timed out after waiting ${formatDuration(failure.timeoutMs)}`;
    return new EngineError("DockerTimeoutError", message, { retryable: true, indeterminate: true, cause: failure });
  }
  if (failure instanceof ConnectionLost) {
    return new EngineError(errorName, failure.message, { retryable: true, indeterminate: failure.sent, cause: failure });
  }
  if (!(failure instanceof DockerRefusal)) return failure;
  const { status, message } = failure;
  const name = status === 404 && NO_SUCH_CONTAINER.has(operation) ? "NoSuchContainerError" : errorName;
  return new EngineError(name, message, { status, retryable: status >= 500, cause: failure });
}

const NO_SUCH_CONTAINER: ReadonlySet<DockerOperation> = new Set(["stopContainer", "killContainer", "logs", "stats"]);

/** `2h0m0s`, `5m0s`, `1.5s`, `200ms`: the form that users of the agent know. */
export function formatDuration(ms: number): string {
  if (ms < 1_000) return `${ms}ms`;
  const hours = Math.floor(ms / 3_600_000);
  const minutes = Math.floor((ms % 3_600_000) / 60_000);
  const seconds = (ms % 60_000) / 1_000;
  if (hours > 0) return `${hours}h${minutes}m${seconds}s`;
  return minutes > 0 ? `${minutes}m${seconds}s` : `${seconds}s`;
}
