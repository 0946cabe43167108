/** What a container's image needs of the image service: its digest settled, the image here, and pulls let go. */
import { isHeldToDigest } from "../core/images/version-consistency.ts";
import type { ActionResult } from "../core/machine/input.ts";
import { type Container, isInternal, type Task } from "../core/task.ts";
import type { ImageService } from "../ports/image-service.ts";
import { PullSignals } from "./pull-signals.ts";
import { type PullPorts, RunningPull } from "./running-pull.ts";

export type ImageEffectsPorts = PullPorts & {
  readonly images: ImageService;
  readonly signal: AbortSignal;
};

export class ImageEffects {
  readonly #ports: ImageEffectsPorts;
  readonly #parts: { readonly ports: PullPorts; readonly signals: PullSignals };
  /** The newest pull of each task, which knows the others of the same task. */
  readonly #pulls = new Map<Task["arn"], RunningPull>();

  constructor(ports: ImageEffectsPorts) {
    this.#ports = ports;
    this.#parts = { ports, signals: new PullSignals() };
    // One listener for all pulls: a signal combined for each of them costs more than all else that a cached image needs.
    ports.signal.addEventListener("abort", () => this.#abandonAll(), { once: true });
  }

  /**
   * Images of internal containers are made, not pulled; and nobody is asked for a digest that no container is held to.
   * Source: engine-modern 12.3 (1), `versionConsistency`.
   */
  async resolveManifest(task: Task, container: Container): Promise<ActionResult> {
    if (isInternal(container) || !isHeldToDigest(task, container)) return { ok: true };
    const request = this.#begin(task, container, undefined);
    try {
      const { digest, source, warning } = await this.#ports.images.prepareManifest(request);
      if (source === "local" && warning === undefined) request.giveBackSignal();
      return { ok: true, imageDigest: digest, digestFromRegistry: source === "registry", warning };
    } finally {
      this.#end(request);
    }
  }

  async pull(task: Task, container: Container): Promise<ActionResult> {
    if (isInternal(container)) return { ok: true };
    const digest = isHeldToDigest(task, container) ? container.imageDigest : undefined;
    const request = this.#begin(task, container, digest);
    try {
      const { imageId, imageDigest, pullStartedAt, warning } = await this.#ports.images.pull(request);
      if (pullStartedAt === undefined && warning === undefined) request.giveBackSignal();
      return { ok: true, imageId, imageDigest, pullStartedAt, warning };
    } finally {
      this.#end(request);
    }
  }

  #begin(task: Task, container: Container, digest: string | undefined): RunningPull {
    const pull = new RunningPull(task, container, digest, this.#parts);
    pull.next = this.#pulls.get(task.arn);
    this.#pulls.set(task.arn, pull);
    if (this.#ports.signal.aborted) this.#abandonAll();
    return pull;
  }

  #end(pull: RunningPull): void {
    const newest = this.#pulls.get(pull.taskArn);
    if (newest === pull) {
      if (pull.next === undefined) this.#pulls.delete(pull.taskArn);
      else this.#pulls.set(pull.taskArn, pull.next);
      return;
    }
    for (let other = newest; other !== undefined; other = other.next) {
      if (other.next === pull) other.next = pull.next;
    }
  }

  #abandonAll(): void {
    for (const newest of this.#pulls.values()) {
      for (const pull of withOthers(newest)) pull.abort(this.#ports.signal.reason);
    }
  }

  /** Nobody waits for this container's image any more. */
  abandon(task: Task, containerName: string): void {
    for (const pull of withOthers(this.#pulls.get(task.arn))) {
      if (pull.containerName === containerName) pull.abort(new Error("pull is not needed any more"));
    }
  }
}

/** A pull and all that began before it for the same task. */
function withOthers(newest: RunningPull | undefined): readonly RunningPull[] {
  const pulls: RunningPull[] = [];
  for (let pull = newest; pull !== undefined; pull = pull.next) pulls.push(pull);
  return pulls;
}
