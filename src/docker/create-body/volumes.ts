/**
 * Binds and volumesFrom. Source: interfaces 1.5, engine-modern 18.2 and 18.3.
 */
import type { MountPoint, Volume } from "../../core/definition/types.ts";
import { EngineError } from "../../core/errors.ts";
import { dockerVolumeName } from "../../core/resources/volumes.ts";
import type { HostConfig } from "../../ports/docker-client.ts";
import type { CreateInput } from "./context.ts";
import { requireCreated } from "./peers.ts";
import { type Members, nonEmpty } from "./present.ts";

/** Directory under which a container finds its metadata file. */
export const METADATA_MOUNT = "/opt/ecs/metadata";

/** @throws {EngineError} HostConfigError */
export function volumeMembers(input: CreateInput): Members<Pick<HostConfig, "Binds" | "VolumesFrom">> {
  const binds = [
    ...input.definition.mountPoints.map((mountPoint) => bind(input, mountPoint)),
    ...metadataBind(input),
    ...routerBinds(input),
  ];
  return {
    Binds: nonEmpty(binds),
    VolumesFrom: nonEmpty(volumesFrom(input)),
  };
}

function bind(input: CreateInput, { sourceVolume, containerPath, readOnly }: MountPoint): string {
  const volume = input.task.definition.volumes.find(({ name }) => name === sourceVolume);
  if (volume === undefined) throw new EngineError("HostConfigError", `Invalid volume referenced: ${sourceVolume}`);
  const source = sourceOf(input, volume);
  if (source === "" || containerPath === "") {
    const paths = `source "${source}", container path "${containerPath}"`;
    throw new EngineError(
      "HostConfigError",
      `Unable to resolve volume mounts; invalid path: ${sourceVolume} (${paths})`,
    );
  }
  return `${source}:${containerPath}${readOnly ? ":ro" : ""}`;
}

/** A host path, or the name of a Docker volume. */
function sourceOf({ task, context }: CreateInput, volume: Volume): string {
  if (volume.host?.sourcePath !== undefined) return volume.host.sourcePath;
  const source = dockerVolumeName(task, volume.name) ?? context.volumePaths[volume.name];
  if (source !== undefined) return source;
  const hint = "no Docker volume was made for it, and no host directory is configured in its place";
  throw new EngineError("HostConfigError", `Cannot mount volume "${volume.name}": ${hint}`);
}

function metadataBind({ context }: CreateInput): readonly string[] {
  const { metadataFile } = context;
  return metadataFile === undefined ? [] : [`${metadataFile.hostDirectory}:${METADATA_MOUNT}/${metadataFile.id}`];
}

function routerBinds({ definition, context }: CreateInput): readonly string[] {
  if (definition.firelensConfiguration === undefined) return [];
  return context.firelens?.routerBinds ?? [];
}

function volumesFrom({ task, definition }: CreateInput): readonly string[] {
  return definition.volumesFrom.map(({ sourceContainer, readOnly }) => {
    const { dockerName } = requireCreated(task, sourceContainer, "volumesFrom");
    return readOnly ? `${dockerName}:ro` : dockerName;
  });
}
