/**
 * Docker volumes of a task: made before its images are pulled, removed after its containers.
 * Source: engine-modern 18.2, 18.3.
 */
import { isGeneratedVolumeName } from "../core/docker-name.ts";
import { EngineError } from "../core/errors.ts";
import { taskLabels } from "../core/labels.ts";
import { nfsVolumeResources } from "../core/resources/nfs-volumes.ts";
import { NotOwnError } from "../core/resources/own.ts";
import { type DockerVolumeSpec, readVolumeSpec } from "../core/resources/volumes.ts";
import type { Task, TaskResource } from "../core/task.ts";
import type { DockerClient, VolumeInspection } from "../ports/docker-client.ts";
import type { TaskResourceAdapter } from "../ports/task-resource.ts";

export type DockerVolumeOptions = {
  /** Marks the volumes that live with a task, so that after a crash one without a task is found and removed. */
  readonly engineId: string;
  /** A shared volume that exists must have the labels and driver options asked for. Source: ECS_SHARED_VOLUME_MATCH_FULL_CONFIG. */
  readonly matchFullConfig?: boolean;
  /** NFS exports that stand in for volumes of other services: `SERVER:/PATH` by the volume's name. */
  readonly nfsExports?: Readonly<Record<string, string>>;
};

type VolumeCalls = Pick<DockerClient, "createVolume" | "inspectVolume" | "removeVolume">;

/** Of each call. Source: engine-modern 18.3. */
const CALL_LIMIT_MS = 5 * 60_000;

/**
 * Makes and removes `dockerVolume` resources.
 *
 * INVARIANTS
 * - A task-scoped volume is made under the name in the resource's spec only, so making it twice makes one.
 * - A shared volume is never removed.
 */
export class DockerVolumeResource implements TaskResourceAdapter {
  readonly type = "dockerVolume";
  readonly #client: VolumeCalls;
  readonly #options: DockerVolumeOptions;

  constructor(client: VolumeCalls, options: DockerVolumeOptions) {
    this.#client = client;
    this.#options = options;
  }

  /** @throws {EngineError} VolumeError for an export that is not understood */
  plan(task: Task): readonly TaskResource[] {
    return nfsVolumeResources(task, this.#options.nfsExports ?? {});
  }

  /** @throws {EngineError} VolumeError */
  async create(task: Task, resource: TaskResource, signal: AbortSignal): Promise<void> {
    const spec = readVolumeSpec(resource);
    try {
      await (spec.scope === "task"
        ? this.#make(spec, taskLabels(task, this.#options.engineId), signal)
        : this.#provideShared(spec, signal));
    } catch (error) {
      throw asVolumeError(error);
    }
  }

  /** @throws {EngineError} VolumeError; NotOwnError for a row that names somebody's own */
  async remove(_task: Task, resource: TaskResource, signal: AbortSignal): Promise<void> {
    const spec = readVolumeSpec(resource);
    if (spec.scope === "shared") return;
    // People's own volumes have other names, whatever a row says.
    if (!isGeneratedVolumeName(spec.volumeName)) throw new NotOwnError(`Volume ${spec.volumeName}`);
    try {
      await this.#client.removeVolume(spec.volumeName, { signal, timeoutMs: CALL_LIMIT_MS });
    } catch (error) {
      throw asVolumeError(error);
    }
  }

  async #provideShared(spec: DockerVolumeSpec, signal: AbortSignal): Promise<void> {
    const existing = await this.#client.inspectVolume(spec.volumeName, { signal, timeoutMs: CALL_LIMIT_MS });
    if (existing !== undefined) {
      if (this.#options.matchFullConfig === true) requireMatch(spec, existing);
      return;
    }
    if (!spec.autoprovision) {
      throw volumeError(`volume '${spec.volumeName}' does not exist and autoprovision is set to false`);
    }
    await this.#make(spec, {}, signal);
  }

  async #make(spec: DockerVolumeSpec, ownLabels: Readonly<Record<string, string>>, signal: AbortSignal): Promise<void> {
    const { volumeName: name, driver, driverOpts } = spec;
    const labels = { ...spec.labels, ...ownLabels };
    await this.#client.createVolume({ name, driver, driverOpts, labels }, { signal, timeoutMs: CALL_LIMIT_MS });
  }
}

function requireMatch(spec: DockerVolumeSpec, existing: VolumeInspection): void {
  const fixed = `volume '${spec.volumeName}' exists with other`;
  if (existing.driver !== spec.driver)
    throw volumeError(`${fixed} driver: ${existing.driver} instead of ${spec.driver}`);
  if (!isEqual(existing.labels, spec.labels)) throw volumeError(`${fixed} labels`);
  if (!isEqual(existing.options, spec.driverOpts)) throw volumeError(`${fixed} driver options`);
}

function isEqual(a: Readonly<Record<string, string>>, b: Readonly<Record<string, string>>): boolean {
  const names = Object.keys(a);
  return names.length === Object.keys(b).length && names.every((name) => a[name] === b[name]);
}

function volumeError(message: string): EngineError {
  return new EngineError("VolumeError", message);
}

/** The daemon's text under the name that users know; what is not an expected failure passes. */
function asVolumeError(error: unknown): unknown {
  if (!(error instanceof EngineError) || error.name === "VolumeError") return error;
  return new EngineError("VolumeError", error.message, {
    retryable: error.retryable,
    indeterminate: error.indeterminate,
    ...(error.status === undefined ? {} : { status: error.status }),
    cause: error,
  });
}
