/** Which images containers in Docker were made of, whoever made them and whether they run or not. */
import type { DockerClient } from "../ports/docker-client.ts";

/** Image id to the name of one of its containers. */
export type ImagesInUse = ReadonlyMap<string, string>;

/** @throws {EngineError} CannotListContainersError */
export async function containersByImage(docker: DockerClient, signal?: AbortSignal): Promise<ImagesInUse> {
  const containers = await docker.listContainers({ all: true, labels: {} }, signal === undefined ? {} : { signal });
  return new Map(containers.map(({ imageId, dockerName }) => [imageId, dockerName]));
}
