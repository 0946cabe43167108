/**
 * What images set in the environment. An image never changes under its id, so each id is asked for once, however many
 * containers are made of it.
 */
import type { DockerClient } from "../ports/docker-client.ts";

const MAX_IMAGES = 200;

export class ImageEnvironments {
  readonly #docker: Pick<DockerClient, "inspectImage">;
  /** By image id, longest known first. Looks under way are in here, so that those who come meanwhile share them. */
  readonly #known = new Map<string, Promise<readonly string[] | undefined>>();

  constructor(docker: Pick<DockerClient, "inspectImage">) {
    this.#docker = docker;
  }

  /**
   * @param imageId as far as it is known
   * @returns `NAME=VALUE` entries; empty when the image is not there
   * @throws {EngineError} when the daemon cannot be asked
   */
  async of(image: string, imageId: string | undefined): Promise<readonly string[]> {
    const known = imageId === undefined ? undefined : await this.#byId(imageId);
    return known ?? (await this.#look(image)) ?? [];
  }

  async #byId(imageId: string): Promise<readonly string[] | undefined> {
    const look = this.#known.get(imageId) ?? this.#keep(imageId, this.#look(imageId));
    try {
      const found = await look;
      if (found === undefined) this.#drop(imageId, look);
      return found;
    } catch (error) {
      this.#drop(imageId, look);
      throw error;
    }
  }

  #keep<Look extends Promise<readonly string[] | undefined>>(imageId: string, look: Look): Look {
    this.#known.set(imageId, look);
    const [oldest] = this.#known.keys();
    if (this.#known.size > MAX_IMAGES && oldest !== undefined) this.#known.delete(oldest);
    return look;
  }

  #drop(imageId: string, look: Promise<unknown>): void {
    if (this.#known.get(imageId) === look) this.#known.delete(imageId);
  }

  async #look(reference: string): Promise<readonly string[] | undefined> {
    return (await this.#docker.inspectImage(reference))?.env;
  }
}
