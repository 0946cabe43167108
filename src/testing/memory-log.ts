/** A log that keeps its lines, for tests that look at what was logged. */
import type { Clock } from "../ports/clock.ts";
import type { Log, LogFields } from "../ports/log.ts";

export type LogLevel = "debug" | "info" | "warn" | "error";
export type LoggedLine = {
  readonly level: LogLevel;
  readonly message: string;
  readonly fields: LogFields;
  /** When the log has a clock. */
  readonly at?: number;
};

export type MemoryLogOptions = {
  readonly clock?: Clock;
  /** Oldest lines are dropped beyond it; 10,000 unless set. */
  readonly limit?: number;
};

const DEFAULT_LIMIT = 10_000;

/** Children write to the same lines. */
export class MemoryLog implements Log {
  readonly #options: MemoryLogOptions;
  readonly #fields: LogFields;
  readonly #lines: LoggedLine[];

  constructor(
    options: MemoryLogOptions = {},
    parent: { readonly fields: LogFields; readonly lines: LoggedLine[] } = { fields: {}, lines: [] },
  ) {
    this.#options = options;
    this.#fields = parent.fields;
    this.#lines = parent.lines;
  }

  get lines(): readonly LoggedLine[] {
    return this.#lines;
  }

  /** Messages of one level, or all. */
  messages(level?: LogLevel): readonly string[] {
    return this.#lines.filter((line) => level === undefined || line.level === level).map(({ message }) => message);
  }

  debug(message: string, fields?: LogFields): void {
    this.#write("debug", message, fields);
  }

  info(message: string, fields?: LogFields): void {
    this.#write("info", message, fields);
  }

  warn(message: string, fields?: LogFields): void {
    this.#write("warn", message, fields);
  }

  error(message: string, fields?: LogFields): void {
    this.#write("error", message, fields);
  }

  child(fields: LogFields): MemoryLog {
    return new MemoryLog(this.#options, { fields: { ...this.#fields, ...fields }, lines: this.#lines });
  }

  #write(level: LogLevel, message: string, fields: LogFields = {}): void {
    const { clock, limit = DEFAULT_LIMIT } = this.#options;
    const at = clock === undefined ? {} : { at: clock.now() };
    this.#lines.push({ level, message, fields: { ...this.#fields, ...fields }, ...at });
    if (this.#lines.length > limit) this.#lines.shift();
  }
}
