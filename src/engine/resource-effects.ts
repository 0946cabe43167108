/** Task resources made and removed through their adapters, one for each type. */
import type { Effect } from "../core/machine/effect.ts";
import type { Input } from "../core/machine/input.ts";
import { NotOwnError } from "../core/resources/own.ts";
import type { Task, TaskResource } from "../core/task.ts";
import { changeTask } from "../core/task-copy.ts";
import type { Log } from "../ports/log.ts";
import type { TaskResourceAdapter } from "../ports/task-resource.ts";
import type { ContainerCalls } from "./container-calls.ts";
import { toNamedError } from "./failure.ts";

export type ResourceEffectsPorts = {
  readonly calls: ContainerCalls;
  /** By type. */
  readonly resources: ReadonlyMap<string, TaskResourceAdapter>;
  readonly log: Log;
  readonly signal: AbortSignal;
  readonly send: (taskArn: string, input: Input) => void;
};

const NONE: readonly TaskResource[] = [];

export class ResourceEffects {
  readonly #ports: ResourceEffectsPorts;

  constructor(ports: ResourceEffectsPorts) {
    this.#ports = ports;
  }

  /** Lets adapters look at the host before they are used. @throws {EngineError} when one refuses to begin */
  async open(): Promise<void> {
    for (const adapter of this.#ports.resources.values()) await adapter.open?.();
  }

  /** With what this host's settings add to what the definition asks for; part of the task's row from the beginning. */
  withHostResources(task: Task): Task {
    const planned: TaskResource[] = [];
    for (const adapter of this.#ports.resources.values()) planned.push(...(adapter.plan?.(task) ?? NONE));
    if (planned.length === 0) return task;
    const known = new Set(task.resources.map(({ id }) => id));
    const added = planned.filter(({ id }) => !known.has(id));
    return added.length === 0 ? task : changeTask(task, { resources: [...task.resources, ...added] });
  }

  /** Never rejects: a failure is an answer too. */
  async perform(effect: Extract<Effect, { readonly resourceId: string }>, task: Task): Promise<void> {
    const resource = task.resources.find((each) => each.id === effect.resourceId);
    const adapter = resource === undefined ? undefined : this.#ports.resources.get(resource.type);
    const { resourceId, actionId } = effect;
    const answer = (error?: ReturnType<typeof toNamedError>) =>
      this.#ports.send(task.arn, { type: "resourceFinished", resourceId, actionId, error });
    if (resource === undefined || adapter === undefined) {
      return answer({ name: "ResourceInitializationError", message: `no adapter for task resource ${resourceId}` });
    }
    try {
      if (effect.type === "createResource") {
        await this.#ports.calls.retried(() => adapter.create(task, resource, this.#ports.signal));
      }
      if (effect.type === "removeResource") await this.#remove(adapter, task, resource);
      answer();
    } catch (error) {
      if (!this.#ports.signal.aborted) answer(toNamedError(error, "ResourceInitializationError"));
    }
  }

  async #remove(adapter: TaskResourceAdapter, task: Task, resource: TaskResource): Promise<void> {
    try {
      await adapter.remove(task, resource, this.#ports.signal);
    } catch (error) {
      if (!(error instanceof NotOwnError)) throw error;
      this.#ports.log.warn(`Leaving it alone: ${error.message}`, { taskArn: task.arn, resource: resource.id });
    }
  }
}
