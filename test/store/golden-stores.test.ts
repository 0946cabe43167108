/**
 * Stores as older programs left them, each with the export that the same program made of it. They were made by the
 * program of that day, whose engine had died in the middle of its tasks, and are never written anew: a change of the form
 * that today's program cannot read would show here.
 */
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gunzipSync } from "node:zlib";
import { afterAll, describe, expect, it } from "vitest";
import type { StoredState } from "../../src/ports/state-store.ts";
import { exportState, importState, LmdbStateStore, MemoryStateStore, parseExport } from "../../src/store/index.ts";

const golden = fileURLToPath(new URL("./golden-stores/", import.meta.url));
const days = readdirSync(golden).sort();
const work = mkdtempSync(join(tmpdir(), "golden-stores-"));
afterAll(() => rmSync(work, { recursive: true, force: true }));

const exportOf = (day: string) => readFileSync(join(golden, day, "export.json"), "utf8");

/** A copy, as opening writes. @param sealed as after an orderly end; otherwise as after a crash */
function folderOf(day: string, sealed: boolean): string {
  const folder = join(work, `${day}-${String(sealed)}`);
  mkdirSync(folder, { mode: 0o700 });
  writeFileSync(join(folder, "data.mdb"), gunzipSync(readFileSync(join(golden, day, "data.mdb.gz"))), { mode: 0o600 });
  if (sealed) cpSync(join(golden, day, "closed.json"), join(folder, "closed.json"));
  return folder;
}

/** A file has its rows in the order of their keys. */
function byArn(state: StoredState): StoredState {
  return { ...state, tasks: state.tasks.toSorted((a, b) => a.arn.localeCompare(b.arn)) };
}

describe("stores of older programs", () => {
  it("there is at least one", () => {
    expect(days).toContain("2026-11-23");
  });

  it.each(days.flatMap((day) => [[day, true] as const, [day, false] as const]))(
    "REC-8: the store of %s opens (closed in order: %s), with every row that its export has",
    async (day, sealed) => {
      const folder = folderOf(day, sealed);
      const store = await LmdbStateStore.open({ folder });
      const state = await store.load();
      expect(byArn(state)).toEqual(byArn(parseExport(exportOf(day))));
      expect(state.tasks.length).toBeGreaterThan(0);
      await store.commit([{ type: "putMeta", key: "opened", value: "yes" }]);
      await store.close();
      const again = await LmdbStateStore.open({ folder });
      expect(await again.load()).toEqual({ ...state, meta: { ...state.meta, opened: "yes" } });
      await again.close();
    },
  );

  it.each(days)("REC-8: the export of %s is imported whole", async (day) => {
    const store = new MemoryStateStore();
    await importState(store, exportOf(day));
    expect(parseExport(await exportState(store))).toEqual(parseExport(exportOf(day)));
    const { tasks, changes } = JSON.parse(exportOf(day));
    const imported = await store.load();
    expect([imported.tasks, imported.changes]).toEqual([tasks, changes]);
  });
});
