/**
 * Whose container is it? Labels alone do not say: `docker commit` copies them into an image, and whatever is run from that
 * image has them too. So they count only when the container was given them, and not its image.
 */
import { CONTAINER_NAME_LABEL, TASK_ARN_LABEL } from "../core/labels.ts";
import type { Task } from "../core/task.ts";
import type { CallOptions, ContainerInspection, DockerClient } from "../ports/docker-client.ts";

type Labelled = Pick<ContainerInspection, "labels">;

/**
 * Was it made for this task? An ARN is given once, so no image had it before the task's first container was there. When
 * the image is gone nobody knows, and the answer is no.
 * @throws {EngineError} when Docker cannot be asked
 */
export async function isMadeFor(
  client: Pick<DockerClient, "inspectImage">,
  taskArn: string,
  { labels, imageId }: Pick<ContainerInspection, "labels" | "imageId">,
  options: CallOptions = {},
): Promise<boolean> {
  if (labels[TASK_ARN_LABEL] !== taskArn) return false;
  const image = await client.inspectImage(imageId, options);
  return image !== undefined && image.labels[TASK_ARN_LABEL] !== taskArn;
}

/** Does it bear the labels of this container of the task? Enough for one whose id is known. */
export function isLabelledFor(task: Pick<Task, "arn">, containerName: string, { labels }: Labelled): boolean {
  return labels[TASK_ARN_LABEL] === task.arn && labels[CONTAINER_NAME_LABEL] === containerName;
}
