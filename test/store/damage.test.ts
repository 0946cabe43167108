/** What becomes of a journal whose bytes changed, vanished or were never all written. */
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { crc32 } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { DiskStateStore } from "../../src/store/index.ts";
import { readFrame } from "../../src/store/journal/frame.ts";
import { aTask } from "../../src/testing/builders.ts";
import { MemoryLog } from "../../src/testing/memory-log.ts";
import { aChange, TASK_A } from "./rows.ts";

const FIRST = "journal-00000001.log";
const SECOND = "journal-00000002.log";
const CHANGES = 40;
let work = "";
/** One segment, of a process that was killed between two commits: a task, then a commit for each change, the last one large. */
let killed = "";
/** The same, closed in order. */
let closed = "";
let count = 0;

beforeAll(async () => {
  work = await mkdtemp(join(tmpdir(), "store-damage-"));
  [killed, closed] = [join(work, "killed"), join(work, "closed")];
  const store = await DiskStateStore.open({ folder: closed });
  await store.commit([{ type: "putTask", task: aTask({ arn: TASK_A }) }]);
  for (let sequence = 1; sequence < CHANGES; sequence += 1) await put(store, sequence);
  await put(store, CHANGES, "some sectors ".repeat(120));
  cpSync(closed, killed, { recursive: true, filter: isNoSocket });
  await store.close();
});
afterAll(() => rm(work, { recursive: true, force: true }));

const put = (store: DiskStateStore, sequence: number, note = "") =>
  store.commit([
    { type: "putChange", change: aChange(TASK_A, sequence) },
    { type: "putMeta", key: "note", value: note },
  ]);

function isNoSocket(path: string): boolean {
  return !path.endsWith(".sock");
}

function copyOf(folder: string): string {
  const copy = join(work, `copy-${count++}`);
  cpSync(folder, copy, { recursive: true, filter: isNoSocket });
  return copy;
}

/** A copy whose first segment holds these bytes. */
function withBytes(bytes: Buffer): string {
  const folder = join(work, `copy-${count++}`);
  mkdirSync(folder);
  writeFileSync(join(folder, FIRST), bytes);
  return folder;
}

/** Where the frames of a segment begin, and where the last one ends. */
function boundaries(bytes: Buffer): readonly number[] {
  const ends = [0];
  for (let frame = readFrame(bytes, 0); frame !== undefined; frame = readFrame(bytes, frame.end)) ends.push(frame.end);
  return ends;
}

/** A segment for each life, of two writes: a commit and the end. */
async function threeLives(): Promise<string> {
  const folder = join(work, `copy-${count++}`);
  for (const value of ["a", "b", "c"]) {
    const store = await DiskStateStore.open({ folder });
    await store.commit([{ type: "putMeta", key: "a", value }]);
    await store.close();
  }
  return folder;
}

/** How many changes are read, or the name of the error. */
async function changesIn(folder: string): Promise<number | string> {
  try {
    const store = await DiskStateStore.open({ folder });
    const { changes } = await store.load();
    await store.close();
    return changes.length;
  } catch (error) {
    return error instanceof Error ? error.name : "";
  }
}

async function assertRefused(folder: string, reason: RegExp): Promise<void> {
  const contents = () => readdirSync(folder).map((name) => crc32(readFileSync(join(folder, name))));
  const before = contents();
  const failure = DiskStateStore.open({ folder });
  await expect(failure).rejects.toMatchObject({ name: "StateStoreError" });
  await expect(failure).rejects.toThrow(reason);
  expect(contents()).toEqual(before);
}

