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
  readonly #pulls = new Map<string, Cancellation>();
  readonly #pullsUnderWay = new Set<Cancellation>();

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
    const onProgress = (progress: LayerProgress) => onPullProgress(task.arn, container.name, progress);
    const result = await this.#whilePulling(task, container, (request) =>
      images.pull(Object.assign(request, digest === undefined ? { onProgress } : { digest, onProgress })),
    );
    return { ok: true, ...result };
  }

  async #whilePulling<T>(task: Task, container: Container, pull: (request: ImageRequest) => Promise<T>): Promise<T> {
    const key = pullKey(task, container.name);
    const abandon = new Cancellation();
    this.#pulls.set(key, abandon);
    this.#pullsUnderWay.add(abandon);
    if (this.#ports.signal.aborted) this.#abandonAll();
    try {
      return await pull(this.#imageRequest(task, container, abandon));
    } finally {
      this.#pullsUnderWay.delete(abandon);
      if (this.#pulls.get(key) === abandon) this.#pulls.delete(key);
    }
  }

  #abandonAll(): void {
    for (const pull of this.#pullsUnderWay) pull.abort(this.#ports.signal.reason);
  }

  #imageRequest(task: Task, container: Container, abandon: Cancellation): ImageRequest {
    return {
      taskArn: task.arn,
      containerName: container.name,
      image: container.image,
      behaviour: this.#ports.pullBehaviour,
      get signal() {
        return abandon.signal;
      },
    };
  }

  /** Nobody waits for this container's image any more. */
  abandon(task: Task, containerName: string): void {
    this.#pulls.get(pullKey(task, containerName))?.abort(new Error("pull is not needed any more"));
  }
}

/** An AbortController on use: Node takes longer to make one than a cached image takes for all else, which asks for none. */
class Cancellation {
  #controller: AbortController | undefined;

  get signal(): AbortSignal {
    this.#controller ??= new AbortController();
    return this.#controller.signal;
  }

  abort(reason: unknown): void {
    this.#controller ??= new AbortController();
    this.#controller.abort(reason);
  }
}

function pullKey(task: Task, containerName: string): string {
  return `${task.arn} ${containerName}`;
}
