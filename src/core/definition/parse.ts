/** From anything to a task definition, or an error that lists every problem. */
import { unwrapDocument } from "./document.ts";
import type { Problem } from "./problem.ts";
import { isError } from "./problem.ts";
import type { TaskDefinition } from "./types.ts";
import { validateTaskDefinition } from "./validate.ts";

const SHOWN_MAX = 10;

/** Refused: `problems` holds every finding, errors first. */
export class InvalidTaskDefinitionError extends Error {
  override readonly name = "InvalidTaskDefinitionError";
  readonly problems: readonly Problem[];

  constructor(problems: readonly Problem[]) {
    super(`Cannot use task definition: ${summarise(problems.filter(isError))}`);
    this.problems = problems;
  }
}

function summarise(errors: readonly Problem[]): string {
  const lines = errors.slice(0, SHOWN_MAX).map(({ path, message }) => (path === "" ? message : `${path}: ${message}`));
  const more = errors.length - lines.length;
  return [...lines, ...(more > 0 ? [`and ${more} more`] : [])].join("; ");
}

/**
 * Reads a definition in any of the forms that `unwrapDocument` knows. Warnings are not shown here; `validateTaskDefinition`
 * gives them.
 * @throws {InvalidTaskDefinitionError} when it breaks a rule
 */
export function parseTaskDefinition(input: unknown): TaskDefinition {
  const document = unwrapDocument(input);
  const blocking = document.warnings.filter(isError);
  if (blocking.length > 0) throw new InvalidTaskDefinitionError(blocking);
  const validation = validateTaskDefinition(document.input);
  if (!validation.ok) throw new InvalidTaskDefinitionError(validation.problems);
  return validation.definition;
}
