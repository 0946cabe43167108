/** Images that the simulated daemon has. */
import type { EpochMs } from "../../core/brand.ts";
import type { ImageInspection } from "../../ports/docker-client.ts";
import type { ContainerScript } from "./behaviour.ts";
import { formatReference, parseReference } from "./references.ts";
import { DockerRefusal } from "./refusal.ts";

/** What is baked into an image. */
export type ImageConfig = {
  readonly env?: readonly string[];
  readonly entrypoint?: readonly string[];
  readonly cmd?: readonly string[];
  readonly labels?: Readonly<Record<string, string>>;
  readonly volumes?: readonly string[];
  readonly user?: string;
  readonly workingDir?: string;
  /** SIGTERM unless set. */
  readonly stopSignal?: string;
  readonly healthCheck?: {
    readonly test: readonly string[];
    readonly intervalMs?: number;
    readonly timeoutMs?: number;
    readonly retries?: number;
    readonly startPeriodMs?: number;
  };
  readonly architecture?: string;
  readonly os?: string;
};

/** An image as it is, wherever it lies. */
export type ImageContent = {
  /** `sha256:…` of its configuration. */
  readonly imageId: string;
  readonly sizeBytes: number;
  readonly config: ImageConfig;
  readonly script: ContainerScript;
};

export type LocalImage = ImageContent & {
  readonly createdAt: EpochMs;
  readonly tags: Set<string>;
  /** `repository@sha256:…` */
  readonly repoDigests: Set<string>;
  /** Ids of the containers made from it, running or not. */
  readonly users: Set<string>;
};

export class ImageStore {
  readonly #byId = new Map<string, LocalImage>();
  /** By tag and by digest reference. */
  readonly #byReference = new Map<string, LocalImage>();

  /** Takes an image in; a tag that named another image moves. */
  add(
    content: ImageContent,
    names: { readonly tag?: string | undefined; readonly repoDigest?: string | undefined },
    at: EpochMs,
  ): LocalImage {
    const image = this.#byId.get(content.imageId) ?? {
      ...content,
      createdAt: at,
      tags: new Set<string>(),
      repoDigests: new Set<string>(),
      users: new Set<string>(),
    };
    this.#byId.set(image.imageId, image);
    if (names.repoDigest !== undefined) {
      image.repoDigests.add(names.repoDigest);
      this.#byReference.set(names.repoDigest, image);
    }
    if (names.tag !== undefined) this.#moveTag(names.tag, image);
    return image;
  }

  /** By name, by digest, or by id with or without `sha256:`, also cut short. */
  find(reference: string): LocalImage | undefined {
    const byName = this.#byReference.get(formatReference(parseReference(reference)));
    if (byName !== undefined) return byName;
    const id = reference.replace(/^sha256:/, "");
    if (!/^[0-9a-f]{4,64}$/.test(id)) return undefined;
    return this.#byId.get(`sha256:${id}`) ?? this.list().find(({ imageId }) => imageId.startsWith(id, 7));
  }

  /** @throws {DockerRefusal} 404 */
  get(reference: string): LocalImage {
    const image = this.find(reference);
    if (image === undefined) throw noSuchImage(reference);
    return image;
  }

  list(): readonly LocalImage[] {
    return [...this.#byId.values()];
  }

  /** @throws {DockerRefusal} 404 when the source is not there */
  tag(source: string, target: { readonly repository: string; readonly tag: string }): void {
    const name = formatReference(parseReference(`${target.repository}:${target.tag}`));
    this.#moveTag(name, this.get(source));
  }

  /**
   * Takes a name away, and the image with its last one.
   * @param isRunning tells whether a container runs, by id
   * @throws {DockerRefusal} 404; 409 while a container needs it, or by id while it has several names
   */
  remove(reference: string, isRunning: (dockerId: string) => boolean): void {
    const image = this.get(reference);
    const name = formatReference(parseReference(reference));
    const byName = this.#byReference.get(name) === image;
    if (byName && image.tags.size > 1 && image.tags.has(name)) {
      this.#untag(name, image);
      return;
    }
    if (!byName && image.tags.size > 1) {
      throw conflict(
        `unable to delete ${shortId(image.imageId)} (must be forced) - image is referenced in multiple repositories`,
      );
    }
    this.#refuseIfUsed(reference, image, { byName, isRunning });
    this.#delete(image);
  }

  #refuseIfUsed(
    reference: string,
    image: LocalImage,
    { byName, isRunning }: { readonly byName: boolean; readonly isRunning: (dockerId: string) => boolean },
  ): void {
    const users = [...image.users];
    const running = users.find(isRunning);
    const user = running ?? users[0];
    if (user === undefined) return;
    const container = `container ${user.slice(0, 12)}`;
    if (byName) {
      throw conflict(
        `unable to remove repository reference "${reference}" (must force) - ${container} is using its referenced image ${shortId(image.imageId)}`,
      );
    }
    throw running === undefined
      ? conflict(
          `unable to delete ${shortId(image.imageId)} (must be forced) - image is being used by stopped ${container}`,
        )
      : conflict(
          `unable to delete ${shortId(image.imageId)} (cannot be forced) - image is being used by running ${container}`,
        );
  }

  #moveTag(name: string, image: LocalImage): void {
    this.#byReference.get(name)?.tags.delete(name);
    this.#byReference.set(name, image);
    image.tags.add(name);
  }

  #untag(name: string, image: LocalImage): void {
    image.tags.delete(name);
    this.#byReference.delete(name);
  }

  #delete(image: LocalImage): void {
    this.#byId.delete(image.imageId);
    for (const name of [...image.tags, ...image.repoDigests]) this.#byReference.delete(name);
  }
}

function noSuchImage(reference: string): DockerRefusal {
  return new DockerRefusal(404, `No such image: ${/[@:]/.test(reference) ? reference : `${reference}:latest`}`);
}

export function inspectLocalImage(image: LocalImage): ImageInspection {
  return {
    imageId: image.imageId,
    tags: [...image.tags],
    repoDigests: [...image.repoDigests],
    sizeBytes: image.sizeBytes,
    createdAt: image.createdAt,
    architecture: image.config.architecture ?? "amd64",
    os: image.config.os ?? "linux",
    env: image.config.env ?? [],
    labels: image.config.labels ?? {},
    hasHealthCheck: (image.config.healthCheck?.test[0] ?? "NONE") !== "NONE",
  };
}

function conflict(message: string): DockerRefusal {
  return new DockerRefusal(409, `conflict: ${message}`);
}

function shortId(imageId: string): string {
  return imageId.slice(7, 19);
}
