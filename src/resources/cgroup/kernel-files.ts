import { mkdir, readdir, rmdir, writeFile } from "node:fs/promises";
import type { CgroupFiles } from "./hierarchy.ts";

/** The kernel's own control groups. */
export const kernelFiles: CgroupFiles = {
  async directoriesIn(path) {
    const entries = await readdir(path, { withFileTypes: true }).catch(ignoreAbsence);
    return (entries ?? []).filter((entry) => entry.isDirectory()).map(({ name }) => name);
  },
  async make(path) {
    await mkdir(path, { recursive: true });
  },
  async write(path, value) {
    await writeFile(path, value);
  },
  async removeDirectory(path) {
    await rmdir(path).catch(ignoreAbsence);
  },
};

function ignoreAbsence(error: NodeJS.ErrnoException): undefined {
  if (error.code !== "ENOENT") throw error;
}
