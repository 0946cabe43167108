/**
 * Stores as older programs left them, each with the export that the same program made of it. They were made by the
 * program of that day, whose engine had died in the middle of its tasks, and are never written anew: a change of the form
 * that today's program cannot read would show here.
 */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gunzipSync } from "node:zlib";
import { afterAll, describe, expect, it } from "vitest";
import type { StoredState } from "../../src/ports/state-store.ts";
import { DiskStateStore, exportState, importState, MemoryStateStore, parseExport } from "../../src/store/index.ts";

const golden = fileURLToPath(new URL("./golden-stores/", import.meta.url));
const days = readdirSync(golden).sort();
const work = mkdtempSync(join(tmpdir(), "golden-stores-"));
afterAll(() => rmSync(work, { recursive: true, force: true }));

const exportOf = (day: string) => readFileSync(join(golden, day, "export.json"), "utf8");

/** A copy, as opening writes. */
function folderOf(day: string): string {
  const folder = join(work, day);
  mkdirSync(folder, { mode: 0o700 });
  for (const packed of readdirSync(join(golden, day)).filter((name) => name.endsWith(".gz"))) {
    const bytes = gunzipSync(readFileSync(join(golden, day, packed)));
    writeFileSync(join(folder, packed.slice(0, -".gz".length)), bytes, { mode: 0o600 });
  }
  return folder;
}

/** A file has its rows in the order of their keys. */
function byArn(state: StoredState): StoredState {
  return { ...state, tasks: state.tasks.toSorted((a, b) => a.arn.localeCompare(b.arn)) };
}

describe("stores of older programs", () => {
  it("there is one of each kind: a journal of whole rows, one with what changed of them", () => {
    expect(days.slice(0, 2)).toEqual(["2026-11-24", "2026-11-30"]);
  });

  it.each(days)("REC-8: the store of %s opens, with every row that its export has", async (day) => {
    const folder = folderOf(day);
    const store = await DiskStateStore.open({ folder });
    const state = await store.load();
    expect(byArn(state)).toEqual(byArn(parseExport(exportOf(day))));
    expect(state.tasks.length).toBeGreaterThan(0);
    await store.commit([{ type: "putMeta", key: "opened", value: "yes" }]);
    await store.close();
    const again = await DiskStateStore.open({ folder });
    expect(await again.load()).toEqual({ ...state, meta: { ...state.meta, opened: "yes" } });
    await again.close();
  });

  it.each(days)("REC-8: the export of %s is imported whole", async (day) => {
    const store = new MemoryStateStore();
    await importState(store, exportOf(day));
    expect(parseExport(await exportState(store))).toEqual(parseExport(exportOf(day)));
    const { tasks, changes } = JSON.parse(exportOf(day));
    const imported = await store.load();
    expect([imported.tasks, imported.changes]).toEqual([tasks, changes]);
  });
});
