/** Durable saves a second: one caller who waits for each, 32, and the 1 000 of a busy engine; beside them the disk itself. */
import { closeSync, fdatasyncSync, openSync, writeSync } from "node:fs";
import { join } from "node:path";
import type { Task } from "../src/core/task.ts";
import type { StateStore } from "../src/ports/state-store.ts";
import { DiskStateStore } from "../src/store/index.ts";
import { MemoryStateStore } from "../src/store/memory-state-store.ts";
import { CpuTimer } from "./lib/cpu.ts";
import { freshFolder } from "./lib/folder.ts";
import { report, round } from "./lib/report.ts";
import { definitionOf, newTask } from "./lib/simulated-world.ts";
import { interleaved, spreadOf } from "./lib/stats.ts";

const ROUNDS = 5;
const WRITERS = { oneByOne: 1, of32: 32, of1000: 1_000 } as const;
const SAVES = { oneByOne: 200, of32: 3_200, of1000: 20_000 } as const;

type Rate = { readonly perSecond: number; readonly cpuUs: number };

async function saves(store: StateStore, writers: number, count: number): Promise<Rate> {
  const tasks = Array.from({ length: writers }, () => newTask(definitionOf([{ name: "web" }])));
  await store.commit(tasks.map((task) => ({ type: "putTask", task }) as const));
  const timer = new CpuTimer();
  await Promise.all(tasks.map((task) => saveInTurn(store, task, Math.ceil(count / writers))));
  return { perSecond: count / (timer.wallMs / 1_000), cpuUs: (timer.cpuMs * 1_000) / count };
}

async function saveInTurn(store: StateStore, task: Task, count: number): Promise<void> {
  for (let number = 1; number <= count; number += 1) {
    await store.commit([{ type: "putTask", task: { ...task, nextChange: number } }]);
  }
}

/** What this disk gives to anybody: one page written over and synced, again and again. */
async function bareSyncs(): Promise<Rate> {
  const page = Buffer.alloc(4_096, 1);
  const file = openSync(join(freshFolder(), "page"), "w");
  const write = () => writeSync(file, page, 0, page.length, 0);
  write();
  fdatasyncSync(file);
  const timer = new CpuTimer();
  for (let number = 0; number < SAVES.oneByOne; number += 1) {
    write();
    fdatasyncSync(file);
  }
  const rate = { perSecond: SAVES.oneByOne / (timer.wallMs / 1_000), cpuUs: (timer.cpuMs * 1_000) / SAVES.oneByOne };
  closeSync(file);
  return rate;
}

const store = await DiskStateStore.open({ folder: freshFolder() });
const memory = new MemoryStateStore();
const run = (name: keyof typeof WRITERS, into: StateStore) => () => saves(into, WRITERS[name], SAVES[name]);
await run("of1000", store)();
const runs = await interleaved(ROUNDS, {
  bareSyncs,
  oneByOne: run("oneByOne", store),
  of32: run("of32", store),
  of1000: run("of1000", store),
  of1000InMemory: run("of1000", memory),
});
await store.close();
const figures = Object.fromEntries(
  Object.entries(runs).map(([name, rates]) => [
    name,
    {
      savesPerSecond: spreadOf(rates.map(({ perSecond }) => perSecond)),
      cpuUsPerSave: spreadOf(rates.map(({ cpuUs }) => cpuUs)),
    },
  ]),
);
const ratios = runs.of1000.map(({ perSecond }, index) => perSecond / (runs.oneByOne[index]?.perSecond ?? Number.NaN));
report("store", { ...figures, groupOverOneByOne: spreadOf(ratios), rowBytes: rowBytes(), target: "20 x one by one" });

function rowBytes(): number {
  return round(JSON.stringify(newTask(definitionOf([{ name: "web" }]))).length);
}
