/** Images as the engine's pull steps need them. Implemented by the ImageManager. */
import type { EpochMs, TaskArn } from "../core/brand.ts";
import type { NamedError } from "../core/errors.ts";
import type { PullBehaviour } from "../core/images/pull-policy.ts";
import type { Container, Task } from "../core/task.ts";
import type { LayerProgress } from "./docker-client.ts";
import type { ImageRow } from "./state-store.ts";

export type ImageRequest = {
  readonly taskArn: TaskArn;
  readonly containerName: string;
  readonly image: string;
  readonly behaviour: PullBehaviour;
  /** `os/arch[/variant]` */
  readonly platform?: string;
  /**
   * Fires when nobody waits for this container's image any more. Made on use, so a spread does not copy it; and used again
   * for others once the answer is that the local image will do.
   */
  readonly signal: AbortSignal;
};

export type ManifestResult = {
  readonly digest?: string;
  readonly source: "reference" | "local" | "registry" | "none";
  /** The registry was asked in vain, and the local image is used. */
  readonly warning?: NamedError;
};

export type PullResult = {
  readonly imageId?: string;
  readonly imageDigest?: string;
  /** When a pull was begun; absent when none was needed. */
  readonly pullStartedAt?: EpochMs;
  /** The pull failed and a cached image is used. */
  readonly warning?: NamedError;
};

export interface ImageService {
  /** Takes the saved records, before any container is restored. */
  load(rows: readonly ImageRow[]): void;
  /** Settles the digest. @throws {EngineError} CannotPullImageManifestError, CannotPullContainerError, … */
  prepareManifest(request: ImageRequest): Promise<ManifestResult>;
  /** Makes the image available. @throws {EngineError} CannotPullContainerError, CannotPullContainerAuthError, DockerTimeoutError */
  pull(
    request: ImageRequest & {
      readonly digest?: string | undefined;
      readonly onProgress?: (progress: LayerProgress) => void;
    },
  ): Promise<PullResult>;
  /** `NAME=VALUE` entries of a container's image; empty when it is not there. */
  environmentOf(container: Pick<Container, "image" | "imageId">): Promise<readonly string[]>;
  /** A restored container uses its image; `pull` notes this by itself. */
  adopt(task: Task, container: Container): Promise<void>;
  /** The container is gone and uses its image no more. */
  release(task: Task, container: Container): Promise<void>;
}
