/** A broken assumption of ours: never caught to carry on. */
export class AssertionError extends Error {
  override readonly name = "AssertionError";
}

/** States what must hold at this point of the code. @throws {AssertionError} when it does not */
export function assert(condition: unknown, message: string): asserts condition {
  if (!condition) throw new AssertionError(message);
}

/** Last branch of a `switch` over a union: the compiler proves that no case is missing. */
export function unreachable(value: never): never {
  throw new AssertionError(`Cannot happen: unexpected ${JSON.stringify(value)}`);
}
