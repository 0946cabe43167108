/** What the image service is asked for on behalf of one container, and how it is told that nobody waits any more. */
import type { PullBehaviour } from "../core/images/pull-policy.ts";
import type { Container, Task } from "../core/task.ts";
import type { LayerProgress } from "../ports/docker-client.ts";
import type { ImageRequest } from "../ports/image-service.ts";

/** What all pulls of an engine share. */
export type PullContext = {
  readonly pullBehaviour: PullBehaviour;
  readonly onPullProgress: (taskArn: Task["arn"], containerName: string, progress: LayerProgress) => void;
};

/**
 * The request itself, with its signal made on use: Node takes longer to make one than a cached image takes for all else,
 * which asks for none. An accessor of the class, because one in an object literal makes V8 keep each such object as a map.
 */
export class RunningPull implements ImageRequest {
  readonly taskArn: Task["arn"];
  readonly containerName: string;
  readonly image: string;
  readonly behaviour: PullBehaviour;
  /** Absent while it is the digest that is asked for. */
  readonly digest: string | undefined;
  /** The next one of the same task. */
  next: RunningPull | undefined = undefined;
  readonly #context: PullContext;
  #controller: AbortController | undefined = undefined;

  constructor(task: Task, container: Container, digest: string | undefined, context: PullContext) {
    this.taskArn = task.arn;
    this.containerName = container.name;
    this.image = container.image;
    this.behaviour = context.pullBehaviour;
    this.digest = digest;
    this.#context = context;
  }

  get signal(): AbortSignal {
    this.#controller ??= new AbortController();
    return this.#controller.signal;
  }

  get onProgress(): (progress: LayerProgress) => void {
    return (progress) => this.#context.onPullProgress(this.taskArn, this.containerName, progress);
  }

  abort(reason: unknown): void {
    this.#controller ??= new AbortController();
    this.#controller.abort(reason);
  }
}