describe("a save that was cut off", () => {
  it("is left out, whichever sectors of it reached the disk, and the store goes on", async () => {
    const whole = readFileSync(join(killed, FIRST));
    const ends = boundaries(whole);
    const [start = 0, end = 0] = ends.slice(-2);
    const sectors = Array.from({ length: Math.ceil(end / 512) - Math.floor(start / 512) }, (_, index) => index);
    expect(sectors.length).toBeGreaterThan(1);
    for (let lost = 1; lost < 1 << sectors.length; lost += 1) {
      const torn = Buffer.from(whole);
      for (const sector of sectors.filter((index) => (lost >> index) & 1)) {
        const at = (Math.floor(start / 512) + sector) * 512;
        torn.fill(0, Math.max(at, start), at + 512);
      }
      const folder = withBytes(torn);
      const log = new MemoryLog();
      const store = await DiskStateStore.open({ folder, log });
      expect((await store.load()).changes, `lost ${lost.toString(2)}`).toHaveLength(CHANGES - 1);
      const isAllLost = lost === (1 << sectors.length) - 1;
      expect(log.lines.map(({ level }) => level)).toEqual(isAllLost ? [] : ["warn"]);
      await put(store, 99);
      await store.close();
      expect(await changesIn(folder)).toBe(CHANGES);
    }
  });

  it("of a new segment is as if it had never been", async () => {
    const folder = copyOf(killed);
    writeFileSync(join(folder, `${SECOND}.new`), "BERTH1 half of a fra");
    expect(await changesIn(folder)).toBe(CHANGES);
    expect(readdirSync(folder)).not.toContain(`${SECOND}.new`);
  });
});

