/** Looks at the image that the daemon has under a name. */
import { imageFault } from "../core/definition/image-reference.ts";
import { EngineError } from "../core/errors.ts";
import { MANIFEST_BACKOFF } from "../core/images/backoff.ts";
import { findRepoDigest, splitReference } from "../core/images/reference.ts";
import type { ImageInspection } from "../ports/docker-client.ts";
import { advised } from "./failures.ts";
import type { ImagePorts } from "./types.ts";
import { withRetries } from "./waiting.ts";

/** `undefined` is a confirmed absence; a daemon that is busy is asked again. @throws {EngineError} when it cannot be asked */
export function inspectLocal(
  ports: ImagePorts,
  reference: string,
  signal: AbortSignal,
): Promise<ImageInspection | undefined> {
  const fault = imageFault(reference);
  // Docker takes a part of some of these for a path of its own, and answers something else altogether.
  if (fault !== undefined) {
    const message = `invalid reference format: ${fault.message}`;
    return Promise.reject(advised(new EngineError("CannotPullContainerError", message, { status: 400 })));
  }
  const looking = withRetries(ports, MANIFEST_BACKOFF, signal, cannotWork, () =>
    ports.docker.inspectImage(reference, { signal }),
  );
  return looking.catch((error: unknown) => {
    throw error instanceof EngineError ? advised(error) : error;
  });
}

function cannotWork(error: unknown): boolean {
  return !(error instanceof EngineError && error.retryable);
}

/** Built or imported on this host: no registry ever gave it a digest. */
export function isBuiltHere(image: ImageInspection | undefined): boolean {
  return image !== undefined && image.repoDigests.length === 0;
}

/** The digest that a container of this image is reported with. Source: engine-modern 7.1b. */
export function digestOf(image: ImageInspection, reference: string): string | undefined {
  return splitReference(reference).digest ?? findRepoDigest(image.repoDigests, reference);
}
