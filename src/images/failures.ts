/** Failures of manifests and pulls, told apart by whether asking again could help. */
import { EngineError, type EngineErrorName } from "../core/errors.ts";
import { isFinal, withAdvice } from "../core/images/pull-failure.ts";

const NEVER_RETRIED: ReadonlySet<EngineErrorName> = new Set([
  "CannotPullECRContainerError",
  "CannotPullContainerAuthError",
]);

/** The registry's answer stands: no login, no permission, no such image. Source: engine-modern 12.5, IMG-8. */
export function isFinalPullError(error: unknown): boolean {
  if (!(error instanceof EngineError)) return false;
  return NEVER_RETRIED.has(error.name) || isFinal(error.message);
}

/** Any failure as an expected one; what has no name of its own gets this one. */
export function asEngineError(error: unknown, name: EngineErrorName): EngineError {
  if (error instanceof EngineError) return error;
  return new EngineError(name, error instanceof Error ? error.message : String(error), { cause: error });
}

/** The failure with a helping sentence in front where its cause is known. Source: engine-modern 7.1. */
export function advised(error: EngineError): EngineError {
  const { name, message } = withAdvice(error);
  if (message === error.message) return error;
  const { retryable, indeterminate, status } = error;
  return new EngineError(name, message, {
    retryable,
    indeterminate,
    ...(status === undefined ? {} : { status }),
    cause: error,
  });
}