describe("REC-8: a journal that was damaged", () => {
  it("is refused whichever byte of it changed, when it was closed in order", async () => {
    const whole = readFileSync(join(closed, FIRST));
    const end = boundaries(whole).at(-1) ?? 0;
    for (let at = 0; at < end; at += 97) {
      const changed = Buffer.from(whole);
      changed[at] = (changed[at] ?? 0) ^ 0x20;
      expect(await changesIn(withBytes(changed)), `byte ${at}`).toBe("StateStoreError");
    }
  });

  it("is refused whichever byte of it changed, also after a crash", async () => {
    const whole = readFileSync(join(killed, FIRST));
    const end = boundaries(whole).at(-1) ?? 0;
    for (let at = 0; at < end; at += 89) {
      const changed = Buffer.from(whole);
      changed[at] = (changed[at] ?? 0) ^ 0x01;
      expect(await changesIn(withBytes(changed)), `byte ${at}`).toBe("StateStoreError");
    }
  });

  it("is refused when a sector in its middle is gone: more was written after it", async () => {
    const bytes = readFileSync(join(killed, FIRST));
    await assertRefused(withBytes(bytes.fill(0, 4_096, 4_608)), /what was written at byte \d+ is not there any more/);
  });

  it("is refused when it lost its end, wherever that was, unless nothing was there", async () => {
    const whole = readFileSync(join(killed, FIRST));
    const ends = boundaries(whole);
    const last = ends.at(-1) ?? 0;
    for (const at of [0, 1, 50, ...ends.slice(1), ...ends.map((end) => end - 1), last - 600]) {
      if (at < 0) continue;
      const folder = copyOf(killed);
      truncateSync(join(folder, FIRST), at);
      expect(await changesIn(folder), `cut at ${at}`).toBe("StateStoreError");
    }
    const folder = copyOf(killed);
    truncateSync(join(folder, FIRST), last + 512);
    expect(await changesIn(folder)).toBe(CHANGES);
  });

  it("is refused when it is something else", async () => {
    await assertRefused(
      withBytes(Buffer.from("hello ".repeat(5_000))),
      /journal-00000001\.log is damaged: it does not begin/,
    );
    await assertRefused(withBytes(Buffer.alloc(0)), /does not begin/);
  });

  it("is refused when one of its files is missing", async () => {
    const folder = copyOf(killed);
    for (const value of ["a", "b"]) {
      const store = await DiskStateStore.open({ folder });
      await store.commit([{ type: "putMeta", key: "a", value }]);
      await store.close();
    }
    for (const name of [FIRST, SECOND]) {
      const copy = copyOf(folder);
      rmSync(join(copy, name));
      await assertRefused(copy, new RegExp(`${name} is damaged: it is missing`));
    }
  });

  it("is refused when its newest segment is missing, or all of them are", async () => {
    const folder = await threeLives();
    rmSync(join(folder, "journal-00000003.log"));
    await assertRefused(folder, /its newest part is missing: it ends with write 4, and write 6 was saved/);
    for (const name of [FIRST, SECOND]) rmSync(join(folder, name));
    await assertRefused(folder, /its newest part is missing: it ends with write 0, and write 6 was saved/);
  });

  it("is refused when its newest segment was begun and is missing, after a crash", async () => {
    const folder = await threeLives();
    const store = await DiskStateStore.open({ folder });
    await store.commit([{ type: "putMeta", key: "a", value: "killed" }]);
    const copy = copyOf(folder);
    await store.close();
    rmSync(join(copy, "journal-00000004.log"));
    await assertRefused(copy, /it ends with write 6, and write 7 was saved/);
  });

  it("is refused when an older state of a segment was put back, and taken when all of an older state was", async () => {
    const older = copyOf(killed);
    const newer = copyOf(older);
    const store = await DiskStateStore.open({ folder: newer });
    await store.commit([{ type: "putMeta", key: "a", value: "b" }]);
    await store.close();
    const mixed = copyOf(newer);
    rmSync(join(mixed, SECOND));
    cpSync(join(older, FIRST), join(mixed, FIRST));
    await assertRefused(mixed, /its newest part is missing/);
    expect(await changesIn(older)).toBe(CHANGES);
  });

  it("is refused when its last segment is as it was before it was closed", async () => {
    const folder = copyOf(closed);
    cpSync(join(killed, FIRST), join(folder, FIRST));
    await assertRefused(folder, /its newest part is missing/);
  });

  it("is taken as it is when it has no head, as those of before, and gets one", async () => {
    const folder = await threeLives();
    for (const name of readdirSync(folder)) if (name.startsWith("journal-head-")) rmSync(join(folder, name));
    const store = await DiskStateStore.open({ folder });
    await store.commit([{ type: "putMeta", key: "a", value: "b" }]);
    await store.close();
    expect(readdirSync(folder).filter((name) => name.startsWith("journal-head-"))).toHaveLength(1);
  });

  it("takes no more commits when it is found while the store is open, and nothing is written", async () => {
    const folder = copyOf(closed);
    const store = await DiskStateStore.open({ folder });
    await put(store, CHANGES + 1); // in the second segment
    const first = readFileSync(join(folder, FIRST));
    first[200] = (first[200] ?? 0) ^ 1;
    writeFileSync(join(folder, FIRST), first);
    const second = readFileSync(join(folder, SECOND));
    const loading = store.load();
    await Promise.resolve();
    const behind = put(store, CHANGES + 2);
    const refusal = expect.objectContaining({ name: "StateStoreError", message: expect.stringMatching(/is damaged/) });
    await expect(loading).rejects.toEqual(refusal);
    await expect(behind).rejects.toEqual(refusal);
    await expect(put(store, CHANGES + 3)).rejects.toEqual(refusal);
    await store.close();
    expect(readFileSync(join(folder, SECOND)).equals(second)).toBe(true);
  });

  it("is set aside when told to, and an empty one is begun", async () => {
    const folder = withBytes(Buffer.from("hello "));
    for (const name of ["damaged-1", "damaged-2"]) {
      writeFileSync(join(folder, FIRST), "hello ");
      const log = new MemoryLog();
      const store = await DiskStateStore.open({ folder, onDamage: "setAside", log });
      expect((await store.load()).tasks).toEqual([]);
      await store.commit([{ type: "putMeta", key: "a", value: "b" }]);
      await store.close();
      expect(readFileSync(join(folder, name, FIRST), "utf8")).toBe("hello ");
      expect(log.lines).toMatchObject([{ level: "error", fields: { name } }]);
    }
  });
});
