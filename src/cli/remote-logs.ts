/** What becomes of logs that the definition sends away: they are read here. Said once a task. */
import type { ContainerDefinition } from "../core/definition/types.ts";
import type { Task } from "../core/task.ts";
import { count } from "./units.ts";

/** Drivers whose output stays on the host, where it can be read back. */
const LOCAL_DRIVERS = new Set(["json-file", "local", "none"]);

export function remoteLogNotes(task: Task): readonly string[] {
  const remote = task.definition.containerDefinitions.filter(
    ({ logConfiguration }) => logConfiguration !== undefined && !LOCAL_DRIVERS.has(logConfiguration.logDriver),
  );
  if (remote.length === 0) return [];
  const places = remote.map((container) => `${container.name} (${placeOf(container, task)})`).join(", ");
  return [`Logs of ${count(remote.length, "container")} are captured and shown here, and are not sent away: ${places}`];
}

/** `awslogs group /ecs/web, stream ecs/web/0123…`. Source: interfaces, log driver awslogs: prefix/container/task id. */
function placeOf(container: ContainerDefinition, task: Task): string {
  const { logDriver = "", options = {} } = container.logConfiguration ?? {};
  if (logDriver !== "awslogs") return logDriver;
  const group = options["awslogs-group"] ?? "unnamed";
  const prefix = options["awslogs-stream-prefix"];
  const stream = prefix === undefined ? "the container id" : `${prefix}/${container.name}/${task.id}`;
  return `awslogs group ${group}, stream ${stream}`;
}
