/** Where the engine writes and removes on the host: below its data folder, and nowhere that a link leads to. */
import { lstat } from "node:fs/promises";
import { join } from "node:path";
import { NotOwnError } from "../core/resources/own.ts";

/**
 * The path of these names below the data folder.
 * @throws {NotOwnError} for a name that is a path, and for a link on the way
 */
export async function placeWithin(dataDirectory: string, names: readonly string[]): Promise<string> {
  let path = dataDirectory;
  for (const name of names) {
    path = join(path, name);
    if (!/^[\w~-]+$/.test(name) || (await isLink(path))) throw new NotOwnError(`Directory ${path}`);
  }
  return path;
}

async function isLink(path: string): Promise<boolean> {
  try {
    return (await lstat(path)).isSymbolicLink();
  } catch (error) {
    if (error instanceof Error && "code" in error && (error.code === "ENOENT" || error.code === "ENOTDIR"))
      return false;
    throw error;
  }
}
