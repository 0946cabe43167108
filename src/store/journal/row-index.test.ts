import { describe, expect, it } from "vitest";
import { NOWHERE, type Place, RowIndex } from "./row-index.ts";

const place = (): Place => ({ segment: NOWHERE });
const TASK = '["task","a"]';

describe("RowIndex", () => {
  it("counts what is there: a row once, however often it is put, with what was changed of it", () => {
    const index = new RowIndex();
    index.put(TASK, 100, place());
    const row = index.put(TASK, 120, place());
    index.patch(row, 30);
    expect(index.bytes).toBe(150);
    index.put(TASK, 110, place());
    expect(index.bytes).toBe(110);
    expect(index.remove({ type: "remove", key: TASK })).toBe(true);
    expect(index.remove({ type: "remove", key: TASK })).toBe(false);
    expect(index.bytes).toBe(0);
  });

  it("gives back the room of changes that were acknowledged, and of those that were put again", () => {
    const index = new RowIndex();
    for (const sequence of [1, 2, 3]) index.putChange("a", sequence, 50, place());
    index.putChange("b", 1, 70, place());
    index.putChange("a", 3, 60, place());
    expect(index.bytes).toBe(50 + 50 + 60 + 70);
    expect(index.remove({ type: "acknowledge", taskArn: "a", upTo: 2 })).toBe(true);
    expect([index.bytes, index.changeOf("a", 2), index.changeOf("a", 3)?.bytes]).toEqual([130, undefined, 60]);
    expect(index.remove({ type: "acknowledge", taskArn: "a", upTo: 2 })).toBe(false);
    index.remove({ type: "acknowledge", taskArn: "a", upTo: 3 });
    index.remove({ type: "acknowledge", taskArn: "b", upTo: 9 });
    expect(index.bytes).toBe(0);
    expect(index.remove({ type: "acknowledge", taskArn: "b", upTo: 9 })).toBe(false);
  });

  it("has room for changes of a row up to twice what the row takes, and none for a row that is not there", () => {
    const index = new RowIndex();
    const row = index.put(TASK, 100, place());
    index.patch(row, 150);
    expect(index.rowWithRoomFor(TASK, 50)).toBe(row);
    expect(index.rowWithRoomFor(TASK, 51)).toBeUndefined();
    expect(index.rowWithRoomFor('["task","b"]', 1)).toBeUndefined();
  });

  it("learns rows, what was changed of them and changes of tasks as they were found", () => {
    const found = {
      rows: new Map([
        [TASK, { segment: 3, bytes: 100, json: Buffer.from("{}"), patches: [Buffer.alloc(7), Buffer.alloc(5)] }],
      ]),
      changes: new Map([["a", new Map([[4, { segment: 5, bytes: 50, json: Buffer.from("{}") }]])]]),
    };
    const index = RowIndex.of(found as unknown as Parameters<typeof RowIndex.of>[0]);
    expect(index.bytes).toBe(162);
    expect(index.rowOf(TASK)).toEqual({ place: { segment: 3 }, bytes: 100, patchBytes: 12 });
    expect(index.changeOf("a", 4)?.place).toEqual({ segment: 5 });
  });
});
