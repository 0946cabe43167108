/** What a container's image needs of the image service: its digest settled, the image here, and pulls let go. */
import type { PullBehaviour } from "../core/images/pull-policy.ts";
import type { ActionResult } from "../core/machine/input.ts";
import { type Container, isInternal, type Task } from "../core/task.ts";
import type { LayerProgress } from "../ports/docker-client.ts";
import type { ImageRequest, ImageService } from "../ports/image-service.ts";

export type ImageEffectsPorts = {
  readonly images: ImageService;
  readonly pullBehaviour: PullBehaviour;
  readonly signal: AbortSignal;
  readonly onPullProgress: (taskArn: Task["arn"], containerName: string, progress: LayerProgress) => void;
};

export class ImageEffects {
  readonly #ports: ImageEffectsPorts;
  readonly #pulls = new Map<string, AbortController>();
  readonly #pullsUnderWay = new Set<AbortController>();

  constructor(ports: ImageEffectsPorts) {
    this.#ports = ports;
    // One listener for all pulls: a signal combined for each of them costs more than all else that a cached image needs.
    ports.signal.addEventListener("abort", () => this.#abandonAll(), { once: true });
  }

  /** Images of internal containers are made, not pulled. Source: engine-modern 12.3 (1). */
  async resolveManifest(task: Task, container: Container): Promise<ActionResult> {
    if (isInternal(container)) return { ok: true };
    const { digest, source, warning } = await this.#whilePulling(task, container, (request) =>
      this.#ports.images.prepareManifest(request),
    );
    return { ok: true, imageDigest: digest, digestFromRegistry: source === "registry", warning };
  }

  async pull(task: Task, container: Container): Promise<ActionResult> {
    if (isInternal(container)) return { ok: true };
    const { images, onPullProgress } = this.#ports;
    const digest = container.imageDigest;
    const result = await this.#whilePulling(task, container, (request) =>
      images.pull({
        ...request,
        ...(digest === undefined ? {} : { digest }),
        onProgress: (progress) => onPullProgress(task.arn, container.name, progress),
      }),
    );
    return { ok: true, ...result };
  }

  async #whilePulling<T>(task: Task, container: Container, pull: (request: ImageRequest) => Promise<T>): Promise<T> {
    const key = pullKey(task, container.name);
    const abandon = new AbortController();
    this.#pulls.set(key, abandon);
    this.#pullsUnderWay.add(abandon);
    if (this.#ports.signal.aborted) this.#abandonAll();
    try {
      return await pull(this.#imageRequest(task, container, abandon.signal));
    } finally {
      this.#pullsUnderWay.delete(abandon);
      if (this.#pulls.get(key) === abandon) this.#pulls.delete(key);
    }
  }

  #abandonAll(): void {
    for (const pull of this.#pullsUnderWay) pull.abort(this.#ports.signal.reason);
  }

  #imageRequest(task: Task, container: Container, signal: AbortSignal): ImageRequest {
    return {
      taskArn: task.arn,
      containerName: container.name,
      image: container.image,
      behaviour: this.#ports.pullBehaviour,
      signal,
    };
  }

  /** Nobody waits for this container's image any more. */
  abandon(task: Task, containerName: string): void {
    this.#pulls.get(pullKey(task, containerName))?.abort(new Error("pull is not needed any more"));
  }
}

function pullKey(task: Task, containerName: string): string {
  return `${task.arn} ${containerName}`;
}
