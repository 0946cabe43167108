/** `--volume NAME=PATH`: a folder of this host in the place of a volume, whatever kind it was. */
import { resolve } from "node:path";
import { suggestion } from "../core/definition/nearest.ts";
import { InvalidInputError } from "../core/errors.ts";

/**
 * A copy of a document that need not be valid yet: an unfilled placeholder in a volume is one reason to replace it.
 * @throws {InvalidInputError} naming every volume that the definition does not have
 */
export function replaceVolumes(input: unknown, paths: ReadonlyMap<string, string>, workingDirectory: string): unknown {
  if (paths.size === 0 || typeof input !== "object" || input === null) return input;
  const volumes: readonly unknown[] = "volumes" in input && Array.isArray(input.volumes) ? input.volumes : [];
  const names = volumes.flatMap((volume) => nameOf(volume) ?? []);
  const unknown = [...paths.keys()].filter((name) => !names.includes(name));
  if (unknown.length > 0) throw new InvalidInputError("", unknown.map((name) => unknownVolume(name, names)).join("\n"));
  return {
    ...input,
    volumes: volumes.map((volume) => {
      const name = nameOf(volume);
      const path = name === undefined ? undefined : paths.get(name);
      return path === undefined ? volume : { name, host: { sourcePath: resolve(workingDirectory, path) } };
    }),
  };
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
