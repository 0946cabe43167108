import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { LmdbStateStore } from "../../src/store/index.ts";
import { buildProgram, removeProgram, startProgram } from "./child-process.ts";

let program = "";
let folder = "";

beforeAll(async () => {
  program = await buildProgram(new URL("./filler.ts", import.meta.url));
  folder = await mkdtemp(join(tmpdir(), "store-full-"));
});
afterAll(async () => {
  await removeProgram(program);
  await rm(folder, { recursive: true, force: true });
});

describe("LmdbStateStore on a full disk", () => {
  it("fails the commits that find no room, keeps the others, and works again when there is room", async () => {
    const filler = startProgram(program, [folder], 3_000);
    expect(await filler.ended).toBe(0);
    const { stored, kept, failures } = JSON.parse(filler.lines[0] ?? "{}");
    expect(stored).toBeGreaterThan(5);
    expect(stored).toBeLessThan(300);
    expect(kept).toBe(stored);
    expect(failures).toHaveLength(1);
    expect(failures[0]).toMatch(/^StateStoreError Cannot save state in .*: EFBIG/);

    const store = await LmdbStateStore.open({ folder });
    await store.commit([{ type: "putMeta", key: "after", value: "yes" }]);
    expect((await store.load()).images).toHaveLength(stored);
    await store.close();
  });
});
