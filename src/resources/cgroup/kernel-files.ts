import { mkdir, readdir, readFile, rmdir, writeFile } from "node:fs/promises";
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
    try {
      await rmdir(path).catch(ignoreAbsence);
    } catch (error) {
      await killProcesses(path);
      throw error;
    }
  },
};

/**
 * A daemon that crashes in the middle of a start forgets the process that it has made. It comes to light here, after the
 * last container of its task is gone, and would keep the group for ever.
 */
async function killProcesses(path: string): Promise<void> {
  const text = await readFile(`${path}/cgroup.procs`, "utf8").catch(() => "");
  // A process that cannot be seen from here shows as 0, which would mean ourselves.
  for (const pid of text
    .split("\n")
    .map(Number)
    .filter((each) => each > 0))
    kill(pid);
}

function kill(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "ESRCH")) throw error;
  }
}

function ignoreAbsence(error: NodeJS.ErrnoException): undefined {
  if (error.code !== "ENOENT") throw error;
}
