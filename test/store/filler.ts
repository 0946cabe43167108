/**
 * Writes rows until the disk is full, then a few more, then makes room and writes again; tells as JSON what came of it.
 * Runs under a limit on the size of files, which fails writes as a full disk does. Argument: folder.
 */
import { LmdbStateStore } from "../../src/store/index.ts";

const TRIES = 60;

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
    failures.add(error instanceof Error ? `${error.name} ${error.message.replace(/position.*/, "")}` : "");
  }
}
const kept = (await store.load()).images.length;
const ids = Array.from({ length: 10 }, (_, index) => imageOf(index).imageId);
await store.commit(ids.map((imageId) => ({ type: "deleteImage", imageId })));
await store.commit([{ type: "putMeta", key: "after", value: "yes" }]);
await store.close();
process.stdout.write(`${JSON.stringify({ stored, kept, failures: [...failures] })}\n`);

function imageOf(number: number) {
  const imageId = `sha256:${String(number).padStart(64, "0")}`;
  return { imageId, names: ["n".repeat(5_000)], sizeBytes: 1, pulledAt: 1, lastUsedAt: 1, pullSucceeded: true };
}
