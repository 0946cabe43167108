/**
 * Tells telemetry what happens to containers, each accepted change once. A broadcast within the process: nothing is
 * kept, nobody is waited for. Source: engine-behaviour 9.5.
 */
import type { TaskArn } from "../core/brand.ts";
import { InvalidInputError } from "../core/errors.ts";
import type { Container, Task } from "../core/task.ts";
import type { Log } from "../ports/log.ts";

export type ContainerChangeEvent = { readonly taskArn: TaskArn; readonly container: Container };
export type ContainerChangeHandler = (event: ContainerChangeEvent) => void;

/** Tells listeners of containers whose known status or health changed, as soon as the change is durable. */
export class ContainerChangeEventStream {
  readonly #log: Log;
  readonly #handlers = new Map<string, ContainerChangeHandler>();

  /** @param log hears of handlers that throw */
  constructor(log: Log) {
    this.#log = log;
  }

  /** @returns what ends the subscription. @throws {InvalidInputError} when the name is taken */
  subscribe(name: string, handler: ContainerChangeHandler): () => void {
    if (this.#handlers.has(name)) {
      throw new InvalidInputError("name", `Cannot subscribe to container changes: "${name}" is subscribed already`);
    }
    this.#handlers.set(name, handler);
    return () => {
      if (this.#handlers.get(name) === handler) this.#handlers.delete(name);
    };
  }

  publish(event: ContainerChangeEvent): void {
    for (const [name, handler] of [...this.#handlers]) {
      try {
        handler(event);
      } catch (error) {
        this.#log.error("Handler of container changes failed", { handler: name, error });
      }
    }
  }

  /** Containers whose status, Docker id or health differ between two snapshots of a task. */
  publishDifference(before: Task | undefined, after: Task): void {
    if (this.#handlers.size === 0 || before?.containers === after.containers) return;
    for (const [index, container] of after.containers.entries()) {
      if (isNews(before?.containers[index], container)) this.publish({ taskArn: after.arn, container });
    }
  }
}

function isNews(before: Container | undefined, after: Container): boolean {
  if (before === undefined) return true;
  if (before.knownStatus !== after.knownStatus || before.dockerId !== after.dockerId) return true;
  return before.health.status !== after.health.status || before.restart.count !== after.restart.count;
}
