/**
 * What images set in the environment. An image never changes under its id, so each id is asked for once, however many
 * containers are made of it.
 */
import type { DockerClient } from "../ports/docker-client.ts";

const MAX_IMAGES = 200;

export class ImageEnvironments {
  readonly #docker: Pick<DockerClient, "inspectImage">;
  /** Answers by image id, longest known first. */
  readonly #known = new Map<string, Promise<readonly string[]>>();
  /** By image id, while the daemon is asked: those who come meanwhile share the look. */
  readonly #looks = new Map<string, Promise<readonly string[] | undefined>>();

  constructor(docker: Pick<DockerClient, "inspectImage">) {
    this.#docker = docker;
  }

  /**
   * @param imageId as far as it is known
   * @returns `NAME=VALUE` entries; empty when the image is not there
   * @throws {EngineError} when the daemon cannot be asked
   */
  of(image: string, imageId: string | undefined): Promise<readonly string[]> {
    const known = imageId === undefined ? undefined : this.#known.get(imageId);
    return known ?? this.#ask(image, imageId);
  }

  async #ask(image: string, imageId: string | undefined): Promise<readonly string[]> {
    const found = imageId === undefined ? undefined : await (this.#looks.get(imageId) ?? this.#lookById(imageId));
    return found ?? (await this.#look(image)) ?? [];
  }

  async #lookById(imageId: string): Promise<readonly string[] | undefined> {
    const look = this.#look(imageId);
    this.#looks.set(imageId, look);
    try {
      const found = await look;
      if (found !== undefined) this.#keep(imageId, found);
      return found;
    } finally {
      this.#looks.delete(imageId);
    }
  }

  #keep(imageId: string, found: readonly string[]): void {
    this.#known.set(imageId, Promise.resolve(found));
    const [oldest] = this.#known.keys();
    if (this.#known.size > MAX_IMAGES && oldest !== undefined) this.#known.delete(oldest);
  }

  async #look(reference: string): Promise<readonly string[] | undefined> {
    return (await this.#docker.inspectImage(reference))?.env;
  }
}
