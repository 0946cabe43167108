import type { Problem } from "../core/definition/problem.ts";

/** A definition that cannot be taken, with every reason. Exit code 2. */
export class InvalidDefinitionError extends Error {
  override readonly name = "InvalidDefinitionError";
  /** File name, or `standard input`. */
  readonly source: string;
  readonly problems: readonly Problem[];

  constructor(source: string, problems: readonly Problem[]) {
    super(`Cannot take ${source}: it is no valid task definition`);
    this.source = source;
    this.problems = problems;
  }
}
