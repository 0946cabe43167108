/** The steps to STOPPED that need no Docker call. */
import type { EpochMs } from "../brand.ts";
import { judgeDependencies } from "../dependencies.ts";
import type { NamedError } from "../errors.ts";
import type { Container, Task } from "../task.ts";
import { changeContainer } from "../task-copy.ts";
import { DEPENDENCY_EXIT_CODE } from "./decide.ts";
import { endedByLastRun, failContainer } from "./step-state.ts";

/**
 * Writes a container off that does not run. A create under way stays on record, so that the clean-up waits for what it
 * leaves; a pull under way is let go. Source: engine-modern 6.2, CORE-8, STOP-5.
 */
export function settleContainer(task: Task, container: Container, now: EpochMs): Container {
  const base = container.restart.pending ? endedByLastRun(container) : container;
  const failure = base.error === undefined ? inheritedFailure(task, base, now) : undefined;
  const blamed = failure === undefined ? base : withDependencyFailure(base, failure);
  return changeContainer(blamed, {
    knownStatus: "STOPPED",
    retry: undefined,
    inFlight: blamed.inFlight?.action === "create" ? blamed.inFlight : undefined,
  });
}

export function failForDependency(container: Container, error: NamedError): Container {
  return changeContainer(withDependencyFailure(container, error), {
    knownStatus: "STOPPED",
    retry: undefined,
    inFlight: undefined,
  });
}

function withDependencyFailure(container: Container, error: NamedError): Container {
  return changeContainer(failContainer(container, error), { exitCode: container.exitCode ?? DEPENDENCY_EXIT_CODE });
}

/**
 * A container that is stopped because what it depends on failed says so, although the stop of the task reached it
 * before its own turn came. Source: ORD-16.
 */
function inheritedFailure(task: Task, container: Container, now: EpochMs): NamedError | undefined {
  if (container.startedAt !== undefined || container.dockerId !== undefined) return undefined;
  const find = (name: string) => task.containers.find((each) => each.name === name);
  const failed = container.dependencies.some((edge) => find(edge.containerName)?.error !== undefined);
  return failed ? judgeDependencies(container, find, now).failure : undefined;
}
