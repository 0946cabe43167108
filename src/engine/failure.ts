/** The funnel from thrown errors to the plain failures that the machine folds in. */
import { EngineError, type EngineErrorName, type NamedError } from "../core/errors.ts";
import type { Failure } from "../core/machine/input.ts";

/** @param fallback name for errors that have none of ours */
export function toNamedError(error: unknown, fallback: EngineErrorName): NamedError {
  if (error instanceof EngineError) return error.toNamedError();
  return { name: fallback, message: error instanceof Error ? error.message : String(error) };
}

export function toFailure(error: unknown, fallback: EngineErrorName): Failure {
  const named = toNamedError(error, fallback);
  if (!(error instanceof EngineError)) return { error: named, indeterminate: false };
  const uncertain =
    error.indeterminate || error.name === "DockerTimeoutError" || error.name === "CannotInspectContainerError";
  return { error: named, indeterminate: uncertain, status: error.status };
}
