/** What the image service is asked for on behalf of one container, and how it is told that nobody waits any more. */
import type { PullBehaviour } from "../core/images/pull-policy.ts";
import type { Container, Task } from "../core/task.ts";
import type { LayerProgress } from "../ports/docker-client.ts";
import type { ImageRequest } from "../ports/image-service.ts";
import type { PullSignal, PullSignals } from "./pull-signals.ts";

/** What all pulls of an engine share. */
export type PullPorts = {
  readonly pullBehaviour: PullBehaviour;
  readonly onPullProgress: (taskArn: Task["arn"], containerName: string, progress: LayerProgress) => void;
};

/**
 * The request itself, with its signal made on use: most containers share the look of another one, and need none. An
 * accessor of the class, because one in an object literal makes V8 keep each such object as a dictionary.
 */
export class RunningPull implements ImageRequest {
  readonly taskArn: Task["arn"];
  readonly containerName: string;
  readonly image: string;
  readonly behaviour: PullBehaviour;
  /** Absent while it is the digest that is asked for. */
  readonly digest: string | undefined;
  /** One that began before it for the same task. */
  next: RunningPull | undefined = undefined;
  readonly #ports: PullPorts;
  readonly #signals: PullSignals;
  #signal: PullSignal | undefined = undefined;

  constructor(
    task: Task,
    { name, image }: Container,
    digest: string | undefined,
    { ports, signals }: { readonly ports: PullPorts; readonly signals: PullSignals },
  ) {
    this.taskArn = task.arn;
    this.containerName = name;
    this.image = image;
    this.behaviour = ports.pullBehaviour;
    this.digest = digest;
    this.#ports = ports;
    this.#signals = signals;
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  get onProgress(): (progress: LayerProgress) => void {
    return (progress) => this.#ports.onPullProgress(this.taskArn, this.containerName, progress);
  }

  abort(reason: unknown): void {
    this.#controller.abort(reason);
  }

  get #controller(): AbortController {
    this.#signal ??= this.#signals.take();
    return this.#signal.controller;
  }

  /** The service has done nothing but look at a local image, and the look is over: nobody has the signal any more. */
  giveBackSignal(): void {
    if (this.#signal !== undefined) this.#signals.giveBack(this.#signal);
    this.#signal = undefined;
  }
}
