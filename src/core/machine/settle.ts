/** The steps to STOPPED that need no Docker call. */
import type { EpochMs } from "../brand.ts";
import { judgeDependencies } from "../dependencies.ts";
import type { NamedError } from "../errors.ts";
import { type Container, findContainer, type Task } from "../task.ts";
import type { Changeable } from "../task-copy.ts";
import { DEPENDENCY_EXIT_CODE } from "./decide.ts";
import { endByLastRun, failContainer } from "./endings.ts";

/**
 * Writes a container off that does not run. A create under way stays on record, so that the clean-up waits for what it
 * leaves; a pull under way is let go. Source: engine-modern 6.2, CORE-8, STOP-5.
 */
export function settleContainer(task: Task, container: Changeable<Container>, now: EpochMs): void {
  if (container.restart.pending) endByLastRun(container);
  const failure = container.error === undefined ? inheritedFailure(task, container, now) : undefined;
  if (failure !== undefined) takeDependencyFailure(container, failure);
  container.knownStatus = "STOPPED";
  container.retry = undefined;
  if (container.inFlight?.action !== "create") container.inFlight = undefined;
}

export function failForDependency(container: Changeable<Container>, error: NamedError): void {
  takeDependencyFailure(container, error);
  container.knownStatus = "STOPPED";
  container.retry = undefined;
  container.inFlight = undefined;
}

function takeDependencyFailure(container: Changeable<Container>, error: NamedError): void {
  failContainer(container, error);
  container.exitCode ??= DEPENDENCY_EXIT_CODE;
}

/**
 * A container that is stopped because what it depends on failed says so, although the stop of the task reached it
 * before its own turn came. Source: ORD-16.
 */
function inheritedFailure(task: Task, container: Container, now: EpochMs): NamedError | undefined {
  if (container.startedAt !== undefined || container.dockerId !== undefined) return undefined;
  const find = (name: string) => findContainer(task, name);
  const failed = container.dependencies.some((edge) => find(edge.containerName)?.error !== undefined);
  return failed ? judgeDependencies(container, find, now).failure : undefined;
}
