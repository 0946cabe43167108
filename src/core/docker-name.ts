/**
 * Names of the objects that Berth makes in Docker. All parts are reduced to what Docker takes everywhere, so that no
 * family or container name, however it came in, can make a create call fail.
 * Source: interfaces 1.4, engine-behaviour 7.9; deviates from it where W-38 lists a weakness.
 */
import { asDockerName, type DockerName } from "./brand.ts";

/** Enough to tell names apart at a glance, and two of these with the rest stay below the 255 bytes of a file name. */
const LONGEST_PART = 100;

export type NameOwner = { readonly family: string; readonly revision: number };

/**
 * `ecs-FAMILY-REVISION-CONTAINER-HEX`. Two names that become equal when they are reduced stay apart by `hex`.
 * @param hex random lower-case hex digits, unique to this container
 */
export function dockerNameFor(family: string, revision: number, containerName: string, hex: string): DockerName {
  return asDockerName(generatedName({ family, revision }, containerName, hex));
}

/** Could this be the name that such a container was given? Names that Docker or people choose could not. */
export function isDockerNameFor(dockerName: string, owner: NameOwner, containerName: string): boolean {
  const start = `${generatedName(owner, containerName, "")}-`;
  return dockerName.startsWith(start) && /^[0-9a-f]+$/.test(dockerName.slice(start.length));
}

/** `ecs-FAMILY-REVISION-VOLUME-HEX`, the Docker volume behind an empty or task-scoped volume. Source: engine-modern 18.2. */
export function volumeNameFor(owner: NameOwner, volumeName: string, hex: string): string {
  return generatedName(owner, volumeName, hex);
}

/** Could this be a name that {@link volumeNameFor} made with 20 digits? People's own names could not. */
export function isGeneratedVolumeName(name: string): boolean {
  return /^ecs-[A-Za-z0-9-]*[0-9a-f]{20}$/.test(name);
}

function generatedName(owner: NameOwner, name: string, hex: string): string {
  return ["ecs", reduce(owner.family), String(owner.revision), reduce(name), hex]
    .filter((part) => part !== "")
    .join("-");
}

function reduce(part: string): string {
  return part.replaceAll(/[^A-Za-z0-9-]/g, "").slice(0, LONGEST_PART);
}
