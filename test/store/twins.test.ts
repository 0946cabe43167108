import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll } from "vitest";
import type { StateStore } from "../../src/ports/state-store.ts";
import { DiskStateStore, FailingStateStore, MemoryStateStore } from "../../src/store/index.ts";
import { SimulatedClock, SimulatedDisk } from "../../src/testing/index.ts";
import { storeContract } from "./contract.ts";

let folder = "";
let count = 0;
const opened: StateStore[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "store-"));
});
afterAll(async () => {
  for (const store of opened) await store.close();
  await rm(folder, { recursive: true, force: true });
});

async function openDisk(path: string): Promise<DiskStateStore> {
  const store = await DiskStateStore.open({ folder: path });
  opened.push(store);
  return store;
}

storeContract("MemoryStateStore", async () => {
  const store = new MemoryStateStore();
  return { store, reopen: async () => store.reopen() };
});

storeContract("FailingStateStore without faults", async () => {
  const inner = new MemoryStateStore();
  const script = () => undefined;
  return {
    store: new FailingStateStore(inner, script),
    reopen: async () => new FailingStateStore(inner.reopen(), script),
  };
});

storeContract("DiskStateStore", async () => {
  const path = join(folder, `state-${count++}`);
  const store = await openDisk(path);
  return {
    store,
    reopen: async () => {
      await store.close();
      return openDisk(path);
    },
  };
});

storeContract("DiskStateStore on a simulated disk", async () => {
  const disk = new SimulatedDisk({ clock: new SimulatedClock() });
  const open = () => DiskStateStore.open({ folder: disk.folder(), sizes: { roomBytes: 1_024, smallBytes: 0 } });
  return {
    store: await open(),
    reopen: () => {
      disk.crash({ power: true });
      return open();
    },
  };
});
