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

/** A file of the store cannot be trusted. Internal: whoever opens the store decides what becomes of it. */
export class DamagedFile extends Error {
  override readonly name = "DamagedFile";
  readonly file: string;

  constructor(file: string, message: string) {
    super(message);
    this.file = file;
  }
}

export function damageError(folder: string, { file, message }: DamagedFile): EngineError {
  return storeError(
    `Cannot use state in ${folder}: ${file} is damaged: ${message}; it is left as it is, move it away to begin anew`,
  );
}
