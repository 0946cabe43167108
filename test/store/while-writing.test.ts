/** Commits that nobody waits for before the next: they come while others are written, and while room is given back. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { asTaskArn } from "../../src/core/brand.ts";
import { changeTask } from "../../src/core/task-copy.ts";
import type { Mutation } from "../../src/ports/state-store.ts";
import { DiskStateStore, MemoryStateStore } from "../../src/store/index.ts";
import { aContainer, aTask } from "../../src/testing/builders.ts";
import { SeededRandom } from "../../src/testing/seeded-random.ts";
import { aChange, anImage } from "./rows.ts";

const COMMITS = 3_000;
const TASKS = Array.from({ length: 40 }, (_, number) =>
  aTask({ arn: `arn:aws:ecs:us-east-1:000000000000:task/default/${number}`, containers: [aContainer({ name: "a" })] }),
);
let folder = "";

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "store-while-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

function mutations(random: SeededRandom, number: number): readonly Mutation[] {
  const task = random.pick(TASKS);
  const { arn } = task;
  switch (random.int(0, 5)) {
    case 0:
      return [{ type: "deleteTask", taskArn: asTaskArn(arn) }];
    case 1:
      return [{ type: "acknowledge", taskArn: asTaskArn(arn), upTo: random.int(1, 9) }];
    case 2:
      // 20 KB: a segment is full, and worth cleaning, after a few dozen.
      return [{ type: "putImage", image: { ...anImage(`sha256:${random.int(1, 9)}`), names: [random.hex(20_000)] } }];
    default: {
      const changed = changeTask(task, { stoppedReason: `${number}`, nextChange: random.int(1, 99) });
      return [
        { type: "putTask", task: changed },
        { type: "putChange", change: aChange(arn, random.int(1, 9)) },
      ];
    }
  }
}

const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value));
const byArn = (tasks: readonly { readonly arn: string }[]) => new Map(tasks.map((task) => [task.arn, plain(task)]));

describe("DiskStateStore while it writes", () => {
  it.each([1, 2, 3])("takes commits, and reads, and holds what a store in memory holds (seed %i)", async (seed) => {
    const random = new SeededRandom(seed);
    const path = join(folder, String(seed));
    const store = await DiskStateStore.open({ folder: path });
    const memory = new MemoryStateStore();
    const reads: Promise<unknown>[] = [];
    const commits: Promise<void>[] = [];
    for (let number = 0; number < COMMITS; number++) {
      const all = mutations(random, number);
      commits.push(store.commit(all), memory.commit(all));
      if (random.chance(0.3)) await new Promise(setImmediate);
      if (random.chance(0.02)) await commits.at(-2);
      if (random.chance(0.005)) reads.push(store.load());
    }
    await Promise.all([...commits, ...reads]);
    await store.close();

    const again = await DiskStateStore.open({ folder: path });
    const { tasks, images, changes } = await again.load();
    await again.close();
    const expected = memory.snapshot();
    expect(byArn(tasks)).toEqual(byArn(expected.tasks));
    expect(changes).toEqual(expected.changes);
    const names = (list: typeof images) => new Map(list.map((image) => [image.imageId, image.names]));
    expect(names(images)).toEqual(names(expected.images));
  });
});
