/** The property of every parser: named errors and nothing else comes out, and nothing outside is changed. */

import { EngineError, InvalidInputError } from "../../src/core/errors.ts";
import { DockerCallError } from "../../src/docker/api/failure.ts";

type Named = abstract new (...values: never[]) => Error;

const INHERITED = [Object.prototype, Array.prototype, String.prototype, Function.prototype];
const BEFORE = INHERITED.map((prototype) => Reflect.ownKeys(prototype).length);

/** Fails when anything was added to what all objects inherit. */
export function assertUnpolluted(): void {
  for (const [index, prototype] of INHERITED.entries()) {
    if (Reflect.ownKeys(prototype).length !== BEFORE[index]) throw new Error("a prototype has been polluted");
  }
  if (Reflect.get({}, "polluted") !== undefined) throw new Error("a prototype has been polluted");
}

/** Calls the parser; errors of the named kinds are fine, any other goes on. @returns what it gave, if it did */
export function onlyNamed<Result>(named: readonly Named[], parse: () => Result): Result | undefined {
  try {
    return parse();
  } catch (error) {
    assertNamed(named, error);
    return undefined;
  } finally {
    assertUnpolluted();
  }
}

export async function onlyNamedAsync<Result>(
  named: readonly Named[],
  parse: () => Promise<Result>,
): Promise<Result | undefined> {
  try {
    return await parse();
  } catch (error) {
    assertNamed(named, error);
    return undefined;
  } finally {
    assertUnpolluted();
  }
}

function assertNamed(named: readonly Named[], error: unknown): void {
  if (!named.some((kind) => error instanceof kind)) throw error;
}

export const INVALID_INPUT: readonly Named[] = [InvalidInputError];
export const DOCKER: readonly Named[] = [DockerCallError, EngineError];
export const NONE: readonly Named[] = [];
