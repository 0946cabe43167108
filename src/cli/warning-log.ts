/** What the engine logs, as far as the person at the terminal has to know: warnings and errors, one line each. */
import type { Log, LogFields } from "../ports/log.ts";

export function createWarningLog(onWarning: (text: string) => void): Log {
  const tell = (message: string, fields?: LogFields) => onWarning(describe(message, fields));
  const log: Log = {
    debug: () => undefined,
    info: () => undefined,
    warn: tell,
    error: tell,
    child: () => log,
  };
  return log;
}

function describe(message: string, fields: LogFields = {}): string {
  const { containerName, error } = fields;
  const who = typeof containerName === "string" ? ` (${containerName})` : "";
  return error === undefined ? `${message}${who}` : `${message}${who}: ${textOf(error)}`;
}

function textOf(error: unknown): string {
  if (error instanceof Error) return error.message;
  if (typeof error === "object" && error !== null && "message" in error) return String(error.message);
  return String(error);
}
