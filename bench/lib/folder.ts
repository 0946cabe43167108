/** Folders on the project's own disk, gone when the benchmark ends. */
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";

const folders: string[] = [];
process.on("exit", () => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

/** On the disk of the clone: the temporary folder may live in memory, where a sync costs nothing. */
export function freshFolder(): string {
  const parent = join(process.cwd(), ".berth", "bench-data");
  mkdirSync(parent, { recursive: true });
  const folder = mkdtempSync(join(parent, "store-"));
  folders.push(folder);
  return folder;
}
