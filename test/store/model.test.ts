import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { asTaskArn } from "../../src/core/brand.ts";
import type { Mutation } from "../../src/ports/state-store.ts";
import { DiskStateStore, MemoryStateStore } from "../../src/store/index.ts";
import { aContainer, aTask } from "../../src/testing/builders.ts";
import { changedTaskArbitrary } from "../../src/testing/saved-arbitraries.ts";
import { aChange, anImage, TASK_A, TASK_B } from "./rows.ts";

let folder = "";
let count = 0;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "store-model-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const taskWithParts = (taskArn: string) =>
  aTask({
    arn: taskArn,
    containers: [aContainer({ name: "a" }), aContainer({ name: "b" })],
    resources: [
      {
        id: "dockerVolume/data",
        type: "dockerVolume",
        gates: "PULLED",
        knownStatus: "NONE",
        volatile: false,
        spec: {},
        createRequested: false,
      },
    ],
  });
const arn = fc.constantFrom(TASK_A, TASK_B);
const sequence = fc.integer({ min: 1, max: 12 });
const imageId = fc.constantFrom("sha256:1", "sha256:2");
const mutation: fc.Arbitrary<Mutation> = fc.oneof(
  fc.record({
    type: fc.constant("putTask"),
    task: arn.chain((taskArn) => changedTaskArbitrary(taskWithParts(taskArn))),
  }),
  fc.record({ type: fc.constant("deleteTask"), taskArn: arn.map(asTaskArn) }),
  fc.record({
    type: fc.constant("putChange"),
    change: fc.tuple(arn, sequence).map(([taskArn, number]) => aChange(taskArn, number)),
  }),
  fc.record({ type: fc.constant("acknowledge"), taskArn: arn.map(asTaskArn), upTo: sequence }),
  fc.record({ type: fc.constant("putImage"), image: imageId.map(anImage) }),
  fc.record({ type: fc.constant("deleteImage"), imageId }),
  fc.record({ type: fc.constant("putMeta"), key: fc.string({ maxLength: 20 }), value: fc.string() }),
);
/** What reopening leaves out of a task is undefined in memory, and members may come in another order. */
const asSet = (tasks: readonly unknown[]) =>
  new Map(tasks.map((task) => [Reflect.get(task as object, "arn"), plain(task)]));
const plain = (task: unknown): unknown => JSON.parse(JSON.stringify(task));
const step = fc.oneof(
  { weight: 6, arbitrary: fc.array(mutation, { maxLength: 6 }) },
  { weight: 1, arbitrary: fc.constant("reopen" as const) },
);

describe("DiskStateStore and MemoryStateStore", () => {
  it("hold the same after any sequence of commits and restarts", { timeout: 120_000 }, async () => {
    const property = fc.asyncProperty(fc.array(step, { maxLength: 20 }), async (steps) => {
      const path = join(folder, `state-${count++}`);
      let disk = await DiskStateStore.open({ folder: path });
      const memory = new MemoryStateStore();
      for (const each of steps) {
        if (each === "reopen") {
          await disk.close();
          disk = await DiskStateStore.open({ folder: path });
        } else {
          await Promise.all([disk.commit(each), memory.commit(each)]);
        }
      }
      const { tasks, images, ...rest } = await disk.load();
      await disk.close();
      const expected = memory.snapshot();
      expect(rest).toEqual({ changes: expected.changes, meta: expected.meta });
      expect(asSet(tasks)).toEqual(asSet(expected.tasks));
      expect(new Set(images.map((image) => image.imageId))).toEqual(
        new Set(expected.images.map((image) => image.imageId)),
      );
    });
    await fc.assert(property, { numRuns: 50 });
  });
});
