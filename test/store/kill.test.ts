import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { DiskStateStore } from "../../src/store/index.ts";
import { buildProgram, removeProgram, startProgram } from "./child-process.ts";

const ROUNDS = 5;
let program = "";
let folder = "";

beforeAll(async () => {
  program = await buildProgram(new URL("./writer.ts", import.meta.url));
  folder = await mkdtemp(join(tmpdir(), "store-kill-"));
});
afterAll(async () => {
  await removeProgram(program);
  await rm(folder, { recursive: true, force: true });
});

describe("DiskStateStore after kill -9", () => {
  it(`REC-1: has every commit that was reported durable, whole, in ${ROUNDS} rounds on one folder`, async () => {
    const state = join(folder, "rounds");
    let first = 1;
    for (let round = 0; round < ROUNDS; round++) {
      const writer = startProgram(program, [state, String(first)]);
      await writer.written(100 + round * 37);
      writer.child.kill("SIGKILL");
      expect(await writer.ended).toBe("SIGKILL");
      const reported = Math.max(...writer.lines.slice(1).map(Number));

      const store = await DiskStateStore.open({ folder: state });
      const { tasks, changes, meta } = await store.load();
      const last = Number(meta.last);
      expect(last).toBeGreaterThanOrEqual(reported);
      expect(tasks.map(({ nextChange }) => nextChange)).toEqual([last + 1]);
      const kept = Array.from({ length: Math.min(10, last) }, (_, index) => last - Math.min(10, last) + 1 + index);
      expect(changes.map(({ sequence }) => sequence)).toEqual(kept);
      await store.close();
      first = last + 1;
    }
  });

  it("REC-9: a second process gets a clear error at once, and the folder is free after the first is killed", async () => {
    const state = join(folder, "lock");
    const writer = startProgram(program, [state]);
    await writer.written(2);
    const second = DiskStateStore.open({ folder: state });
    await expect(second).rejects.toMatchObject({ name: "StateStoreError" });
    await expect(second).rejects.toThrow(`process ${writer.child.pid} has it open`);
    writer.child.kill("SIGKILL");
    await writer.ended;
    const store = await DiskStateStore.open({ folder: state });
    expect((await store.load()).tasks).toHaveLength(1);
    await store.close();
  });
});
