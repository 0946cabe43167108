import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { LmdbStateStore } from "../../src/store/index.ts";
import { type RawState, STATE_VERSION } from "../../src/store/state-document.ts";
import { aTask } from "../../src/testing/builders.ts";
import { aChange, TASK_A } from "./rows.ts";

let folder = "";
let count = 0;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "store-lmdb-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

function fresh(): string {
  return join(folder, `state.${count++}`);
}

/** A closed store with a task, and enough changes to fill some pages. */
async function filled(): Promise<string> {
  const path = fresh();
  const store = await LmdbStateStore.open({ folder: path });
  await store.commit([{ type: "putTask", task: aTask({ arn: TASK_A }) }]);
  const numbers = Array.from({ length: 200 }, (_, index) => index + 1);
  await store.commit(numbers.map((sequence) => ({ type: "putChange", change: aChange(TASK_A, sequence) })));
  await store.close();
  return path;
}

const modeOf = async (path: string) => ((await stat(path)).mode & 0o777).toString(8);

describe("LmdbStateStore", () => {
  it("SM-1, SM-2: makes its folder for the user alone, and its files too", async () => {
    const path = fresh();
    const store = await LmdbStateStore.open({ folder: path });
    await store.commit([{ type: "putMeta", key: "a", value: "b" }]);
    expect(await modeOf(path)).toBe("700");
    for (const name of await readdir(path)) expect(await modeOf(join(path, name)), name).toBe("600");
    await store.close();
    expect((await readdir(path)).sort()).toEqual(["closed.json", "data.mdb", "lock.mdb"]);
    for (const name of await readdir(path)) expect(await modeOf(join(path, name)), name).toBe("600");
  });

  it("REC-9: opens once at a time, also within a process, and again after closing", async () => {
    const path = fresh();
    const first = await LmdbStateStore.open({ folder: path });
    await expect(LmdbStateStore.open({ folder: path })).rejects.toThrow(`process ${process.pid} has it open`);
    await first.commit([{ type: "putMeta", key: "a", value: "b" }]);
    await first.close();
    const second = await LmdbStateStore.open({ folder: path });
    expect((await second.load()).meta).toEqual({ a: "b" });
    await second.close();
  });

  it("REC-9: never lets two of many have the folder that come at one time", async () => {
    const path = fresh();
    const attempts = await Promise.allSettled(Array.from({ length: 8 }, () => LmdbStateStore.open({ folder: path })));
    const opened = attempts.filter((attempt) => attempt.status === "fulfilled");
    expect(opened).toHaveLength(1);
    await opened[0]?.value.close();
  });

  it("locks a folder whose path is longer than that of a socket may be", async () => {
    const path = join(fresh(), "d".repeat(80), "e".repeat(80));
    const store = await LmdbStateStore.open({ folder: path });
    await expect(LmdbStateStore.open({ folder: path })).rejects.toThrow(/has it open/);
    await store.close();
  });

  it("finishes commits under way before it closes", async () => {
    const path = fresh();
    const store = await LmdbStateStore.open({ folder: path });
    const commit = store.commit([{ type: "putMeta", key: "a", value: "b" }]);
    await Promise.all([store.close(), commit]);
    const again = await LmdbStateStore.open({ folder: path });
    expect((await again.load()).meta).toEqual({ a: "b" });
    await again.close();
  });

  it("fails only the commit whose row cannot be written as text", async () => {
    const store = await LmdbStateStore.open({ folder: fresh() });
    const circular: Record<string, unknown> = {};
    circular.self = circular;
    const task = aTask({ resources: [] });
    const resource = { id: "x", type: "cgroup", gates: "CREATED", knownStatus: "NONE" } as const;
    const bad = { ...task, resources: [{ ...resource, createRequested: false, volatile: false, spec: circular }] };
    const [failed, worked] = await Promise.allSettled([
      store.commit([{ type: "putTask", task: bad }]),
      store.commit([{ type: "putMeta", key: "a", value: "b" }]),
    ]);
    expect([failed.status, worked.status]).toEqual(["rejected", "fulfilled"]);
    expect(await store.load()).toMatchObject({ tasks: [], meta: { a: "b" } });
    await store.close();
  });
});

