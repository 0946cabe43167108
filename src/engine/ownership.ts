/**
 * Whose container is it? Labels alone do not say: `docker commit` copies them into an image, and whatever is run from that
 * image has them too. So they count only when the container was given them, and not its image.
 */
import { TASK_ARN_LABEL } from "../core/labels.ts";
import type { CallOptions, ContainerInspection, DockerClient } from "../ports/docker-client.ts";

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
