/** The task resource "secrets": values for containers and their log drivers. Source: engine-modern 20.3. */
import { EngineError } from "../../core/errors.ts";
import { groupBy } from "../../core/secrets/group-by.ts";
import { type SecretRequest, secretRequestsOf } from "../../core/secrets/requests.ts";
import type { Task, TaskResource } from "../../core/task.ts";
import type { TaskResourceAdapter } from "../../ports/task-resource.ts";
import { type MissingSecret, resolveSecrets } from "./resolve-secrets.ts";
import type { SecretSource } from "./secret-source.ts";
import type { TaskEnvironmentStore } from "./task-environment-store.ts";

/** Fetches a task's secrets before its containers are made, from the first source that has them. Source: engine-modern 20.3. */
export class SecretsAdapter implements TaskResourceAdapter {
  readonly type = "secrets";
  readonly #sources: readonly SecretSource[];
  readonly #environment: TaskEnvironmentStore;

  constructor(sources: readonly SecretSource[], environment: TaskEnvironmentStore) {
    this.#sources = sources;
    this.#environment = environment;
  }

  /** @throws {EngineError} ResourceInitializationError that names everything that is missing, and no value */
  async create(task: Task, _resource: TaskResource, signal: AbortSignal): Promise<void> {
    const requests = secretRequestsOf(task.definition, ["environment", "logDriver"]);
    const { values, missing } = await resolveSecrets(requests, this.#sources, signal);
    if (missing.length > 0) throw initializationError(missing);
    for (const [containerName, ofContainer] of groupBy(requests, (request) => request.containerName)) {
      this.#environment.set(task.arn, containerName, {
        secrets: tableOf(ofContainer, "environment", values),
        logOptions: tableOf(ofContainer, "logDriver", values),
      });
    }
  }

  async remove(task: Task): Promise<void> {
    this.#environment.clear(task.arn, ["secrets", "logOptions"]);
  }
}

/** The reason that the task is stopped with: each distinct text once. */
export function initializationError(missing: readonly MissingSecret[]): EngineError {
  const texts = new Set(missing.map(({ reason }) => reason));
  return new EngineError("ResourceInitializationError", [...texts].join("; "));
}

function tableOf(
  requests: readonly SecretRequest[],
  target: SecretRequest["target"],
  values: ReadonlyMap<string, string>,
): Readonly<Record<string, string>> {
  const entries = requests.filter((request) => request.target === target);
  return Object.fromEntries(entries.map(({ name, path }) => [name, values.get(path) ?? ""]));
}
