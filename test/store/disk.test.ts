import { chmod, mkdir, mkdtemp, readdir, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type RawState, SAVED_VERSION } from "../../src/core/saved/contents.ts";
import type { Task } from "../../src/core/task.ts";
import { DiskStateStore } from "../../src/store/index.ts";
import { aTask } from "../../src/testing/builders.ts";
import { aChange, anImage, TASK_A } from "./rows.ts";

let folder = "";
let count = 0;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "store-disk-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

function fresh(): string {
  return join(folder, `state.${count++}`);
}

/** A closed store with a task and 200 changes. */
async function filled(): Promise<string> {
  const path = fresh();
  const store = await DiskStateStore.open({ folder: path });
  await store.commit([{ type: "putTask", task: aTask({ arn: TASK_A }) }]);
  const numbers = Array.from({ length: 200 }, (_, index) => index + 1);
  await store.commit(numbers.map((sequence) => ({ type: "putChange", change: aChange(TASK_A, sequence) })));
  await store.close();
  return path;
}

async function bytesIn(path: string): Promise<number> {
  const sizes = await Promise.all((await readdir(path)).map((name) => stat(join(path, name))));
  return sizes.reduce((sum, { size }) => sum + size, 0);
}

const modeOf = async (path: string) => ((await stat(path)).mode & 0o777).toString(8);

