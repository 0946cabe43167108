/**
 * What was fetched for tasks: environment, log options and logins. In memory only; it goes with the task or the process.
 * Source: engine-modern 20.3, SEC-5.
 */
import type { RegistryAuth } from "../../ports/docker-client.ts";
import type { TaskEnvironment } from "../../ports/task-resource.ts";

type ContainerValues = ReturnType<TaskEnvironment["environmentOf"]> & { readonly registryAuth?: RegistryAuth };

const NOTHING: ContainerValues = { secrets: {}, files: [], logOptions: {} };

/** What adapters have fetched for tasks, for the engine to put into containers. In memory only. */
export class TaskEnvironmentStore implements TaskEnvironment {
  readonly #tasks = new Map<string, Map<string, ContainerValues>>();

  environmentOf(taskArn: string, containerName: string): ReturnType<TaskEnvironment["environmentOf"]> {
    const { secrets, files, logOptions } = this.#valuesOf(taskArn, containerName);
    return { secrets, files, logOptions };
  }

  /** The login of a container's `repositoryCredentials`, once it is fetched. */
  registryAuthOf(taskArn: string, containerName: string): RegistryAuth | undefined {
    return this.#valuesOf(taskArn, containerName).registryAuth;
  }

  set(taskArn: string, containerName: string, values: Partial<ContainerValues>): void {
    const containers = this.#tasks.get(taskArn) ?? new Map<string, ContainerValues>();
    containers.set(containerName, { ...this.#valuesOf(taskArn, containerName), ...values });
    this.#tasks.set(taskArn, containers);
  }

  /** Drops one kind of values of a task, and the task with the last of them. */
  clear(taskArn: string, kinds: readonly (keyof ContainerValues)[]): void {
    const containers = this.#tasks.get(taskArn) ?? new Map<string, ContainerValues>();
    for (const [name, values] of containers) {
      const left: ContainerValues = { ...NOTHING, ...omit(values, kinds) };
      if (isEmpty(left)) containers.delete(name);
      else containers.set(name, left);
    }
    if (containers.size === 0) this.#tasks.delete(taskArn);
  }

  /** So that a value does not get into a log by way of the object that holds it. */
  toJSON(): { readonly tasks: number } {
    return { tasks: this.#tasks.size };
  }

  #valuesOf(taskArn: string, containerName: string): ContainerValues {
    return this.#tasks.get(taskArn)?.get(containerName) ?? NOTHING;
  }
}

function omit(values: ContainerValues, kinds: readonly (keyof ContainerValues)[]): Partial<ContainerValues> {
  return Object.fromEntries(Object.entries(values).filter(([key]) => !kinds.some((kind) => kind === key)));
}

function isEmpty({ secrets, files, logOptions, registryAuth }: ContainerValues): boolean {
  const sizes = [Object.keys(secrets).length, Object.keys(logOptions).length, files.length];
  return registryAuth === undefined && sizes.every((size) => size === 0);
}
