/** Puts a damaged store out of the way, for people to look at. */
import { journalFiles } from "./journal/segments.ts";
import type { StateFolder } from "./state-folder.ts";

/** Moves a store's files into a new folder in there. @returns its name */
export async function setAside(folder: StateFolder): Promise<string> {
  const name = await makeFolder(folder);
  for (const file of await journalFiles(folder)) await folder.rename(file, `${name}/${file}`);
  return name;
}

/** Never one that is there. */
async function makeFolder(folder: StateFolder): Promise<string> {
  for (let number = 1; ; number++) {
    const name = `damaged-${number}`;
    if (await folder.makeFolder(name)) return name;
  }
}
