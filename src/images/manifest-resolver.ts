/**
 * NONE -> MANIFEST_PULLED: settles which digest a container runs, before anything is pulled.
 * Source: engine-modern 12.3 steps 1 to 5.
 */
import { formatGoDuration } from "../core/duration.ts";
import { EngineError } from "../core/errors.ts";
import { MANIFEST_BACKOFF, quickTries } from "../core/images/backoff.ts";
import { hasStableDigest, needsRegistry } from "../core/images/pull-policy.ts";
import { splitReference } from "../core/images/reference.ts";
import type { ImageInspection } from "../ports/docker-client.ts";
import { asEngineError, isFinalPullError } from "./failures.ts";
import { flightKey } from "./flight-key.ts";
import { digestOf, isBuiltHere } from "./local-image.ts";
import { PullGate } from "./pull-gate.ts";
import type { RecentFailures } from "./recent-failures.ts";
import { SharedFlights } from "./shared-flights.ts";
import type { ImagePorts, ImageRequest, ManifestAnswer } from "./types.ts";
import { withLimit, withRetries } from "./waiting.ts";

export class ManifestResolver {
  readonly #ports: ImagePorts;
  readonly #failures: RecentFailures;
  readonly #gate: PullGate;
  readonly #flights = new SharedFlights<string | undefined, never>(() => "");

  constructor(ports: ImagePorts, failures: RecentFailures) {
    this.#ports = ports;
    this.#failures = failures;
    this.#gate = new PullGate(ports.limits.maxParallelManifests);
  }

  /**
   * Asks the registry. Under `default` the local image is used when it cannot be asked.
   * @throws {EngineError} CannotPullImageManifestError, DockerTimeoutError, CannotPullContainerAuthError
   */
  async atRegistry(request: ImageRequest, local: ImageInspection | undefined): Promise<ManifestAnswer> {
    const fallback = request.behaviour === "default" ? local : undefined;
    try {
      const digest = await this.#askRegistry(request, fallback !== undefined);
      return digest === undefined ? { source: "none" } : { digest, source: "registry" };
    } catch (error) {
      if (request.signal.aborted) throw request.signal.reason;
      const failure = asEngineError(error, "CannotPullImageManifestError");
      if (fallback === undefined) throw failure;
      return this.#useCached(request, fallback, failure);
    }
  }

  #useCached(request: ImageRequest, local: ImageInspection, failure: EngineError): ManifestAnswer {
    const warning = failure.toNamedError();
    this.#failures.note(flightKey(request), warning);
    this.#ports.log.warn("Cannot ask the registry for an image: the local one is used", {
      taskArn: request.taskArn,
      containerName: request.containerName,
      image: request.image,
      error: warning,
    });
    const digest = digestOf(local, request.image);
    return { source: "local", warning, ...(digest === undefined ? {} : { digest }) };
  }

  async #askRegistry(request: ImageRequest, hasFallback: boolean): Promise<string | undefined> {
    const recent = hasFallback ? this.#failures.find(flightKey(request)) : undefined;
    if (recent !== undefined) throw new EngineError(recent.name, recent.message, { retryable: true });
    const auth = request.auth ?? (await this.#ports.registryAuth(request.image, request));
    const key = `${flightKey(request, auth)} ${hasFallback}`;
    return this.#flights.join(key, { signal: request.signal }, (signal) =>
      this.#gate.run(request.taskArn, signal, () => this.#ask({ ...request, auth, signal }, hasFallback)),
    );
  }

  #ask(request: ImageRequest, hasFallback: boolean): Promise<string | undefined> {
    const { limits, docker, clock } = this.#ports;
    const limitMs = hasFallback
      ? Math.min(limits.manifestTimeoutWithCacheMs, limits.manifestTimeoutMs)
      : limits.manifestTimeoutMs;
    const backoff = hasFallback ? quickTries(MANIFEST_BACKOFF) : MANIFEST_BACKOFF;
    const { auth, image } = request;
    return withLimit(clock, limitMs, request.signal, timedOut(limitMs), (signal) =>
      withRetries(this.#ports, backoff, signal, isFinalPullError, async () => {
        const options = { signal, ...(auth === undefined ? {} : { auth }) };
        const { digest, mediaType } = await docker.inspectDistribution(image, options);
        return hasStableDigest(mediaType) ? digest : undefined;
      }),
    );
  }
}

/** The digest that the reference itself names, for which nobody has to be asked. */
export function manifestByReference({ image }: ImageRequest): ManifestAnswer | undefined {
  const { digest } = splitReference(image);
  return digest === undefined ? undefined : { digest, source: "reference" };
}

/**
 * The answer when no registry has to be asked for this image.
 * @param pulledBefore do the records say that this name was pulled before?
 * @throws {EngineError} CannotPullImageManifestError
 */
export function manifestByLocalImage(
  request: ImageRequest,
  local: ImageInspection | undefined,
  pulledBefore: boolean,
): ManifestAnswer | undefined {
  const facts = { cached: local !== undefined, builtHere: isBuiltHere(local), pulledBefore };
  if (needsRegistry(request.behaviour, facts)) return undefined;
  return local === undefined ? { source: "none" } : known(local, request);
}

function known(local: ImageInspection, request: ImageRequest): ManifestAnswer {
  if (isBuiltHere(local)) return { source: "local" };
  const digest = digestOf(local, request.image);
  if (digest !== undefined) return { digest, source: "local" };
  throw new EngineError(
    "CannotPullImageManifestError",
    `failed to find a repo digest matching '${splitReference(request.image).name}'`,
  );
}

function timedOut(limitMs: number): () => EngineError {
  const text = `Could not transition to MANIFEST_PULLED; timed out after waiting ${formatGoDuration(limitMs)}`;
  return () => new EngineError("DockerTimeoutError", text, { retryable: true });
}
