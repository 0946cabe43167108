/** Whether a container runs one digest, or whatever its tag means. Source: task definition parameter `versionConsistency`. */
import { CONTAINER_DEFAULTS } from "../definition/defaults.ts";
import { definitionOf } from "../host-ports.ts";
import type { Container, Task } from "../task.ts";

/**
 * Is the digest settled before the pull, and pulled? Else the image is pulled by its tag, without asking the registry what
 * the tag means; under pull behaviours that ask for it each time, each container of the task may get another image.
 */
export function isHeldToDigest(task: Task, container: Container): boolean {
  const { versionConsistency = CONTAINER_DEFAULTS.versionConsistency.value } = definitionOf(task, container) ?? {};
  return versionConsistency === "enabled";
}
