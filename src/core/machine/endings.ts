/** How a container comes to its end. */
import type { NamedError } from "../errors.ts";
import type { Container } from "../task.ts";
import type { Changeable } from "../task-copy.ts";

/** The reason belongs to what ended the container and is set once. Source: REASON-3, W-27. */
export function blame(container: Changeable<Container>, error: NamedError): void {
  container.error ??= error;
}

/** Sends one container to STOPPED because of a failure; nothing is known to run. */
export function failContainer(container: Changeable<Container>, error: NamedError): void {
  blame(container, error);
  container.desiredStatus = "STOPPED";
}

/** A container whose end has been seen, or that is confirmed gone: nothing is owed to it any more. */
export function endContainer(container: Changeable<Container>): void {
  container.knownStatus = "STOPPED";
  container.stopOwed = false;
  container.startRequestedAt = undefined;
  container.retry = undefined;
  if (container.restart.pending) container.restart = { ...container.restart, pending: false };
}

/** Ends the container as its last recorded run left it. */
export function endByLastRun(container: Changeable<Container>): void {
  endContainer(container);
  const run = container.restart.endedRun;
  container.exitCode = run?.exitCode ?? container.exitCode;
  container.finishedAt = run?.finishedAt ?? container.finishedAt;
}