describe("DiskStateStore", () => {
  it("SM-1, SM-2: makes its folder for the user alone, and its files too", async () => {
    const path = fresh();
    const store = await DiskStateStore.open({ folder: path });
    await store.commit([{ type: "putMeta", key: "a", value: "b" }]);
    expect(await modeOf(path)).toBe("700");
    for (const name of await readdir(path)) expect(await modeOf(join(path, name)), name).toBe("600");
    await store.close();
    expect(await readdir(path)).toEqual(["journal-00000001.log", "journal-head-2"]);
  });

  it.each([
    ["is deleted", async (path: string) => rm(path, { recursive: true })],
    [
      "is deleted and made again",
      async (path: string) => {
        await rm(path, { recursive: true });
        await mkdir(path);
      },
    ],
  ])("refuses every commit once its folder %s while it is open, and says why", async (_, takeAway) => {
    const path = fresh();
    const store = await DiskStateStore.open({ folder: path });
    await store.commit([{ type: "putMeta", key: "a", value: "b" }]);
    await takeAway(path);
    const commit = () => store.commit([{ type: "putMeta", key: "a", value: "c" }]);
    await expect(commit()).rejects.toMatchObject({
      name: "StateStoreError",
      message: expect.stringContaining("journal-00000001.log was deleted while it was in use"),
    });
    // Nor does it begin anew, without all that was saved.
    await expect(commit()).rejects.toMatchObject({ name: "StateStoreError" });
    await store.close().catch(() => undefined);
  });

  it("REC-9: opens once at a time, also within a process, and again after closing", async () => {
    const path = fresh();
    const first = await DiskStateStore.open({ folder: path });
    await expect(DiskStateStore.open({ folder: path })).rejects.toThrow(`process ${process.pid} has it open`);
    await first.commit([{ type: "putMeta", key: "a", value: "b" }]);
    await first.close();
    const second = await DiskStateStore.open({ folder: path });
    expect((await second.load()).meta).toEqual({ a: "b" });
    await second.close();
  });

  it("REC-9: never lets two of many have the folder that come at one time", async () => {
    const path = fresh();
    const attempts = await Promise.allSettled(Array.from({ length: 8 }, () => DiskStateStore.open({ folder: path })));
    const opened = attempts.filter((attempt) => attempt.status === "fulfilled");
    expect(opened).toHaveLength(1);
    await opened[0]?.value.close();
  });

  it("locks a folder whose path is longer than that of a socket may be", async () => {
    const path = join(fresh(), "d".repeat(80), "e".repeat(80));
    const store = await DiskStateStore.open({ folder: path });
    await expect(DiskStateStore.open({ folder: path })).rejects.toThrow(/has it open/);
    await store.close();
  });

  it("finishes commits under way before it closes", async () => {
    const path = fresh();
    const store = await DiskStateStore.open({ folder: path });
    const commit = store.commit([{ type: "putMeta", key: "a", value: "b" }]);
    await Promise.all([store.close(), commit]);
    const again = await DiskStateStore.open({ folder: path });
    expect((await again.load()).meta).toEqual({ a: "b" });
    await again.close();
  });

  it("fails only the commit whose row cannot be written as text", async () => {
    const store = await DiskStateStore.open({ folder: fresh() });
    const bad = unwritable();
    const [failed, worked] = await Promise.allSettled([
      store.commit([{ type: "putTask", task: bad }]),
      store.commit([{ type: "putMeta", key: "a", value: "b" }]),
    ]);
    expect([failed.status, worked.status]).toEqual(["rejected", "fulfilled"]);
    expect(await store.load()).toMatchObject({ tasks: [], meta: { a: "b" } });
    await store.close();
  });

  it("fails only that commit of those that come while the state is read, too", async () => {
    const path = fresh();
    const store = await DiskStateStore.open({ folder: path });
    await store.load();
    const loading = store.load();
    // From the next microtask on the disk is read, which takes turns of the event loop.
    await Promise.resolve();
    await Promise.resolve();
    const outcomes = await Promise.allSettled([
      store.commit([{ type: "putMeta", key: "a", value: "1" }]),
      store.commit([{ type: "putTask", task: unwritable() }]),
      store.commit([{ type: "putMeta", key: "b", value: "2" }]),
    ]);
    expect(outcomes.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
    expect((await loading).meta).toEqual({});
    await store.close();
    const again = await DiskStateStore.open({ folder: path });
    expect(await again.load()).toMatchObject({ tasks: [], meta: { a: "1", b: "2" } });
    await again.close();
  });
});

/** A task with a part that is in a circle. */
function unwritable(): Task {
  const circular: Record<string, unknown> = {};
  circular.self = circular;
  const resource = { id: "x", type: "cgroup", gates: "CREATED", knownStatus: "NONE" } as const;
  return { ...aTask(), resources: [{ ...resource, createRequested: false, volatile: false, spec: circular }] };
}

describe("DiskStateStore over a long time", () => {
  const image = (number: number) => ({ ...anImage(`sha256:${number}`), names: ["n".repeat(20_000)] });

  it("gives back the room of what is superseded, and keeps what is not", async () => {
    const path = fresh();
    const store = await DiskStateStore.open({ folder: path });
    await store.commit([{ type: "putTask", task: aTask({ arn: TASK_A }) }]);
    const writes = 2_000; // of 20 KB, over ten rows: 40 MB for 0.2 that count
    for (let number = 0; number < writes; number += 1) {
      await store.commit([
        { type: "putImage", image: image(number % 10) },
        { type: "deleteImage", imageId: `sha256:${(number + 5) % 10}` },
      ]);
    }
    expect(await bytesIn(path)).toBeLessThan(8 * 1024 * 1024);
    await store.close();
    const again = await DiskStateStore.open({ folder: path });
    const { tasks, images } = await again.load();
    expect(tasks.map(({ arn }) => arn)).toEqual([TASK_A]);
    expect(images.map(({ imageId }) => imageId)).toEqual([5, 6, 7, 8, 9].map((number) => `sha256:${number}`));
    await again.close();
  });

  it("stays small however often it is opened", async () => {
    const path = await filled();
    for (let round = 0; round < 20; round += 1) {
      const store = await DiskStateStore.open({ folder: path });
      await store.commit([{ type: "putMeta", key: "round", value: String(round) }]);
      await store.close();
    }
    expect(await bytesIn(path)).toBeLessThan(8 * 1024 * 1024);
    const store = await DiskStateStore.open({ folder: path });
    const { changes, meta } = await store.load();
    expect([changes.length, meta]).toEqual([200, { round: "19" }]);
    await store.close();
  });

  it("takes a commit that is larger than a segment", async () => {
    const path = fresh();
    const store = await DiskStateStore.open({ folder: path });
    const value = "x".repeat(5_000_000);
    await store.commit([{ type: "putMeta", key: "large", value }]);
    await store.commit([{ type: "putMeta", key: "small", value: "y" }]);
    await store.close();
    const again = await DiskStateStore.open({ folder: path });
    expect((await again.load()).meta).toEqual({ large: value, small: "y" });
    await again.close();
  });
});

describe("DiskStateStore and versions", () => {
  it("REC-8: refuses rows of a newer version", async () => {
    const path = await filled();
    const newer = { version: SAVED_VERSION + 1, migrations: { [SAVED_VERSION]: (state: RawState) => state } };
    await (await DiskStateStore.open({ folder: path, schema: newer })).close();
    await expect(DiskStateStore.open({ folder: path })).rejects.toThrow(
      `it has version ${SAVED_VERSION + 1}, and this Berth knows versions up to ${SAVED_VERSION}`,
    );
  });

  it("brings rows of an older version up to date once", async () => {
    const path = await filled();
    let runs = 0;
    const schema = {
      version: SAVED_VERSION + 1,
      migrations: {
        [SAVED_VERSION]: (state: RawState) => {
          runs += 1;
          return { ...state, changes: state.changes.slice(0, 5), meta: { migrated: "yes" } };
        },
      },
    };
    for (let round = 0; round < 2; round++) await (await DiskStateStore.open({ folder: path, schema })).close();
    expect(runs).toBe(1);
    const same = { version: SAVED_VERSION + 1, migrations: {} };
    const store = await DiskStateStore.open({ folder: path, schema: same });
    await store.commit([{ type: "putMeta", key: "after", value: "yes" }]);
    await store.close();
    await (await DiskStateStore.open({ folder: path, schema: same })).close();
  });

  it("reads a folder that others may read, without changing its mode", async () => {
    const path = await filled();
    await chmod(path, 0o755);
    await (await DiskStateStore.open({ folder: path })).close();
    expect(await modeOf(path)).toBe("755");
  });
});
