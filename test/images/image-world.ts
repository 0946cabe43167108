/** An image manager over a simulated daemon, and containers that have used its images. */
import { ImageManager, type ImageManagerOptions } from "../../src/images/index.ts";
import { MemoryStateStore } from "../../src/store/index.ts";
import { SimulatedClock, SimulatedDocker } from "../../src/testing/index.ts";
import { SeededRandom } from "../../src/testing/seeded-random.ts";

export const HOUR_MS = 3_600_000;
export const MINUTE_MS = 60_000;

export type ImageWorld = ReturnType<typeof imageWorld>;

export function imageWorld(options: Partial<ImageManagerOptions> = {}) {
  const clock = new SimulatedClock();
  const docker = new SimulatedDocker({ clock, seed: 1 });
  const client = docker.client();
  const removals: string[] = [];
  docker.onCall(({ operation, subject }) => {
    if (operation === "removeImage") removals.push(subject);
  });
  const store = new MemoryStateStore();
  // Most of the images here are not pulled, only used.
  const cleanup = { removeNotPulled: true, ...options.cleanup };
  const manager = new ImageManager({ docker: client, clock, random: new SeededRandom(1), store, ...options, cleanup });
  const tags = async () => (await client.listImages()).flatMap((image) => image.tags).sort();
  return { clock, docker, client, manager, store, removals, tags };
}

/** A container has used the image, and is gone if so wished. */
export async function used({ manager }: ImageWorld, image: string, { gone = true, taskArn = "arn:task/a" } = {}) {
  const use = { taskArn, containerName: "web", image };
  const state = await manager.recordContainerReference(use);
  if (gone) await manager.removeContainerReferenceFromImageState({ ...use, imageId: state.imageId });
  return state;
}

/** First name, fate and reason of each image. */
export async function told({ manager }: ImageWorld) {
  return (await manager.explainCleanup()).map(({ names, type, reason }) => [names[0], type, reason]);
}
