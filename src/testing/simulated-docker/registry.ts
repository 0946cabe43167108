/** The registries that the simulated daemon can reach: one object for all hosts. */
import type { RegistryAuth } from "../../ports/docker-client.ts";
import type { SeededRandom } from "../seeded-random.ts";
import type { ContainerScript } from "./behaviour.ts";
import type { ImageConfig, ImageContent } from "./image-store.ts";
import { formatReference, type ImageReference, parseReference, registryHostOf } from "./references.ts";
import { DockerRefusal } from "./refusal.ts";

export type ImageSpec = ContainerScript & {
  readonly config?: ImageConfig;
  /** Sizes of its layers in bytes; three of 1 MiB unless set. */
  readonly layers?: readonly number[];
  /** Whoever pulls it must show this. */
  readonly auth?: { readonly username: string; readonly password: string };
};

export type RegistryImage = ImageContent & {
  /** `sha256:…` of its manifest, the one that users pin. */
  readonly digest: string;
  readonly layers: readonly { readonly id: string; readonly sizeBytes: number }[];
  readonly auth: ImageSpec["auth"];
};

const MIB = 1_048_576;

export class SimulatedRegistry {
  /** By `repository:tag` and `repository@digest`. */
  readonly #images = new Map<string, RegistryImage>();
  readonly #repositories = new Set<string>();
  /** Hosts that answer: the default one, and those that something was published to. */
  readonly #hosts = new Set(["docker.io"]);
  readonly #unreachable = new Set<string>();
  readonly #random: SeededRandom;

  constructor(random: SeededRandom) {
    this.#random = random;
  }

  /** Publishes an image under a name; a tag that exists moves to it, the old one stays reachable by digest. */
  publish(name: string, spec: ImageSpec = {}): RegistryImage {
    const image = this.make(spec);
    const reference = parseReference(name);
    this.#repositories.add(reference.repository);
    this.#hosts.add(registryHostOf(reference.repository));
    this.#images.set(formatReference(reference), image);
    this.#images.set(`${reference.repository}@${image.digest}`, image);
    return image;
  }

  /** Takes a name away. */
  unpublish(name: string): void {
    this.#images.delete(formatReference(parseReference(name)));
  }

  /** Cuts a registry (by host, `docker.io` for the default one) off, or brings it back. */
  setReachable(host: string, reachable: boolean): void {
    if (reachable) this.#unreachable.delete(host);
    else this.#unreachable.add(host);
  }

  /** @throws {DockerRefusal} 500 when it cannot be reached or refuses the password, 404 when it does not have the image */
  find(reference: string, auth?: RegistryAuth): RegistryImage {
    const parsed = parseReference(reference);
    const host = registryHostOf(parsed.repository);
    if (this.#unreachable.has(host) || !this.#hosts.has(host)) {
      throw new DockerRefusal(500, `Get "https://${host}/v2/": dial tcp: lookup ${host}: connection refused`);
    }
    const image = this.#images.get(formatReference(parsed));
    if (image === undefined) throw this.#missing(parsed);
    if (!mayPull(image, auth)) throw denied(parsed);
    return image;
  }

  #missing(reference: ImageReference): DockerRefusal {
    if (!this.#repositories.has(reference.repository)) return denied(reference);
    return new DockerRefusal(
      404,
      `manifest for ${formatReference(reference)} not found: manifest unknown: manifest unknown`,
    );
  }

  /** An image that is in no registry yet. */
  make(spec: ImageSpec): RegistryImage {
    const layers = (spec.layers ?? [MIB, MIB, MIB]).map((sizeBytes) => ({ id: this.#random.hex(12), sizeBytes }));
    return {
      imageId: `sha256:${this.#random.hex(64)}`,
      digest: `sha256:${this.#random.hex(64)}`,
      layers,
      sizeBytes: layers.reduce((sum, layer) => sum + layer.sizeBytes, 0),
      config: spec.config ?? {},
      script: spec,
      auth: spec.auth,
    };
  }
}

function mayPull({ auth }: RegistryImage, shown: RegistryAuth | undefined): boolean {
  return auth === undefined || (shown?.username === auth.username && shown.password === auth.password);
}

function denied({ repository }: ImageReference): DockerRefusal {
  return new DockerRefusal(
    404,
    `pull access denied for ${repository}, repository does not exist or may require 'docker login': denied: requested access to the resource is denied`,
  );
}
