/**
 * The task resource "registryAuth": logins of `repositoryCredentials`, fetched before the first manifest is asked for.
 * Source: engine-modern 12.6.
 */
import { EngineError } from "../../core/errors.ts";
import { parseRepositoryLogin } from "../../core/secrets/registry-credentials.ts";
import { secretRequestsOf } from "../../core/secrets/requests.ts";
import { describeLocation } from "../../core/secrets/value-from.ts";
import type { Task, TaskResource } from "../../core/task.ts";
import type { TaskResourceAdapter } from "../../ports/task-resource.ts";
import { resolveSecrets } from "./resolve-secrets.ts";
import type { SecretSource } from "./secret-source.ts";
import { initializationError } from "./secrets-adapter.ts";
import type { TaskEnvironmentStore } from "./task-environment-store.ts";

/** Fetches the logins of a task's `repositoryCredentials`. Source: engine-modern 20.3. */
export class RegistryAuthAdapter implements TaskResourceAdapter {
  readonly type = "registryAuth";
  readonly #sources: readonly SecretSource[];
  readonly #environment: TaskEnvironmentStore;

  constructor(sources: readonly SecretSource[], environment: TaskEnvironmentStore) {
    this.#sources = sources;
    this.#environment = environment;
  }

  /** @throws {EngineError} ResourceInitializationError when a login is missing or is not JSON with username and password */
  async create(task: Task, _resource: TaskResource, signal: AbortSignal): Promise<void> {
    const requests = secretRequestsOf(task.definition, ["registryAuth"]);
    const { values, missing } = await resolveSecrets(requests, this.#sources, signal);
    if (missing.length > 0) throw initializationError(missing);
    for (const { path, containerName, location } of requests) {
      const registryAuth = parseRepositoryLogin(values.get(path) ?? "");
      if (registryAuth === undefined) {
        const text = `Cannot use registry login: ${describeLocation(location)} is not JSON with username and password`;
        throw new EngineError("ResourceInitializationError", text);
      }
      this.#environment.set(task.arn, containerName, { registryAuth });
    }
  }

  async remove(task: Task): Promise<void> {
    this.#environment.clear(task.arn, ["registryAuth"]);
  }
}
