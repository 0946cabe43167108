/** How full the disk is on which a folder lies, for the clean-up's disk pressure. */
import { statfs } from "node:fs/promises";

/** Part that is used, 0 to 1, as users without privileges see it. Rejects when the folder cannot be looked at. */
export async function diskUsedPart(folder: string): Promise<number> {
  const { blocks, bavail } = await statfs(folder);
  return blocks === 0 ? 0 : 1 - bavail / blocks;
}
