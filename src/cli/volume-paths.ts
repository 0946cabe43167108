/** `--volume NAME=PATH`: a folder of this host in the place of a volume, whatever kind it was. */
import { resolve } from "node:path";
import { suggestion } from "../core/definition/nearest.ts";
import type { TaskDefinition } from "../core/definition/types.ts";
import { InvalidInputError } from "../core/errors.ts";

/** @throws {InvalidInputError} naming every volume that the definition does not have */
export function replaceVolumes(
  definition: TaskDefinition,
  paths: ReadonlyMap<string, string>,
  workingDirectory: string,
): TaskDefinition {
  const names = definition.volumes.map((volume) => volume.name);
  const unknown = [...paths.keys()].filter((name) => !names.includes(name));
  if (unknown.length > 0) throw new InvalidInputError("", unknown.map((name) => unknownVolume(name, names)).join("\n"));
  return {
    ...definition,
    volumes: definition.volumes.map((volume) => {
      const path = paths.get(volume.name);
      return path === undefined ? volume : { name: volume.name, host: { sourcePath: resolve(workingDirectory, path) } };
    }),
  };
}

function unknownVolume(name: string, names: readonly string[]): string {
  const known = names.length === 0 ? "it has none" : `it has ${names.join(", ")}`;
  const guess = suggestion(name, names);
  return `Cannot use --volume ${name}: the task definition has no volume of that name, ${known}${guess === undefined ? "" : `. ${guess}?`}`;
}
