/**
 * The part of the clean-up that has to be switched on: containers and images that are not ours.
 * Source: engine-modern 13.4, with its two advices: a container that never ran is as old as its creation, and an image
 * as old as our first sight of it, not as its build.
 */
import { sameImageName } from "../core/images/reference.ts";
import type { ContainerSummary, ImageSummary } from "../ports/docker-client.ts";
import type { ImageCleanupOptions, UntrackedOptions } from "./cleanup-options.ts";
import type { ImageLocks } from "./image-locks.ts";
import type { ImageRecords } from "./image-records.ts";
import type { ImagePorts } from "./types.ts";

const ENDED: ReadonlySet<ContainerSummary["state"]> = new Set(["exited", "dead", "created"]);

export class UntrackedCleanup {
  readonly #ports: ImagePorts;
  readonly #records: ImageRecords;
  readonly #locks: ImageLocks;
  readonly #options: ImageCleanupOptions;
  readonly #untracked: UntrackedOptions;
  /** As many as there are images on the host. */
  #firstSeen = new Map<string, number>();

  constructor(
    ports: ImagePorts,
    parts: { readonly records: ImageRecords; readonly locks: ImageLocks },
    options: ImageCleanupOptions,
    untracked: UntrackedOptions,
  ) {
    this.#ports = ports;
    this.#records = parts.records;
    this.#locks = parts.locks;
    this.#options = options;
    this.#untracked = untracked;
  }

  /** Containers first, so that their images are free. @returns the ids of the images that went */
  async run(quota: number): Promise<readonly string[]> {
    try {
      await this.#removeContainers();
      return await this.#removeImages(quota);
    } catch (error) {
      this.#ports.log.warn("Cannot look for untracked containers and images", { error: String(error) });
      return [];
    }
  }

  async #removeContainers(): Promise<void> {
    const containers = await this.#ports.docker.listContainers({ all: true, labels: {} });
    const candidates = containers.filter((each) => ENDED.has(each.state) && !this.#untracked.isOurs(each));
    let left = this.#untracked.containersPerCycle > 0 ? this.#untracked.containersPerCycle : 5;
    for (const container of candidates) {
      if (left === 0) return;
      if (!(await this.#isOld(container))) continue;
      left -= 1;
      await this.#attempt(container.dockerId, () =>
        this.#ports.docker.removeContainer(container.dockerId, { force: false, removeVolumes: false }),
      );
    }
  }

  async #isOld(container: ContainerSummary): Promise<boolean> {
    const seen = await this.#ports.docker.inspectContainer(container.dockerId);
    if (seen === undefined || seen.status === "running") return false;
    const since = seen.finishedAt ?? seen.createdAt ?? container.createdAt;
    return this.#ports.clock.now() - since > this.#untracked.containerMinimumAgeMs;
  }

  async #removeImages(quota: number): Promise<readonly string[]> {
    const images = await this.#ports.docker.listImages();
    this.#noteFirstSight(images);
    const removed: string[] = [];
    for (const image of images.filter((each) => this.#mayGo(each)).sort((a, b) => a.sizeBytes - b.sizeBytes)) {
      if (removed.length >= quota) break;
      if (await this.#removeImage(image)) removed.push(image.imageId);
    }
    return removed;
  }

  #noteFirstSight(images: readonly ImageSummary[]): void {
    const now = this.#ports.clock.now();
    this.#firstSeen = new Map(images.map(({ imageId }) => [imageId, this.#firstSeen.get(imageId) ?? now]));
  }

  #mayGo({ imageId, tags }: ImageSummary): boolean {
    const isExcluded = tags.some((tag) => this.#options.excluded.some((name) => sameImageName(tag, name)));
    const isTracked = this.#records.find(imageId) !== undefined || tags.some((tag) => this.#records.findByName(tag));
    const ageMs = this.#ports.clock.now() - (this.#firstSeen.get(imageId) ?? this.#ports.clock.now());
    return !isExcluded && !isTracked && !this.#locks.isUsed(tags) && ageMs > this.#untracked.imageMinimumAgeMs;
  }

  async #removeImage({ imageId, tags }: ImageSummary): Promise<boolean> {
    const removed = await this.#locks.delete(tags, async () => {
      const results: boolean[] = [];
      for (const reference of tags.length === 0 ? [imageId] : tags) {
        results.push(await this.#attempt(reference, () => this.#ports.docker.removeImage(reference)));
      }
      return results.every(Boolean);
    });
    return removed ?? false;
  }

  /** Docker itself refuses what is in use. */
  async #attempt(what: string, remove: () => Promise<void>): Promise<boolean> {
    try {
      await remove();
      return true;
    } catch (error) {
      this.#ports.log.warn("Cannot remove what is not ours: it is left for the next cycle", {
        object: what,
        error: String(error),
      });
      return false;
    }
  }
}
