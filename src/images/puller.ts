/**
 * MANIFEST_PULLED -> PULLED: brings the image here, once for all who want it at the same time.
 * Source: engine-modern 12.2, 12.3 step 6, 12.5; engine-behaviour 6.6, 7.4.
 */
import type { EpochMs } from "../core/brand.ts";
import { formatGoDuration } from "../core/duration.ts";
import { EngineError } from "../core/errors.ts";
import { PULL_BACKOFF, quickTries, TAG_BACKOFF } from "../core/images/backoff.ts";
import { fitsPlatform, needsRegistry } from "../core/images/pull-policy.ts";
import { splitReference, withDigest } from "../core/images/reference.ts";
import type { ImageInspection, LayerProgress } from "../ports/docker-client.ts";
import { advised, asEngineError, isFinalPullError } from "./failures.ts";
import { flightKey } from "./flight-key.ts";
import { digestOf, inspectLocal, isBuiltHere } from "./local-image.ts";
import { PullGate } from "./pull-gate.ts";
import type { RecentFailures } from "./recent-failures.ts";
import { SharedFlights } from "./shared-flights.ts";
import type { ImagePorts, PullAnswer, PullRequest } from "./types.ts";
import { withLimit, withRetries } from "./waiting.ts";

type Brought = { readonly image: ImageInspection; readonly pullStartedAt: EpochMs };

/** The answer together with what the records want to know. */
export type Pulled = { readonly answer: PullAnswer; readonly image: ImageInspection };

export class Puller {
  readonly #ports: ImagePorts;
  readonly #failures: RecentFailures;
  readonly #gate: PullGate;
  readonly #flights = new SharedFlights<Brought, LayerProgress>((progress) => progress.layer);

  constructor(ports: ImagePorts, failures: RecentFailures) {
    this.#ports = ports;
    this.#failures = failures;
    this.#gate = new PullGate(ports.limits.maxParallelPulls);
  }

  /**
   * Brings the image here. Under `default` the local one is used when it cannot be brought.
   * @throws {EngineError} CannotPullContainerError, DockerTimeoutError, CannotPullContainerAuthError
   */
  async pull(request: PullRequest, local: ImageInspection | undefined): Promise<Pulled> {
    const fallback = request.behaviour === "default" ? local : undefined;
    try {
      const { image, pullStartedAt } = await this.#bring(request, fallback !== undefined);
      return { image, answer: { ...answerOf(image, request, true), pullStartedAt } };
    } catch (error) {
      if (request.signal.aborted) throw request.signal.reason;
      const failure = advised(asEngineError(error, "CannotPullContainerError"));
      if (fallback === undefined) throw failure;
      return this.#useCached(request, fallback, failure);
    }
  }

