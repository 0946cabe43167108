/** What the engine asks of the image manager, and what it gets. */
import type { EpochMs } from "../core/brand.ts";
import type { NamedError } from "../core/errors.ts";
import type { PullBehaviour } from "../core/images/pull-policy.ts";
import type { Clock } from "../ports/clock.ts";
import type { DockerClient, LayerProgress, RegistryAuth } from "../ports/docker-client.ts";
import type { Log } from "../ports/log.ts";
import type { Random } from "../ports/random.ts";

export type ImageRequest = {
  readonly taskArn: string;
  readonly containerName: string;
  /** As in the container, i.e. with `:latest` when neither tag nor digest was given. */
  readonly image: string;
  readonly behaviour: PullBehaviour;
  /** Of the container's own (`repositoryCredentials`); without it the engine-wide one is looked up. */
  readonly auth?: RegistryAuth | undefined;
  /** `os/arch[/variant]` */
  readonly platform?: string | undefined;
  /** Fires when the container does not need the image any more. May be made on use: a spread does not copy it. */
  readonly signal: AbortSignal;
};

export type ManifestAnswer = {
  readonly digest?: string;
  /** Where the digest comes from: the reference itself, the local image, the registry; or there is none to be had. */
  readonly source: "reference" | "local" | "registry" | "none";
  /** The registry was asked in vain, and the local image is used. */
  readonly warning?: NamedError;
};

/** A pull on behalf of a container. */
export type PullRequest = ImageRequest & {
  /** From {@link ManifestAnswer}: what to pull, whatever the tag means by now. */
  readonly digest?: string | undefined;
  readonly onProgress?: ((progress: LayerProgress) => void) | undefined;
};

/** What a pull came to. */
export type PullAnswer = {
  readonly imageId: string;
  readonly imageDigest?: string;
  /** Did a pull take place and succeed? */
  readonly pulled: boolean;
  /** When the pull that brought the image began, if one did. */
  readonly pullStartedAt?: EpochMs;
  /** The pull failed, and the local image is used. */
  readonly warning?: NamedError;
};

/** Source: engine-modern 12.1, 33. All times in ms. */
export type ImageLimits = {
  /** All tries of one pull. Source: ECS_IMAGE_PULL_TIMEOUT. */
  readonly pullTimeoutMs: number;
  /** Until a try's first sign of life. */
  readonly pullBeginTimeoutMs: number;
  /** Between two signs of life. Source: ECS_IMAGE_PULL_INACTIVITY_TIMEOUT. */
  readonly pullInactivityTimeoutMs: number;
  /** All tries of one manifest. Source: ECS_MANIFEST_PULL_TIMEOUT. */
  readonly manifestTimeoutMs: number;
  /** All tries of one manifest when a local image could be used instead. Source: ours. */
  readonly manifestTimeoutWithCacheMs: number;
  /** After a registry failed, containers with a local image do not ask it again for so long. Source: ours. */
  readonly registryFailureMemoryMs: number;
  readonly maxParallelPulls: number;
  readonly maxParallelManifests: number;
  readonly tagTimeoutMs: number;
};

export const DEFAULT_IMAGE_LIMITS: ImageLimits = {
  pullTimeoutMs: 2 * 60 * 60 * 1000,
  pullBeginTimeoutMs: 5 * 60 * 1000,
  pullInactivityTimeoutMs: 60 * 1000,
  manifestTimeoutMs: 60 * 1000,
  manifestTimeoutWithCacheMs: 10 * 1000,
  registryFailureMemoryMs: 15 * 1000,
  maxParallelPulls: 8,
  maxParallelManifests: 16,
  tagTimeoutMs: 30 * 1000,
};

/**
 * Looks up the login for an image.
 * @param use for whom: a login may depend on the task's execution role; the signal fires when nobody wants it any more
 * @throws {EngineError} CannotPullContainerAuthError, CannotPullECRContainerError
 */
export type FindRegistryAuth = (
  image: string,
  use: { readonly taskArn: string; readonly signal: AbortSignal },
) => Promise<RegistryAuth | undefined>;

/** What the parts of the image manager share. */
export type ImagePorts = {
  readonly docker: DockerClient;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly limits: ImageLimits;
  readonly registryAuth: FindRegistryAuth;
};
