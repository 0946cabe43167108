/** When an image is asked for at its registry, and when the local one will do. Source: engine-modern 12.2, 12.3. */

/** Source: ECS_IMAGE_PULL_BEHAVIOR. */
export type PullBehaviour = "default" | "always" | "once" | "prefer-cached";

export type LocalImageFacts = {
  readonly cached: boolean;
  /** Cached without any repository digest: built or imported here, so no registry knows it. */
  readonly builtHere: boolean;
  /** Pulled under this name before, as our records have it. */
  readonly pulledBefore: boolean;
};

/** An image that was built here is not asked for under `default`. Source: ours, docs/decisions/003. */
export function needsRegistry(behaviour: PullBehaviour, local: LocalImageFacts): boolean {
  switch (behaviour) {
    case "default":
      return !local.builtHere;
    case "always":
      return true;
    case "once":
      return !(local.cached && local.pulledBefore);
    case "prefer-cached":
      return !local.cached;
  }
}

/** Reads the setting; what is not known counts as `default`. Source: CF-3. */
export function parsePullBehaviour(word: string): PullBehaviour {
  return word === "always" || word === "once" || word === "prefer-cached" ? word : "default";
}

/** Manifests of the old kind have no stable digest. Source: engine-modern 12.3 step 4, 35.4 (49). */
export function hasStableDigest(mediaType: string): boolean {
  return !mediaType.startsWith("application/vnd.docker.distribution.manifest.v1+");
}

/** Does an image fit `os/arch[/variant]`? The variant is left to the daemon. */
export function fitsPlatform(image: { readonly os: string; readonly architecture: string }, platform: string): boolean {
  const [os, architecture] = platform.split("/");
  return image.os === os && (architecture === undefined || image.architecture === architecture);
}
