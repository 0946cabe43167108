/**
 * What a task's row may name as its own on the host. Rows come from a disk, or from another program (`restoreFromJSON`): what
 * they name is removed, and processes in it are killed, so that only what the task would be given today counts as its own.
 */
import { EngineError } from "../errors.ts";
import type { Task } from "../task.ts";

/** A row names something that is not its task's: it is left alone, whatever was to happen to it. */
export class NotOwnError extends EngineError {
  constructor(what: string) {
    super("TaskStateError", `${what} is not this task's own`);
  }
}

/** A task's id as the name of a directory: the last part of its ARN. @throws {NotOwnError} */
export function directoryNameOf({ id, arn }: Pick<Task, "id" | "arn">): string {
  if (/^[\w-]+$/.test(id) && arn.endsWith(`/${id}`)) return id;
  throw new NotOwnError(`Id ${JSON.stringify(id)}`);
}

/** @throws {NotOwnError} */
export function requireOwn(kind: string, named: string, own: string): void {
  if (named !== own) throw new NotOwnError(`${kind} ${named}`);
}
