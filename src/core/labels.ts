/** Labels by which the engine knows its own objects in Docker. Source: interfaces 1.4, engine-behaviour 7.9. */
import type { Container, Task } from "./task.ts";

/** Which engine made it; others leave it alone. */
export const ENGINE_ID_LABEL = "berth.engine-id";
export const TASK_ARN_LABEL = "com.amazonaws.ecs.task-arn";
export const CONTAINER_NAME_LABEL = "com.amazonaws.ecs.container-name";
export const FAMILY_LABEL = "com.amazonaws.ecs.task-definition-family";
export const REVISION_LABEL = "com.amazonaws.ecs.task-definition-version";
/** Which digest the container was made of, where one is known: an engine that died before it saved it reads it here. */
export const IMAGE_DIGEST_LABEL = "berth.image-digest";

/** On every object that lives and dies with a task. */
export function taskLabels(task: Task, engineId: string): Readonly<Record<string, string>> {
  return { [TASK_ARN_LABEL]: task.arn, [ENGINE_ID_LABEL]: engineId };
}

/** On every container, over the user's labels of the same name. */
export function containerLabels(task: Task, container: Container, engineId: string): Readonly<Record<string, string>> {
  const labels: Record<string, string> = {
    "com.amazonaws.ecs.cluster": task.cluster,
    [CONTAINER_NAME_LABEL]: container.name,
    [FAMILY_LABEL]: task.family,
    [REVISION_LABEL]: String(task.revision),
    [TASK_ARN_LABEL]: task.arn,
    [ENGINE_ID_LABEL]: engineId,
  };
  if (container.imageDigest !== undefined) labels[IMAGE_DIGEST_LABEL] = container.imageDigest;
  return labels;
}
