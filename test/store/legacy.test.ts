/** A store of the time before the journal, as it is taken over. */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { afterAll, describe, expect, it } from "vitest";
import { DiskStateStore } from "../../src/store/index.ts";
import { MemoryLog } from "../../src/testing/memory-log.ts";

const LEGACY = gunzipSync(readFileSync(new URL("./golden-stores/2026-11-23/data.mdb.gz", import.meta.url)));
const work = mkdtempSync(join(tmpdir(), "store-legacy-"));
let count = 0;
afterAll(() => rmSync(work, { recursive: true, force: true }));

function folderWith(bytes: Buffer): string {
  const folder = join(work, String(count++));
  mkdirSync(folder, { mode: 0o700 });
  writeFileSync(join(folder, "data.mdb"), bytes);
  return folder;
}

describe("DiskStateStore over an LMDB file", () => {
  it("takes its rows over once, says so, and leaves the file as it is", async () => {
    const folder = folderWith(LEGACY);
    const log = new MemoryLog();
    const store = await DiskStateStore.open({ folder, log });
    const { tasks } = await store.load();
    expect(tasks.length).toBeGreaterThan(0);
    expect(log.lines).toMatchObject([{ level: "info", fields: { file: join(folder, "data.mdb") } }]);
    await store.commit(tasks.map(({ arn }) => ({ type: "deleteTask", taskArn: arn })));
    await store.close();
    expect(readFileSync(join(folder, "data.mdb")).equals(LEGACY)).toBe(true);
    const again = await DiskStateStore.open({ folder });
    expect((await again.load()).tasks).toEqual([]);
    await again.close();
  });

  it.each([
    ["lost its end", LEGACY.subarray(0, 20_000), /data\.mdb is damaged: reading it ends with SIG/],
    ["is something else", Buffer.from("hello ".repeat(5_000)), /data\.mdb is damaged: reading it ends with SIG/],
    [
      "has other rows",
      Buffer.from(LEGACY.toString("latin1").replaceAll('"family":"test"', '"family":"best"'), "latin1"),
      /is not what was written/,
    ],
  ])("REC-8: refuses one that %s, and begins nothing", async (_, bytes, reason) => {
    const folder = folderWith(bytes);
    const failure = DiskStateStore.open({ folder });
    await expect(failure).rejects.toMatchObject({ name: "StateStoreError" });
    await expect(failure).rejects.toThrow(reason);
    expect(readdirSync(folder).filter((name) => name.startsWith("journal"))).toEqual([]);
  });

  it("sets a damaged one aside when told to", async () => {
    const folder = folderWith(LEGACY.subarray(0, 20_000));
    const store = await DiskStateStore.open({ folder, onDamage: "setAside" });
    expect((await store.load()).tasks).toEqual([]);
    await store.close();
    expect(readFileSync(join(folder, "damaged-1", "data.mdb"))).toHaveLength(20_000);
  });

  it("begins empty where the file was made and never written to", async () => {
    const store = await DiskStateStore.open({ folder: folderWith(Buffer.alloc(0)) });
    expect((await store.load()).tasks).toEqual([]);
    await store.close();
  });
});
