/** Structured log. Messages are fixed texts; what varies goes into the fields. Never a secret's value. */
export type LogFields = Readonly<Record<string, unknown>>;

/** Where an engine says what it does; nowhere unless given. */
export interface Log {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
  /** A log that adds these fields to each line. */
  child(fields: LogFields): Log;
}

/** A log that keeps nothing. */
export const silentLog: Log = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
  child: () => silentLog,
};
