/**
 * The part of the clean-up that has to be switched on: containers and images that are not ours.
 * Source: engine-modern 13.4, with its two advices: a container that never ran is as old as its creation, and an image
 * as old as our first sight of it, not as its build.
 */
import type { CleanupVerdict } from "../core/images/cleanup-policy.ts";
import { explainUntracked, type UntrackedRules, untrackedForDeletion } from "../core/images/untracked-policy.ts";
import type { ContainerSummary, ImageSummary } from "../ports/docker-client.ts";
import type { ImageCleanupOptions, UntrackedOptions } from "./cleanup-options.ts";
import type { ImageLocks } from "./image-locks.ts";
import type { ImageRecords } from "./image-records.ts";
import { containersByImage, type ImagesInUse } from "./images-in-use.ts";
import type { ImagePorts } from "./types.ts";

const ENDED: ReadonlySet<ContainerSummary["state"]> = new Set(["exited", "dead", "created"]);

export class UntrackedCleanup {
  readonly #ports: ImagePorts;
  readonly #records: ImageRecords;
  readonly #locks: ImageLocks;
  readonly #options: ImageCleanupOptions;
  /** As many as there are images on the host. */
  #firstSeen = new Map<string, number>();

  constructor(
    ports: ImagePorts,
    parts: { readonly records: ImageRecords; readonly locks: ImageLocks },
    options: ImageCleanupOptions,
  ) {
    this.#ports = ports;
    this.#records = parts.records;
    this.#locks = parts.locks;
    this.#options = options;
  }

  /** Containers first, so that their images are free; nothing unless switched on. @returns the ids of the images that went */
  async run(quota: number, signal: AbortSignal): Promise<readonly string[]> {
    const { untracked } = this.#options;
    if (untracked === undefined || signal.aborted) return [];
    try {
      await this.#removeContainers(untracked, signal);
      return await this.#removeImages(untracked, quota, signal);
    } catch (error) {
      if (signal.aborted) return [];
      this.#ports.log.warn("Cannot look for untracked containers and images", { error: String(error) });
      return [];
    }
  }

  /** What a cycle would do with each of these images that no record is of. */
  explain(images: readonly ImageSummary[], inUse: ImagesInUse, quota: number): readonly CleanupVerdict[] {
    const { untracked } = this.#options;
    if (untracked === undefined) return this.explainOff(images, "no task's, and clean-up of such images is off");
    return explainUntracked(this.#untrackedOf(images), this.#rules(untracked, inUse), quota);
  }

  /** All of these images that no record is of stay, for one reason. */
  explainOff(images: readonly ImageSummary[], reason: string): readonly CleanupVerdict[] {
    return this.#untrackedOf(images).map(({ imageId, tags: names }) => ({ type: "keep", imageId, names, reason }));
  }

  async #removeContainers(untracked: UntrackedOptions, signal: AbortSignal): Promise<void> {
    const containers = await this.#ports.docker.listContainers({ all: true, labels: {} }, { signal });
    const candidates = containers.filter((each) => ENDED.has(each.state) && !untracked.isOurs(each));
    let left = untracked.containersPerCycle > 0 ? untracked.containersPerCycle : 5;
    for (const container of candidates) {
      if (left === 0 || signal.aborted) return;
      if (!(await this.#isOld(container, untracked, signal))) continue;
      left -= 1;
      await this.#attempt(container.dockerId, signal, () =>
        this.#ports.docker.removeContainer(container.dockerId, { force: false, removeVolumes: false }, { signal }),
      );
    }
  }

  async #isOld(container: ContainerSummary, untracked: UntrackedOptions, signal: AbortSignal): Promise<boolean> {
    const seen = await this.#ports.docker.inspectContainer(container.dockerId, { signal });
    if (seen === undefined || seen.status === "running") return false;
    const since = seen.finishedAt ?? seen.createdAt ?? container.createdAt;
    return this.#ports.clock.now() - since > untracked.containerMinimumAgeMs;
  }

  async #removeImages(untracked: UntrackedOptions, quota: number, signal: AbortSignal): Promise<readonly string[]> {
    const images = await this.#ports.docker.listImages({ signal });
    this.#noteFirstSight(images);
    const inUse = await containersByImage(this.#ports.docker, signal);
    const removed: string[] = [];
    for (const image of untrackedForDeletion(this.#untrackedOf(images), this.#rules(untracked, inUse))) {
      if (removed.length >= quota || signal.aborted) break;
      if (await this.#removeImage(image, signal)) removed.push(image.imageId);
    }
    return removed;
  }

  #noteFirstSight(images: readonly ImageSummary[]): void {
    const now = this.#ports.clock.now();
    this.#firstSeen = new Map(images.map(({ imageId }) => [imageId, this.#firstSeen.get(imageId) ?? now]));
  }

  #untrackedOf(images: readonly ImageSummary[]): readonly ImageSummary[] {
    return images.filter(({ imageId }) => this.#records.find(imageId) === undefined);
  }

  #rules({ imageMinimumAgeMs }: UntrackedOptions, inUse: ImagesInUse): UntrackedRules {
    const now = this.#ports.clock.now();
    return {
      minimumAgeMs: imageMinimumAgeMs,
      ageMs: (imageId) => now - (this.#firstSeen.get(imageId) ?? now),
      excluded: this.#options.excluded,
      isBusy: (names) => this.#locks.isUsed(names),
      isRecorded: (name) => this.#records.findByName(name) !== undefined,
      usedBy: (imageId) => inUse.get(imageId),
    };
  }

  async #removeImage({ imageId, tags }: ImageSummary, signal: AbortSignal): Promise<boolean> {
    const removed = await this.#locks.delete(tags, async () => {
      const results: boolean[] = [];
      for (const reference of tags.length === 0 ? [imageId] : tags) {
        results.push(
          await this.#attempt(reference, signal, () => this.#ports.docker.removeImage(reference, { signal })),
        );
      }
      return results.every(Boolean);
    });
    return removed ?? false;
  }

  /** Docker itself refuses what is in use. */
  async #attempt(what: string, signal: AbortSignal, remove: () => Promise<void>): Promise<boolean> {
    try {
      await remove();
      return true;
    } catch (error) {
      if (signal.aborted) return false;
      this.#ports.log.warn("Cannot remove what is not ours: it is left for the next cycle", {
        object: what,
        error: String(error),
      });
      return false;
    }
  }
}
