/**
 * Everything about images: which digest a container runs, bringing it here, who uses it, and removing it again.
 * Owner of the image records; others ask and are told.
 * Source: engine-modern 12, 13; engine-behaviour 6.
 */
import { EngineError } from "../core/errors.ts";
import type { CleanupVerdict } from "../core/images/cleanup-policy.ts";
import { type ImageState, referenceKey } from "../core/images/image-state.ts";
import type { PullBehaviour } from "../core/images/pull-policy.ts";
import type { Clock } from "../ports/clock.ts";
import type { DockerClient } from "../ports/docker-client.ts";
import { type Log, silentLog } from "../ports/log.ts";
import type { Random } from "../ports/random.ts";
import type { ImageRow, Mutation, StateStore } from "../ports/state-store.ts";
import { boundedCleanupOptions, type ImageCleanupOptions } from "./cleanup-options.ts";
import { FreshLooks } from "./fresh-looks.ts";
import { type CleanupResult, ImageCleanup } from "./image-cleanup.ts";
import { ImageLocks } from "./image-locks.ts";
import { ImageRecords } from "./image-records.ts";
import { inspectLocal } from "./local-image.ts";
import { ManifestResolver, manifestByLocalImage, manifestByReference } from "./manifest-resolver.ts";
import { type Pulled, Puller, withoutPull } from "./puller.ts";
import { RecentFailures } from "./recent-failures.ts";
import {
  DEFAULT_IMAGE_LIMITS,
  type FindRegistryAuth,
  type ImageLimits,
  type ImagePorts,
  type ImageRequest,
  type ManifestAnswer,
  type PullAnswer,
  type PullRequest,
} from "./types.ts";

/** What an image manager needs of the world, and how it pulls and cleans up. */
export type ImageManagerOptions = {
  readonly docker: DockerClient;
  readonly clock: Clock;
  readonly random: Random;
  readonly log?: Log;
  /** Keeps the image rows; without one they live in memory. */
  readonly store?: Pick<StateStore, "commit">;
  readonly limits?: Partial<ImageLimits>;
  /** Logins that hold for the whole engine. */
  readonly registryAuth?: FindRegistryAuth;
  readonly cleanup?: Partial<ImageCleanupOptions>;
  /** One to share with who else must keep pulls and deletions apart: a name that is in use there is not deleted. */
  readonly imagePullDeleteLock?: ImageLocks;
  /** Under `prefer-cached` nothing is ever removed. Source: engine-modern 12.2. */
  readonly pullBehaviour?: PullBehaviour;
};

/** A container that uses an image. */
export type ImageUse = {
  readonly taskArn: string;
  readonly containerName: string;
  readonly image: string;
  /** Known after a restart; otherwise the daemon is asked what the name means. */
  readonly imageId?: string | undefined;
};

/**
 * Pulls images, keeps count of who uses which, and removes those that nobody needs. One for each daemon: two would not
 * know of each other's references.
 */
export class ImageManager {
  readonly #ports: ImagePorts;
  #store: Pick<StateStore, "commit"> | undefined;
  readonly #records = new ImageRecords();
  readonly #locks: ImageLocks;
  readonly #looks: FreshLooks;
  readonly #manifests: ManifestResolver;
  readonly #puller: Puller;
  readonly #cleanup: ImageCleanup;

