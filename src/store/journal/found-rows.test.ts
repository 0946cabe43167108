/** Rows as a journal tells them, frame by frame. Source: docs/decisions/014; REC-8. */
import { describe, expect, it } from "vitest";
import { acknowledgementKey, changeKey } from "../row-table.ts";
import { FoundRows } from "./found-rows.ts";
import { type Frame, type FrameHead, FrameWriter, readFrame } from "./frame.ts";

const HEAD: FrameHead = { kind: "rows", number: 1, segment: 1, oldest: 1, previousEnd: 0, schema: 1 };
const TASK = '["task","a"]';

function frame(write: (writer: FrameWriter) => void): Frame {
  const writer = new FrameWriter();
  write(writer);
  const read = readFrame(Buffer.from(writer.finish(HEAD)), 0);
  if (read === undefined) throw new Error("Cannot read the frame: it was just written");
  return read;
}

function found(...writes: readonly ((writer: FrameWriter) => void)[]): FoundRows {
  const rows = new FoundRows();
  for (const [index, write] of writes.entries()) rows.take(index + 1, "journal", frame(write));
  rows.finish("journal");
  return rows;
}

const textOf = (rows: FoundRows) => rows.rows.get(TASK)?.json.toString();
const patchesOf = (rows: FoundRows) => (rows.rows.get(TASK)?.patches ?? []).map(String);
const numbersOf = (rows: FoundRows, arn: string) => [...(rows.changes.get(arn)?.keys() ?? [])];

describe("FoundRows", () => {
  it("has the last of a row, where it lies, and what was changed of it since, in that order", () => {
    const rows = found(
      (writer) => writer.put(TASK, '{"n":1}'),
      (writer) => writer.patch(TASK, '{"n":2}'),
      (writer) => writer.patch(TASK, '{"n":3}'),
    );
    expect([textOf(rows), patchesOf(rows)]).toEqual(['{"n":1}', ['{"n":2}', '{"n":3}']]);
    expect(rows.rows.get(TASK)).toMatchObject({ segment: 1, bytes: TASK.length + 7 });
  });

  it("lays no change onto a row that was written as a whole after it", () => {
    const rows = found(
      (writer) => writer.put(TASK, '{"n":1}'),
      (writer) => writer.patch(TASK, '{"n":2}'),
      (writer) => writer.put(TASK, '{"n":3}'),
    );
    expect([textOf(rows), patchesOf(rows)]).toEqual(['{"n":3}', []]);
    expect(rows.rows.get(TASK)?.segment).toBe(3);
  });

  it("has none that was removed, and neither what was changed of it when it comes again", () => {
    const gone = found(
      (writer) => writer.put(TASK, '{"n":1}'),
      (writer) => writer.remove(TASK),
    );
    expect(gone.rows.size).toBe(0);
    const again = found(
      (writer) => writer.put(TASK, '{"n":1}'),
      (writer) => writer.patch(TASK, '{"n":2}'),
      (writer) => writer.remove(TASK),
      (writer) => writer.put(TASK, '{"n":3}'),
    );
    expect([textOf(again), patchesOf(again)]).toEqual(['{"n":3}', []]);
  });

  it("has of a task's changes those behind the last that was acknowledged, and of no other task fewer", () => {
    const rows = found(
      (writer) => {
        for (const sequence of [1, 2, 3]) writer.put(changeKey("a", sequence), "{}");
        writer.put(changeKey("b", 1), "{}");
      },
      (writer) => writer.remove(acknowledgementKey("a", 2)),
    );
    expect([numbersOf(rows, "a"), numbersOf(rows, "b")]).toEqual([[3], [1]]);
    const none = found(
      (writer) => writer.put(changeKey("a", 1), "{}"),
      (writer) => writer.remove(acknowledgementKey("a", 1)),
      (writer) => writer.remove(acknowledgementKey("a", 1)),
    );
    expect(none.changes.size).toBe(0);
  });

  it("is no journal of ours without the row of which only changes are there, unless it still comes", () => {
    expect(() => found((writer) => writer.patch(TASK, "{}"))).toThrow("of which changes are there");
    const late = found(
      (writer) => writer.patch(TASK, '{"n":1}'),
      (writer) => writer.put(TASK, '{"n":2}'),
    );
    expect([textOf(late), patchesOf(late)]).toEqual(['{"n":2}', []]);
    expect(() => found((writer) => writer.put('["change","a"]', "{}"))).toThrow("is not one of ours");
  });
});
