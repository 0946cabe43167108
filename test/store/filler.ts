/**
 * Writes rows until the disk is full and goes on trying; tells as JSON what came of it.
 * Runs under a limit on the size of files, which fails writes as a full disk does. Argument: folder.
 */
import { LmdbStateStore } from "../../src/store/index.ts";

const TRIES = 300;

// The default action of this signal is to end the process; without it the write fails with EFBIG.
process.on("SIGXFSZ", () => undefined);
const store = await LmdbStateStore.open({ folder: process.argv[2] ?? "" });
const failures = new Set<string>();
let stored = 0;
for (let number = 0; number < TRIES; number++) {
  try {
    await store.commit([{ type: "putImage", image: imageOf(number) }]);
    stored += 1;
  } catch (error) {
    failures.add(error instanceof Error ? `${error.name} ${error.message}` : "");
  }
}
const kept = (await store.load()).images.length;
await store.close();
process.stdout.write(`${JSON.stringify({ stored, kept, failures: [...failures] })}\n`);

function imageOf(number: number) {
  const imageId = `sha256:${String(number).padStart(64, "0")}`;
  return { imageId, names: ["n".repeat(5_000)], sizeBytes: 1, pulledAt: 1, lastUsedAt: 1, pullSucceeded: true };
}