  #useCached(request: PullRequest, local: ImageInspection, failure: EngineError): Pulled {
    const warning = failure.toNamedError();
    this.#ports.log.warn("Cannot pull an image: the local one is used", {
      taskArn: request.taskArn,
      containerName: request.containerName,
      image: request.image,
      error: warning,
    });
    return { image: local, answer: { ...answerOf(local, request, false), warning } };
  }

  async #bring(request: PullRequest, hasFallback: boolean): Promise<Brought> {
    const recent = hasFallback ? this.#failures.find(flightKey({ ...request, digest: undefined })) : undefined;
    if (recent !== undefined) throw new EngineError(recent.name, recent.message, { retryable: true });
    const auth = request.auth ?? (await this.#ports.registryAuth(request.image, request));
    const key = `${flightKey(request, auth)} ${hasFallback}`;
    return this.#flights.join(key, request, (signal, onProgress) =>
      this.#gate.run(request.taskArn, signal, () =>
        this.#pullWithin({ ...request, auth, signal, onProgress }, hasFallback),
      ),
    );
  }

  async #pullWithin(request: PullRequest, hasFallback: boolean): Promise<Brought> {
    const { clock, limits } = this.#ports;
    const pullStartedAt = clock.now();
    const image = await withLimit(
      clock,
      limits.pullTimeoutMs,
      request.signal,
      timedOut(limits.pullTimeoutMs),
      (signal) => this.#pullAndTag({ ...request, signal }, hasFallback),
    );
    return { image, pullStartedAt };
  }

  async #pullAndTag(request: PullRequest, hasFallback: boolean): Promise<ImageInspection> {
    const target = pullTarget(request);
    const backoff = hasFallback ? quickTries(PULL_BACKOFF) : PULL_BACKOFF;
    await withRetries(this.#ports, backoff, request.signal, isFinalPullError, () => this.#tryOnce(target, request));
    if (target !== request.image) await this.#tagBack(target, request);
    const image = await inspectLocal(this.#ports, request.image, request.signal);
    if (image !== undefined) return image;
    throw new EngineError(
      "CannotPullContainerError",
      `Cannot use image ${request.image}: it is gone right after its pull`,
    );
  }

  #tryOnce(target: string, request: PullRequest): Promise<void> {
    const { docker, limits } = this.#ports;
    const { auth, platform, onProgress, signal } = request;
    return docker.pullImage(target, {
      signal,
      timeoutMs: limits.pullTimeoutMs,
      beginTimeoutMs: limits.pullBeginTimeoutMs,
      inactivityTimeoutMs: limits.pullInactivityTimeoutMs,
      ...optional("auth", auth),
      ...optional("platform", platform),
      ...optional("onProgress", onProgress),
    });
  }

  /** So that the container's configuration, the clean-up and `once` still see the name as it is written. */
  #tagBack(target: string, request: PullRequest): Promise<void> {
    const { name, tag = "latest" } = splitReference(request.image);
    const { docker, limits } = this.#ports;
    return withRetries(
      this.#ports,
      TAG_BACKOFF,
      request.signal,
      () => false,
      () =>
        docker.tagImage(target, { repository: name, tag }, { signal: request.signal, timeoutMs: limits.tagTimeoutMs }),
    );
  }
}

/** By digest where it is known: the tag may mean something else by now. Source: IMG-5. */
function pullTarget({ image, digest }: PullRequest): string {
  return digest === undefined || splitReference(image).digest !== undefined ? image : withDigest(image, digest);
}

/**
 * The local image as the answer, when it is what would be pulled anyway, or when nobody must be asked.
 * @param pulledBefore do the records say that this name was pulled before?
 */
export function withoutPull(
  request: PullRequest,
  local: ImageInspection | undefined,
  pulledBefore: boolean,
): Pulled | undefined {
  if (local === undefined || !isEnough(local, request, pulledBefore)) return undefined;
  return { image: local, answer: answerOf(local, request, false) };
}

function isEnough(local: ImageInspection, request: PullRequest, pulledBefore: boolean): boolean {
  const facts = { cached: true, builtHere: isBuiltHere(local), pulledBefore };
  if (!needsRegistry(request.behaviour, facts)) return true;
  if (request.behaviour !== "default" || request.digest === undefined) return false;
  const fits = request.platform === undefined || fitsPlatform(local, request.platform);
  return fits && digestOf(local, request.image) === request.digest;
}

function answerOf(image: ImageInspection, request: PullRequest, pulled: boolean): PullAnswer {
  const { imageId } = image;
  const imageDigest = digestOf(image, request.image);
  return imageDigest === undefined ? { imageId, pulled } : { imageId, imageDigest, pulled };
}

function optional<Key extends string, Value>(key: Key, value: Value | undefined): { readonly [K in Key]?: Value } {
  return value === undefined ? {} : ({ [key]: value } as { readonly [K in Key]?: Value });
}

function timedOut(limitMs: number): () => EngineError {
  const text = `Could not transition to pulled; timed out after waiting ${formatGoDuration(limitMs)}`;
  return () => new EngineError("DockerTimeoutError", text, { retryable: true });
}
