import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { asEpochMs } from "../core/brand.ts";
import type { Task } from "../core/task.ts";
import { changeContainer, changeTask } from "../core/task-copy.ts";
import { aContainer, aTask } from "../testing/builders.ts";
import { taskArbitrary } from "../testing/machine-arbitraries.ts";
import { changedTaskArbitrary } from "../testing/saved-arbitraries.ts";
import { persistedTask } from "./persisted.ts";
import { patchedRow, taskPatch as patchText } from "./task-patch.ts";

function taskPatch(before: Task, after: Task): unknown {
  const text = patchText(before, after);
  return text === undefined ? undefined : JSON.parse(text);
}

const throughJson = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

function afterPatches(tasks: readonly Task[]): unknown {
  const [first, ...others] = tasks;
  let [row, before] = [throughJson(first && persistedTask(first)), first];
  for (const after of others) {
    const patch = before && taskPatch(before, after);
    row = patch === undefined ? throughJson(persistedTask(after)) : patchedRow(row, patch);
    before = after;
  }
  return throughJson(row);
}

describe("taskPatch() and patchedRow()", () => {
  it("come to the row of the last of any tasks, one changed from the other", () => {
    const lives = taskArbitrary.chain((task) => fc.array(changedTaskArbitrary(task), { minLength: 1, maxLength: 5 }));
    fc.assert(
      fc.property(lives, (tasks) => {
        const last = tasks.at(-1) as Task;
        expect(afterPatches(tasks)).toEqual(throughJson(persistedTask(last)));
      }),
    );
  });

  it("tell the changed members alone, and those of a container by its place", () => {
    const before = aTask({ containers: [aContainer({ name: "a" }), aContainer({ name: "b" })] });
    const [a, b] = before.containers;
    const containers = [a ?? aContainer(), changeContainer(b ?? aContainer(), { exitCode: 3 })];
    const after = changeTask(before, { containers, stoppedReason: "over" });
    expect(taskPatch(before, after)).toEqual({ stoppedReason: "over", containers: { 1: { exitCode: 3 } } });
  });

  it("write null for a member that is no more", () => {
    const before = aTask({ cleanupAt: asEpochMs(5) });
    const patch = taskPatch(before, changeTask(before, { cleanupAt: undefined }));
    expect(patch).toEqual({ cleanupAt: null });
    expect(patchedRow(throughJson(before), patch)).not.toHaveProperty("cleanupAt", 5);
  });

  it("leave out what is under way and what is accounted", () => {
    const before = aTask();
    const containers = before.containers.map((each) => changeContainer(each, { inFlight: { action: "pull", id: 1 } }));
    expect(taskPatch(before, changeTask(before, { containers, admitted: true }))).toEqual({});
  });

  it.each([
    ["another container", { containers: [aContainer({ name: "other" })] }],
    ["one container more", { containers: [aContainer(), aContainer({ name: "other" })] }],
  ])("want the whole task for %s", (_, changes) => {
    const before = aTask();
    expect(taskPatch(before, changeTask(before, changes))).toBeUndefined();
  });

  it.each([
    ["a patch that is no object", aTask(), 5],
    ["a row that is no object", "row", {}],
    ["a container that is not there", aTask(), { containers: { 7: { exitCode: 1 } } }],
    ["a container that is no object", { containers: [1] }, { containers: { 0: { exitCode: 1 } } }],
    ["containers that are none", {}, { containers: { 0: {} } }],
  ])("patchedRow() refuses %s", (_, row, patch) => {
    expect(patchedRow(throughJson(row), patch)).toBeUndefined();
  });
});
