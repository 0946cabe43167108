/** A data folder as the home of an engine's state. */
import { realpath, stat } from "node:fs/promises";
import type { StateHome } from "../ports/state-home.ts";

export function folderHome(dataDir: string): StateHome {
  return {
    async place() {
      const folder = await realpath(dataDir);
      const { dev, ino } = await stat(folder, { bigint: true });
      return { folder, identity: `${dev}:${ino}` };
    },
    async userOf(folder) {
      const { folderUser } = await import("../store/folder-lock.ts");
      const process = await folderUser(folder);
      return process === undefined ? undefined : `process ${process}`;
    },
  };
}
