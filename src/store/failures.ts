/** The one name that failures of the store have. */
import { EngineError } from "../core/errors.ts";

/** @param indeterminate could the rows have been stored all the same? */
export function storeError(message: string, cause?: unknown, indeterminate = false): EngineError {
  return new EngineError("StateStoreError", message, { indeterminate, ...(cause === undefined ? {} : { cause }) });
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** The code of a system error, e.g. `ENOENT`. */
export function codeOf(error: unknown): string | undefined {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : undefined;
}

/** The data file cannot be trusted. Internal: whoever opens the store decides what becomes of it. */
export class DamagedFile extends Error {
  override readonly name = "DamagedFile";
}
