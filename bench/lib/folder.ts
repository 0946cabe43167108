/** Folders on the project's own disk, gone when the benchmark ends. */
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";

/** On the disk of the clone: the temporary folder may live in memory, where a sync costs nothing. */
export function freshFolder(): string {
  const parent = join(process.cwd(), ".berth", "bench-data");
  mkdirSync(parent, { recursive: true });
  const folder = mkdtempSync(join(parent, "store-"));
  process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
