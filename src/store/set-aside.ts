/** Puts a damaged store out of the way, for people to look at. */
import { mkdir, rename } from "node:fs/promises";
import { join } from "node:path";
import { codeOf } from "./failures.ts";
import { journalFiles } from "./journal/segments.ts";

/** Moves a store's files into a new folder in there. @returns its name */
export async function setAside(folder: string): Promise<string> {
  const name = await makeFolder(folder);
  for (const file of await journalFiles(folder)) await rename(join(folder, file), join(folder, name, file));
  return name;
}

/** Never one that is there. */
async function makeFolder(folder: string): Promise<string> {
  for (let number = 1; ; number++) {
    const name = `damaged-${number}`;
    try {
      await mkdir(join(folder, name), { mode: 0o700 });
      return name;
    } catch (error) {
      if (codeOf(error) !== "EEXIST") throw error;
    }
  }
}
