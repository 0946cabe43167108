/**
 * The image manager by itself: who uses which image, what a clean-up would delete and in which order. Deletes nothing:
 * `npm run example -- clean-up-images [IMAGE]`
 */
import { homedir } from "node:os";
import {
  createDockerClient,
  ImageManager,
  ImagePullDeleteLock,
  type ImageState,
  imageStatesForDeletion,
  MemoryStateStore,
  resolveEndpoint,
  systemClock,
  systemRandom,
} from "berth";

const [image = "busybox:latest"] = process.argv.slice(2);
const docker = createDockerClient(resolveEndpoint(process.env, homedir()));
const images = new ImageManager({ docker, clock: systemClock, random: systemRandom });
const store = new MemoryStateStore();
images.setSaver(store);

const use = { taskArn: "arn:aws:ecs:us-east-1:000000000000:task/default/one", containerName: "web", image };
const { imageId } = await images.recordContainerReference(use);
console.log(`in use: ${images.getImageStateFromImageName(image)?.references.size} reference`);
await images.removeContainerReferenceFromImageState({ ...use, imageId });
console.log(`afterwards: ${images.getImageStateFromImageName(image)?.references.size} references`);
const saved = (await store.load()).images;
console.log(`saved: ${saved.length} row`);

// References are not saved: after a restart the engine records them again, from its tasks.
const restarted = new ImageManager({ docker, clock: systemClock, random: systemRandom });
restarted.addAllImageStates(saved);
console.log(`after a restart: ${restarted.imageStates().length} image known`);
const end = new AbortController();
restarted.startImageCleanupProcess(end.signal); // every 30 minutes, until the signal fires
end.abort();

// Which go first is a pure function: the one that was used longest ago.
const now = systemClock.now();
const hours = (count: number) => (now - count * 3_600_000) as ImageState["pulledAt"];
const pulled = { sizeBytes: 1, pulledAt: hours(9), pullSucceeded: true, references: new Set<string>() };
const states: readonly ImageState[] = [
  { ...pulled, imageId: "sha256:1", names: ["used/lately:1"], lastUsedAt: hours(2) },
  { ...pulled, imageId: "sha256:2", names: ["used/long-ago:1"], lastUsedAt: hours(8) },
  { ...pulled, imageId: "sha256:3", names: ["in/use:1"], lastUsedAt: hours(9), references: new Set(["task/web"]) },
];
const rules = { now, minimumAgeMs: 3_600_000, excluded: [], isBusy: () => false };
console.log(`would go: ${imageStatesForDeletion(states, rules).flatMap(({ names }) => names)}`);

// One image is not pulled and deleted at a time; another one does not wait for it.
const lock = new ImagePullDeleteLock();
const pull = lock.use("a:1", async () => await lock.delete(["b:1"], async () => "b deleted meanwhile"));
console.log(`while a is pulled: ${await lock.delete(["a:1"], async () => "a deleted")}, ${await pull}`);
docker.close();
