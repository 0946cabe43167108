import { describe, expect, it } from "vitest";
import { SimulatedClock } from "../simulated-clock.ts";
import { SimulatedDisk } from "./simulated-disk.ts";

const SECTOR = 512;
const bytes = (sectors: number, value = 1) => Buffer.alloc(sectors * SECTOR, value);

function aDisk(seed = 1) {
  const clock = new SimulatedClock();
  return { clock, disk: new SimulatedDisk({ clock, seed }) };
}

describe("SimulatedDisk", () => {
  it("keeps what a write was answered for, also when the power fails", async () => {
    const { disk } = aDisk();
    const folder = disk.folder();
    const file = await folder.create("a");
    await file.write([bytes(3), bytes(1, 2)], 0);
    await folder.sync();
    disk.crash({ power: true });
    expect(await disk.folder().read("a")).toEqual(Buffer.concat([bytes(3), bytes(1, 2)]));
  });

  it("answers a process that died nothing more", async () => {
    const { clock, disk } = aDisk();
    const folder = disk.folder();
    let answered = false;
    disk.crash({ power: false });
    void folder.names().then(() => {
      answered = true;
    });
    await clock.settle();
    expect(answered).toBe(false);
  });

  it("may have of a write that was under way each sector or none of it, and nothing but that", async () => {
    const found = new Set<string>();
    for (let seed = 1; seed <= 60; seed += 1) {
      const { clock, disk } = aDisk(seed);
      const folder = disk.folder();
      const file = await folder.create("a");
      await file.write([bytes(3, 0)], 0);
      disk.misbehave({ slow: 1 });
      void file.write([bytes(2)], SECTOR);
      await clock.settle();
      disk.crash({ power: false });
      disk.calm();
      const left = await disk.folder().read("a");
      found.add([0, 1, 2].map((sector) => left[sector * SECTOR]).join(""));
    }
    expect([...found].sort()).toEqual(["000", "001", "010", "011"]);
  });

  it("may forget each change of a name that was not synced when the power fails, and none when only the process dies", async () => {
    const found = { power: new Set<string>(), process: new Set<string>() };
    for (let seed = 1; seed <= 60; seed += 1) {
      for (const kind of ["power", "process"] as const) {
        const { disk } = aDisk(seed);
        const folder = disk.folder();
        await folder.create("kept");
        await folder.sync();
        await folder.create("new");
        await folder.remove("kept");
        disk.crash({ power: kind === "power" });
        found[kind].add([...(await disk.folder().names())].sort().join());
      }
    }
    expect([...found.power].sort()).toEqual(["", "kept", "kept,new", "new"]);
    expect([...found.process]).toEqual(["new"]);
  });

  it("takes a rename for one change: the file has one of its names", async () => {
    for (let seed = 1; seed <= 20; seed += 1) {
      const { disk } = aDisk(seed);
      const folder = disk.folder();
      await folder.create("a.new");
      await folder.sync();
      await folder.rename("a.new", "a");
      disk.crash({ power: true });
      expect(await disk.folder().names()).toHaveLength(1);
    }
  });

  it("takes what there is room for when it is full, and what lies in room that it has given", async () => {
    const { disk } = aDisk();
    const folder = disk.folder();
    const file = await folder.create("a");
    await file.write([bytes(2, 0)], 0);
    disk.fill(SECTOR);
    await file.write([bytes(2)], 0);
    await expect(file.write([bytes(2, 3)], 2 * SECTOR)).rejects.toMatchObject({ code: "ENOSPC" });
    expect(disk.sizes).toEqual([3 * SECTOR]);
    disk.free();
    await file.write([bytes(2, 3)], 2 * SECTOR);
    expect(disk.sizes).toEqual([4 * SECTOR]);
  });

  it("fails as often as it is told, with nothing done, a part, or all", async () => {
    const left = new Set<number>();
    for (let seed = 1; seed <= 40; seed += 1) {
      const { disk } = aDisk(seed);
      const file = await disk.folder().create("a");
      disk.misbehave({ failing: 1 });
      await expect(file.write([bytes(2)], 0)).rejects.toMatchObject({ code: "EIO" });
      left.add(disk.sizes[0] ?? 0);
    }
    expect([...left].sort((a, b) => a - b)).toEqual([0, SECTOR, 2 * SECTOR]);
  });

  it("lets one process have the folder, until that process is gone", async () => {
    const { disk } = aDisk();
    const lock = await disk.folder().lock();
    await expect(disk.folder().lock()).rejects.toThrow("another process has it open");
    await lock.release();
    await disk.folder().lock();
    disk.crash({ power: false });
    await disk.folder().lock();
  });

  it("is copied as it is, and the copy changes by itself", async () => {
    const { disk } = aDisk();
    const file = await disk.folder().create("a");
    await file.write([bytes(1)], 0);
    const copy = disk.copy();
    await file.write([bytes(1, 2)], 0);
    expect(await copy.folder().read("a")).toEqual(bytes(1));
  });
});