  constructor(options: ImageManagerOptions) {
    const { docker, clock, random, log = silentLog, registryAuth = noLogin } = options;
    const limits = { ...DEFAULT_IMAGE_LIMITS, ...options.limits };
    this.#ports = { docker, clock, random, log, limits, registryAuth };
    this.#store = options.store;
    this.#locks = options.imagePullDeleteLock ?? new ImageLocks();
    const failures = new RecentFailures(clock, limits.registryFailureMemoryMs);
    this.#looks = new FreshLooks(clock, (reference, signal) => inspectLocal(this.#ports, reference, signal));
    this.#manifests = new ManifestResolver(this.#ports, failures);
    this.#puller = new Puller(this.#ports, failures);
    const cleanup = boundedCleanupOptions(options.cleanup ?? {});
    const enabled = cleanup.enabled && options.pullBehaviour !== "prefer-cached";
    const parts = { records: this.#records, locks: this.#locks };
    this.#cleanup = new ImageCleanup(this.#ports, parts, { ...cleanup, enabled }, (mutations) => this.#save(mutations));
  }

  /**
   * Which digest the container is to run. Under `default` a registry that cannot be asked costs a warning when there
   * is a local image.
   * @throws {EngineError} CannotPullImageManifestError, DockerTimeoutError, CannotPullContainerAuthError
   * @throws `request.signal.reason`
   */
  async prepareManifest(request: ImageRequest): Promise<ManifestAnswer> {
    const { image } = request;
    const waiting = this.#locks.enter(image);
    if (waiting !== undefined) await waiting;
    try {
      const stated = manifestByReference(request);
      if (stated !== undefined) return stated;
      const pulledBefore = this.#wasPulled(image);
      const local = await this.#looks.look(image, request);
      const known = manifestByLocalImage(request, local, pulledBefore);
      return known === undefined ? await this.#manifests.atRegistry(request, local) : known;
    } finally {
      this.#locks.leave(image);
    }
  }

  /**
   * Sees to it that the image is here, and records that the container uses it. Under `default` a pull that fails costs
   * a warning when there is a local image.
   * @throws {EngineError} CannotPullContainerError, DockerTimeoutError, CannotPullContainerAuthError
   * @throws `request.signal.reason`
   */
  async pull(request: PullRequest): Promise<PullAnswer> {
    const { image } = request;
    const waiting = this.#locks.enter(image);
    if (waiting !== undefined) await waiting;
    try {
      const pulledBefore = this.#wasPulled(image);
      const local = await this.#looks.look(image, request);
      const cached = withoutPull(request, local, pulledBefore);
      const pulled = cached === undefined ? await this.#puller.pull(request, local) : cached;
      const news = this.#recordPull(request, pulled);
      if (news.length > 0) await this.#save(news);
      return pulled.answer;
    } finally {
      this.#locks.leave(image);
    }
  }

  /**
   * Notes that a container uses an image, as the restored containers of a restarted engine do.
   * @throws {EngineError} CannotInspectContainerError's like of the daemon, or UnknownError when there is no such image
   */
  recordContainerReference(use: ImageUse): Promise<ImageState> {
    return this.#locks.use(use.image, () => this.#record(use));
  }

  /** The container is gone. @returns false when it was not known to use that image */
  async removeContainerReferenceFromImageState(use: Omit<ImageUse, "image">): Promise<boolean> {
    const reference = referenceKey(use.taskArn, use.containerName);
    const imageId = use.imageId ?? this.#records.all().find((state) => state.references.has(reference))?.imageId;
    const mutations = this.#records.removeReference(imageId ?? "", reference, this.#ports.clock.now());
    if (mutations === undefined) return false;
    await this.#save(mutations);
    return true;
  }

  /** Takes the rows of the store, before any container is restored. */
  addAllImageStates(rows: readonly ImageRow[]): void {
    this.#records.load(rows);
  }

  /** Where rows are kept from now on. */
  setSaver(store: Pick<StateStore, "commit">): void {
    this.#store = store;
  }

  imageStates(): readonly ImageState[] {
    return this.#records.all();
  }

  getImageStateFromImageName(name: string): ImageState | undefined {
    return this.#records.findByName(name);
  }

  /**
   * Runs the clean-up every interval until the signal fires, which ends a cycle under way as well. Does nothing when the
   * clean-up is off, under `prefer-cached`, and when the process runs already: an engine starts it in `init`.
   */
  startImageCleanupProcess(signal: AbortSignal): void {
    this.#cleanup.start(signal);
  }

  /** One cycle now. Never rejects for an image that could not be removed. */
  removeUnusedImages(): Promise<CleanupResult> {
    return this.#cleanup.runCycle();
  }

  /** Resolves when no cycle of the clean-up runs. */
  untilCleanupIdle(): Promise<void> {
    return this.#cleanup.untilIdle();
  }

  /**
   * What the next cycle would do with each image on the host, and why, with the settings in force; deletes nothing.
   * @throws {EngineError} when Docker cannot be asked
   */
  explainCleanup(): Promise<readonly CleanupVerdict[]> {
    return this.#cleanup.explain();
  }

  #recordPull(request: PullRequest, { image, answer }: Pulled): readonly Mutation[] {
    return this.#records.record({
      imageId: image.imageId,
      name: request.image,
      sizeBytes: image.sizeBytes,
      reference: referenceKey(request.taskArn, request.containerName),
      pulled: answer.pulled,
      now: this.#ports.clock.now(),
    });
  }

  async #record(use: ImageUse): Promise<ImageState> {
    const reference = referenceKey(use.taskArn, use.containerName);
    const known = use.imageId;
    if (known !== undefined && this.#records.addReference(known, reference)) return this.#stateOf(known);
    if (use.image === "") throw new EngineError("UnknownError", "Cannot record an image: it has no name");
    const image = await inspectLocal(this.#ports, known ?? use.image, new AbortController().signal);
    if (image === undefined)
      throw new EngineError("UnknownError", `Cannot record image ${use.image}: Docker does not know it`);
    const { imageId, sizeBytes } = image;
    const now = this.#ports.clock.now();
    await this.#save(this.#records.record({ imageId, sizeBytes, name: use.image, reference, pulled: false, now }));
    return this.#stateOf(imageId);
  }

  #stateOf(imageId: string): ImageState {
    const state = this.#records.find(imageId);
    if (state === undefined) throw new EngineError("UnknownError", `Cannot find the record of image ${imageId}`);
    return state;
  }

  #wasPulled(name: string): boolean {
    return this.#records.findByName(name)?.pullSucceeded === true;
  }

  /** The rows serve `once` and the clean-up's ages only, so a store that fails is no reason to stop a container. */
  async #save(mutations: readonly Mutation[]): Promise<void> {
    if (mutations.length === 0) return;
    try {
      await this.#store?.commit(mutations);
    } catch (error) {
      this.#ports.log.error("Cannot save image records", { error: String(error) });
    }
  }
}

async function noLogin(): Promise<undefined> {
  return undefined;
}
