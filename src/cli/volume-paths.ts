/** `--volume NAME=PATH`: a folder of this host in the place of a volume, whatever kind it was. */
import { statSync } from "node:fs";
import { isAbsolute, resolve } from "node:path";
import { suggestion } from "../core/definition/nearest.ts";
import type { TaskDefinition } from "../core/definition/types.ts";
import { InvalidInputError } from "../core/errors.ts";
import { InvalidInputLines } from "./told-in-lines.ts";

/**
 * A copy of a document that need not be valid yet, an unfilled placeholder in a volume being one reason to replace it. The
 * volumes are empty ones in it: rules are for what the file says, not for the folders that {@link mountFolders} puts there.
 * @throws {InvalidInputError} naming every volume that the definition does not have, or one without a folder
 */
export function replaceVolumes(input: unknown, paths: ReadonlyMap<string, string>): unknown {
  const [empty] = [...paths].find(([, path]) => path === "") ?? [];
  if (empty !== undefined) throw new InvalidInputError("", `Cannot use --volume ${empty}=: no folder is named`);
  if (paths.size === 0 || typeof input !== "object" || input === null) return input;
  const volumes: readonly unknown[] = "volumes" in input && Array.isArray(input.volumes) ? input.volumes : [];
  const names = volumes.flatMap((volume) => nameOf(volume) ?? []);
  const unknown = [...paths.keys()].filter((name) => !names.includes(name));
  if (unknown.length > 0) throw new InvalidInputLines(unknown.map((name) => unknownVolume(name, names)));
  return {
    ...input,
    volumes: volumes.map((volume) => {
      const name = nameOf(volume);
      return name === undefined || !paths.has(name) ? volume : { name };
    }),
  };
}

/** The definition with these folders of this host in the place of its volumes. */
export function mountFolders(
  definition: TaskDefinition,
  paths: ReadonlyMap<string, string>,
  workingDirectory: string,
): TaskDefinition {
  if (paths.size === 0) return definition;
  const volumes = definition.volumes.map((volume) => {
    const path = paths.get(volume.name ?? "");
    return path === undefined ? volume : { ...volume, host: { sourcePath: resolve(workingDirectory, path) } };
  });
  return { ...definition, volumes };
}

/** A path of this host that a volume stands for, where it is not the folder that was meant. */
export type FolderFault = { readonly volume: string; readonly path: string; readonly is: "missing" | "file" };

/** Of the volumes that a run would mount. Docker makes a folder that is not there: empty, and root's. */
export function folderFaults({ volumes }: TaskDefinition): readonly FolderFault[] {
  return volumes.flatMap(({ name = "", host }) => {
    const path = host?.sourcePath;
    const is = path === undefined || !isAbsolute(path) ? undefined : faultOf(path);
    return path === undefined || is === undefined ? [] : [{ volume: name, path, is }];
  });
}

/** What may not be looked at is left to Docker, which may. */
function faultOf(path: string): FolderFault["is"] | undefined {
  try {
    return statSync(path).isDirectory() ? undefined : "file";
  } catch (error) {
    if (!(error instanceof Error && "code" in error)) throw error;
    return error.code === "ENOENT" || error.code === "ENOTDIR" ? "missing" : undefined;
  }
}

/** @throws {InvalidInputError} when an option names a folder that is none */
export function checkFolder(option: string, folder: string, workingDirectory: string): void {
  const found = statSync(resolve(workingDirectory, folder), { throwIfNoEntry: false });
  if (found?.isDirectory() === true) return;
  const fact = found === undefined ? "there is no such folder" : "it is no folder";
  throw new InvalidInputError("", `Cannot use ${option} ${folder}: ${fact}`);
}

function nameOf(volume: unknown): string | undefined {
  const named = typeof volume === "object" && volume !== null && "name" in volume;
  return named && typeof volume.name === "string" ? volume.name : undefined;
}

function unknownVolume(name: string, names: readonly string[]): string {
  const known = names.length === 0 ? "it has none" : `it has ${names.join(", ")}`;
  const guess = suggestion(name, names);
  return `Cannot use --volume ${name}: the task definition has no volume of that name, ${known}${guess === undefined ? "" : `. ${guess}?`}`;
}
