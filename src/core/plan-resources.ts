/** What a task needs beside containers, as its definition tells. Source: engine-modern 5.3 (fixed gates), 12.6, 18, 20, 21. */
import type { ContainerDefinition, TaskDefinition, Volume } from "./definition/types.ts";

export type PlannedResource = {
  readonly name: string;
  readonly detail: string;
  /** Containers that are held until it is there. */
  readonly usedBy: readonly string[];
  /** Does it go away with the task? */
  readonly removed: boolean;
};

export function resourcesOf(definition: TaskDefinition): readonly PlannedResource[] {
  const containers = definition.containerDefinitions;
  return [
    ...definition.volumes.flatMap((volume) => volumeResource(volume, containers)),
    ...kept(
      "registry credentials",
      containers,
      (each) => each.repositoryCredentials && [each.repositoryCredentials.credentialsParameter],
    ),
    ...kept("secrets", containers, secretsOf),
    ...kept("environment files", containers, (each) => each.environmentFiles?.map((file) => file.value)),
  ];
}

function volumeResource(volume: Volume, containers: readonly ContainerDefinition[]): readonly PlannedResource[] {
  const detail = volumeDetail(volume);
  if (detail === undefined) return [];
  const mounts = (each: ContainerDefinition) => each.mountPoints.some((mount) => mount.sourceVolume === volume.name);
  const usedBy = containers.filter(mounts).map((each) => each.name);
  return [
    { name: `volume ${volume.name}`, detail, usedBy, removed: volume.dockerVolumeConfiguration?.scope !== "shared" },
  ];
}

/** Undefined for a bind mount: there is nothing to be made. */
function volumeDetail(volume: Volume): string | undefined {
  if (volume.host?.sourcePath !== undefined) return undefined;
  const docker = volume.dockerVolumeConfiguration;
  if (docker !== undefined) return `Docker volume, driver ${docker.driver}, scope ${docker.scope}`;
  if (volume.efsVolumeConfiguration !== undefined)
    return `EFS file system ${volume.efsVolumeConfiguration.fileSystemId}`;
  if (volume.s3filesVolumeConfiguration !== undefined)
    return `S3 Files ${volume.s3filesVolumeConfiguration.fileSystemArn}`;
  if (volume.fsxWindowsFileServerVolumeConfiguration !== undefined) {
    return `FSx for Windows ${volume.fsxWindowsFileServerVolumeConfiguration.fileSystemId}`;
  }
  return volume.configuredAtLaunch === true ? "configured at launch" : "empty, lives as long as the task";
}

function secretsOf(container: ContainerDefinition): readonly string[] {
  return [...(container.secrets ?? []), ...(container.logConfiguration?.secretOptions ?? [])].map(
    (each) => each.valueFrom,
  );
}

/** One resource of values that are held in memory while the task is. */
function kept(
  name: string,
  containers: readonly ContainerDefinition[],
  valuesOf: (container: ContainerDefinition) => readonly string[] | undefined,
): readonly PlannedResource[] {
  const users = containers.filter((each) => (valuesOf(each) ?? []).length > 0);
  if (users.length === 0) return [];
  const values = new Set(users.flatMap((each) => valuesOf(each) ?? []));
  return [{ name, detail: [...values].join(", "), usedBy: users.map((each) => each.name), removed: false }];
}
