/**
 * NFS in the place of volumes of other services: a Docker volume of the local driver, which the daemon mounts. Source:
 * engine-modern 18.4.
 */
import { VOLUME_DEFAULTS } from "../definition/defaults.ts";
import type { Volume } from "../definition/types.ts";
import { volumeNameFor } from "../docker-name.ts";
import { EngineError } from "../errors.ts";
import type { Task, TaskResource } from "../task.ts";
import { isEmptyVolume, isMounted, volumeResource } from "./volumes.ts";

/** As ECS mounts EFS: hard, 1 MiB reads and writes, 60 s until a request is sent again, at most twice before a report. */
const MOUNT_OPTIONS = "nfsvers=4.1,rsize=1048576,wsize=1048576,hard,timeo=600,retrans=2,noresvport";

/**
 * @param nfsExports `SERVER:/PATH` by the volume's name; an EFS root directory is looked for below the path
 * @throws {EngineError} VolumeError for an export that is not understood
 */
export function nfsVolumeResources(task: Task, nfsExports: Readonly<Record<string, string>>): readonly TaskResource[] {
  const { definition } = task;
  return definition.volumes.flatMap((volume, index) => {
    const address = nfsExports[volume.name];
    if (address === undefined || !isOfAnotherService(volume) || !isMounted(definition, volume)) return [];
    // The index keeps names apart that become equal when they are reduced to what Docker takes.
    const unique = `${task.id.slice(0, 16)}${index.toString(16).padStart(4, "0")}`;
    const volumeName = volumeNameFor(task, volume.name, unique);
    const driverOpts = driverOptions(volume, address);
    return [
      volumeResource(volume, {
        volumeName,
        scope: "task",
        autoprovision: false,
        driver: "local",
        driverOpts,
        labels: {},
      }),
    ];
  });
}

function isOfAnotherService(volume: Volume): boolean {
  return (
    volume.host?.sourcePath === undefined && volume.dockerVolumeConfiguration === undefined && !isEmptyVolume(volume)
  );
}

function driverOptions(volume: Volume, address: string): Readonly<Record<string, string>> {
  const [, server, path] = /^([^:/,\s]+|\[[\da-fA-F:]+\]):(\/[^\s]*)$/.exec(address) ?? [];
  if (server === undefined || path === undefined) {
    const text = `Cannot prepare volume "${volume.name}": ${address} is no NFS export of the form SERVER:/PATH`;
    throw new EngineError("VolumeError", text);
  }
  const root =
    volume.efsVolumeConfiguration?.rootDirectory ??
    volume.s3filesVolumeConfiguration?.rootDirectory ??
    VOLUME_DEFAULTS["efsVolumeConfiguration.rootDirectory"].value;
  const device = `${path}/${root}`.replaceAll(/\/{2,}/g, "/").replace(/(.)\/$/, "$1");
  return { type: "nfs", o: `addr=${server.replaceAll(/[[\]]/g, "")},${MOUNT_OPTIONS}`, device: `:${device}` };
}
