/**
 * Failures that take several lines to tell. In every other message a line break comes from outside, and must not begin a line
 * that looks like one of ours.
 */
import { EngineError, type EngineErrorName, InvalidInputError } from "../core/errors.ts";

export class InvalidInputLines extends InvalidInputError {
  readonly lines: readonly string[];

  constructor(lines: readonly string[]) {
    super("", lines.join("\n"));
    this.lines = lines;
  }
}

export class EngineErrorLines extends EngineError {
  readonly lines: readonly string[];

  constructor(name: EngineErrorName, lines: readonly string[]) {
    super(name, lines.join("\n"));
    this.lines = lines;
  }
}

/** The message, line by line. */
export function linesOf(error: Error): readonly string[] {
  return error instanceof InvalidInputLines || error instanceof EngineErrorLines ? error.lines : [error.message];
}