describe("LmdbStateStore and damaged files", () => {
  const refused = async (path: string, reason: RegExp) => {
    const before = await readFile(join(path, "data.mdb"));
    const failure = LmdbStateStore.open({ folder: path });
    await expect(failure).rejects.toMatchObject({ name: "StateStoreError" });
    await expect(failure).rejects.toThrow(reason);
    expect((await readFile(join(path, "data.mdb"))).equals(before)).toBe(true);
  };

  it("REC-8: refuses a file that lost its end, and leaves it as it is", async () => {
    const path = await filled();
    await truncate(join(path, "data.mdb"), 20_000);
    await refused(path, /data\.mdb is damaged: reading it ends with SIG/);
  });

  it("REC-8: refuses a file that is something else", async () => {
    const path = fresh();
    await mkdir(path);
    await writeFile(join(path, "data.mdb"), "hello ".repeat(5_000));
    await refused(path, /data\.mdb is damaged: reading it ends with SIG/);
  });

  it("REC-8: refuses a file with a page of rubbish, whichever page it is", async () => {
    const path = await filled();
    const good = await readFile(join(path, "data.mdb"));
    const used = Math.ceil(good.findLastIndex((byte) => byte !== 0) / 4096);
    for (let page = 2; page < used; page++) {
      const bad = Buffer.from(good);
      bad.fill(0x5a, page * 4096, (page + 1) * 4096);
      await writeFile(join(path, "data.mdb"), bad);
      const outcome = await LmdbStateStore.open({ folder: path }).then(
        async (store) => {
          const { tasks, changes } = await store.load();
          await store.close();
          return tasks.length + changes.length;
        },
        (error: Error) => error.name,
      );
      // A page that is not in use may hold anything.
      expect([201, "StateStoreError"], `page ${page}`).toContain(outcome);
    }
  });

  it("REC-8: refuses rows that are not what was written", async () => {
    const path = await filled();
    const bytes = await readFile(join(path, "data.mdb"));
    const at = bytes.indexOf('"RUNNING"');
    bytes.write('"running"', at);
    for (let next = bytes.indexOf('"RUNNING"', at); next >= 0; next = bytes.indexOf('"RUNNING"', next)) {
      bytes.write('"running"', next);
    }
    await writeFile(join(path, "data.mdb"), bytes);
    await refused(path, /row .* is not what was written/);
  });

  it("sets a damaged file aside when told to, and begins empty", async () => {
    const path = await filled();
    await truncate(join(path, "data.mdb"), 20_000);
    const store = await LmdbStateStore.open({ folder: path, onDamage: "setAside" });
    expect((await store.load()).tasks).toEqual([]);
    await store.close();
    expect((await stat(join(path, "data.mdb.damaged-1"))).size).toBe(20_000);
  });

  it("does not mind a missing or a wrong seal when the file is whole", async () => {
    const path = await filled();
    await writeFile(join(path, "closed.json"), '{"size":1,"checksum":2}');
    const store = await LmdbStateStore.open({ folder: path });
    expect((await store.load()).changes).toHaveLength(200);
    await store.close();
  });

  it("SM-1: reports a folder that cannot be made", async () => {
    const file = join(folder, "file");
    await writeFile(file, "");
    await expect(LmdbStateStore.open({ folder: join(file, "state") })).rejects.toMatchObject({
      name: "StateStoreError",
    });
  });
});

describe("LmdbStateStore and versions", () => {
  it("REC-8: refuses rows of a newer version", async () => {
    const path = await filled();
    const newer = { version: STATE_VERSION + 1, migrations: { [STATE_VERSION]: (state: RawState) => state } };
    await (await LmdbStateStore.open({ folder: path, schema: newer })).close();
    await expect(LmdbStateStore.open({ folder: path })).rejects.toThrow(
      `it has version ${STATE_VERSION + 1}, and this Berth knows versions up to ${STATE_VERSION}`,
    );
  });

  it("brings rows of an older version up to date once", async () => {
    const path = await filled();
    let runs = 0;
    const schema = {
      version: STATE_VERSION + 1,
      migrations: {
        [STATE_VERSION]: (state: RawState) => {
          runs += 1;
          return { ...state, changes: state.changes.slice(0, 5), meta: { migrated: "yes" } };
        },
      },
    };
    for (let round = 0; round < 2; round++) await (await LmdbStateStore.open({ folder: path, schema })).close();
    expect(runs).toBe(1);
    const same = { version: STATE_VERSION + 1, migrations: {} };
    const store = await LmdbStateStore.open({ folder: path, schema: same });
    await store.commit([{ type: "putMeta", key: "after", value: "yes" }]);
    await store.close();
    await (await LmdbStateStore.open({ folder: path, schema: same })).close();
  });

  it("reads a folder that others may read, without changing its mode", async () => {
    const path = await filled();
    await chmod(path, 0o755);
    await (await LmdbStateStore.open({ folder: path })).close();
    expect(await modeOf(path)).toBe("755");
  });
});
