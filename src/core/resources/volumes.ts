/**
 * The Docker volumes that a task needs, as resources: plain data that is saved with the task before anything is made.
 * Source: engine-modern 18.2, 18.3.
 */
import { VOLUME_DEFAULTS } from "../definition/defaults.ts";
import type { TaskDefinition, Volume } from "../definition/types.ts";
import { type NameOwner, volumeNameFor } from "../docker-name.ts";
import { EngineError } from "../errors.ts";
import type { Task, TaskResource } from "../task.ts";

/** `spec` of a `dockerVolume` resource. */
export type DockerVolumeSpec = {
  /** The volume's name in Docker: generated with task scope, its own name when shared. */
  readonly volumeName: string;
  readonly scope: "task" | "shared";
  /** Only with shared scope: make it when it is missing. */
  readonly autoprovision: boolean;
  readonly driver: string;
  readonly driverOpts: Readonly<Record<string, string>>;
  readonly labels: Readonly<Record<string, string>>;
};

/**
 * One resource for each Docker volume of the definition and for each empty volume that a container mounts. Binds need
 * none, and volumes of other services come from the operator's mapping.
 * @param hex makes as many random hex digits as asked for
 * @throws {EngineError} VolumeError for a task-scoped volume with autoprovision (VOL-4)
 */
export function volumeResourcesOf(
  definition: TaskDefinition,
  owner: NameOwner,
  hex: (digits: number) => string,
): readonly TaskResource[] {
  return definition.volumes.flatMap((volume) => {
    const spec = specOf(definition, volume, () => volumeNameFor(owner, volume.name, hex(20)));
    return spec === undefined ? [] : [volumeResource(volume, spec)];
  });
}

/** The Docker name of the volume that stands behind a definition's volume, once its resource is listed in the task. */
export function dockerVolumeName(task: Task, volumeName: string): string | undefined {
  const resource = task.resources.find(({ id }) => id === resourceId(volumeName));
  return resource === undefined ? undefined : readVolumeSpec(resource).volumeName;
}

/** Reads a saved spec back. @throws {EngineError} VolumeError when it is not one */
export function readVolumeSpec(resource: TaskResource): DockerVolumeSpec {
  const { volumeName, scope, autoprovision, driver, driverOpts, labels } = resource.spec;
  if (typeof volumeName !== "string" || typeof driver !== "string") throw unreadable(resource);
  if ((scope !== "task" && scope !== "shared") || typeof autoprovision !== "boolean") throw unreadable(resource);
  if (!isTextMap(driverOpts) || !isTextMap(labels)) throw unreadable(resource);
  return { volumeName, scope, autoprovision, driver, driverOpts, labels };
}

/** Volumes without any source live and die with the task. */
export function isEmptyVolume(volume: Volume): boolean {
  const { name: _name, host, ...other } = volume;
  return (
    host?.sourcePath === undefined && Object.values(other).every((value) => value === undefined || value === false)
  );
}

function specOf(definition: TaskDefinition, volume: Volume, generate: () => string): DockerVolumeSpec | undefined {
  if (volume.dockerVolumeConfiguration !== undefined)
    return configuredSpec(volume, volume.dockerVolumeConfiguration, generate);
  if (!isEmptyVolume(volume) || !isMounted(definition, volume)) return undefined;
  const local = { driver: "local", driverOpts: {}, labels: {} };
  return { volumeName: generate(), scope: "task", autoprovision: false, ...local };
}

function configuredSpec(
  volume: Volume,
  config: NonNullable<Volume["dockerVolumeConfiguration"]>,
  generate: () => string,
): DockerVolumeSpec {
  const autoprovision = config.autoprovision ?? VOLUME_DEFAULTS["dockerVolumeConfiguration.autoprovision"].value;
  if (config.scope === "task" && autoprovision) {
    throw new EngineError(
      "VolumeError",
      `Cannot prepare volume "${volume.name}": task scoped volume could not be autoprovisioned`,
    );
  }
  return {
    volumeName: config.scope === "shared" ? volume.name : generate(),
    scope: config.scope,
    autoprovision,
    driver: config.driver,
    driverOpts: config.driverOpts ?? {},
    labels: config.labels ?? {},
  };
}

/** Does a container use it? */
export function isMounted(definition: TaskDefinition, volume: Volume): boolean {
  return definition.containerDefinitions.some(({ mountPoints }) =>
    mountPoints.some(({ sourceVolume }) => sourceVolume === volume.name),
  );
}

/** The resource of a volume of the definition. */
export function volumeResource(volume: Volume, spec: DockerVolumeSpec): TaskResource {
  return {
    id: resourceId(volume.name),
    type: "dockerVolume",
    gates: "PULLED",
    knownStatus: "NONE",
    createRequested: false,
    volatile: false,
    spec,
  };
}

function resourceId(volumeName: string): string {
  return `dockerVolume/${volumeName}`;
}

function isTextMap(value: unknown): value is Readonly<Record<string, string>> {
  return (
    typeof value === "object" && value !== null && Object.values(value).every((entry) => typeof entry === "string")
  );
}

function unreadable(resource: TaskResource): EngineError {
  return new EngineError(
    "VolumeError",
    `Cannot read volume resource "${resource.id}": its saved form is not understood`,
  );
}
