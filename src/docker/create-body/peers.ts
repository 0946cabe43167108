/** Other containers of the task, as Docker knows them. */
import { EngineError } from "../../core/errors.ts";
import { type Container, findContainer, type Task } from "../../core/task.ts";

/**
 * A container of the task that is there already.
 * @param purpose what needs it, for the message: `link`, `volumesFrom`, ...
 * @throws {EngineError} HostConfigError when it is not in the task, or was not created
 */
export function requireCreated(
  task: Task,
  name: string,
  purpose: string,
): Container & Required<Pick<Container, "dockerId">> {
  const found = findContainer(task, name);
  if (found?.dockerId === undefined) {
    throw new EngineError("HostConfigError", `could not find container for ${purpose}: ${name}`);
  }
  return { ...found, dockerId: found.dockerId };
}

/** The container whose network all others share (awsvpc). */
export function networkOwner(task: Task): Container | undefined {
  return task.containers.find(({ type }) => type === "CNI_PAUSE");
}

/** The container whose pid or ipc namespace all others share; the network pause serves both. Source: engine-modern 22. */
export function namespaceOwner(task: Task): Container | undefined {
  return task.containers.find(({ type }) => type === "NAMESPACE_PAUSE") ?? networkOwner(task);
}
