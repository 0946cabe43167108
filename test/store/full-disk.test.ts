/** A disk of its own, small and in memory. Needs root. */
import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { changeTask } from "../../src/core/task-copy.ts";
import { DiskStateStore } from "../../src/store/index.ts";
import { aContainer, aTask } from "../../src/testing/builders.ts";
import { anImage, TASK_A } from "./rows.ts";

/** Programs of the machine. */
const [MOUNT, UMOUNT] = ["mount", "umount"];
const TRIES = 300;
let folder = "";

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "store-full-"));
  execFileSync(MOUNT, ["-t", "tmpfs", "-o", "size=2m", "tmpfs", folder]);
});
afterEach(async () => {
  execFileSync(UMOUNT, [folder]);
  await rm(folder, { recursive: true });
});

const imageOf = (number: number) => ({ ...anImage(`sha256:${number}`), names: ["n".repeat(5_000)] });

describe("DiskStateStore on a full disk", () => {
  it("fails the commits that find no room, keeps the others, and works again when there is room", async () => {
    const store = await DiskStateStore.open({ folder });
    const failures = new Set<string>();
    let stored = 0;
    for (let number = 0; number < TRIES; number += 1) {
      try {
        await store.commit([{ type: "putImage", image: imageOf(number) }]);
        stored += 1;
      } catch (error) {
        failures.add(String(error));
      }
    }
    expect(stored).toBeGreaterThan(100);
    expect(stored).toBeLessThan(TRIES);
    expect([...failures]).toEqual([expect.stringMatching(/^StateStoreError: Cannot save state in .*: ENOSPC/)]);
    expect((await store.load()).images).toHaveLength(stored);

    execFileSync(MOUNT, ["-o", "remount,size=16m", folder]);
    await store.commit([{ type: "putMeta", key: "after", value: "yes" }]);
    await store.close();
    const again = await DiskStateStore.open({ folder });
    expect(await again.load()).toMatchObject({ images: { length: stored }, meta: { after: "yes" } });
    await again.close();
  });

  it("writes down anew what waits behind a write that failed", async () => {
    execFileSync(MOUNT, ["-o", "remount,size=3m", folder]); // room for two segments, and not for what is too large
    const store = await DiskStateStore.open({ folder });
    const added = aTask({ arn: TASK_A, containers: [aContainer({ name: "a" })] });
    await store.commit([{ type: "putTask", task: added }]);
    const stopping = changeTask(added, { desiredStatus: "STOPPED" });
    const tooLarge = { ...anImage("sha256:1"), names: ["n".repeat(3_000_000)] };
    const failing = store.commit([
      { type: "putTask", task: stopping },
      { type: "putImage", image: tooLarge },
    ]);
    await new Promise(setImmediate); // by now it is being written, and what comes is written down behind it
    const stopped = changeTask(stopping, { stoppedReason: "over" });
    const [failed, ...others] = await Promise.allSettled([
      failing,
      store.commit([{ type: "putTask", task: stopped }]),
      store.commit([{ type: "putMeta", key: "after", value: "yes" }]),
    ]);
    expect([failed, ...others].map(({ status }) => status)).toEqual(["rejected", "fulfilled", "fulfilled"]);
    await store.close();
    const again = await DiskStateStore.open({ folder });
    const { tasks, images, meta } = await again.load();
    expect(tasks).toMatchObject([{ desiredStatus: "STOPPED", stoppedReason: "over" }]);
    expect([images, meta]).toEqual([[], { after: "yes" }]);
    await again.close();
  });

  it("says so when there is no room from the beginning", async () => {
    writeFileSync(join(folder, "filler"), Buffer.alloc(1_500_000));
    const store = await DiskStateStore.open({ folder: join(folder, "full") });
    await expect(store.commit([{ type: "putMeta", key: "a", value: "b" }])).rejects.toThrow(/ENOSPC/);
    expect(await store.load()).toMatchObject({ meta: {} });
    await store.close();
  });
});
