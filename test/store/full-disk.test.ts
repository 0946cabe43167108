/** A disk of its own, small and in memory. Needs root. */
import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { DiskStateStore } from "../../src/store/index.ts";
import { anImage } from "./rows.ts";

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

  it("says so when there is no room from the beginning", async () => {
    writeFileSync(join(folder, "filler"), Buffer.alloc(1_500_000));
    const store = await DiskStateStore.open({ folder: join(folder, "full") });
    await expect(store.commit([{ type: "putMeta", key: "a", value: "b" }])).rejects.toThrow(/ENOSPC/);
    expect(await store.load()).toMatchObject({ meta: {} });
    await store.close();
  });
});
