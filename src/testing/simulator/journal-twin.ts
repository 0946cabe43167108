/**
 * What the commits of a simulation would be on a disk: rows and what changed of them, written as the journal writes them,
 * and read back as the next process would. What comes out has to be what the store in memory holds, and the room that is
 * counted for it what it takes.
 */
import type { Mutation, StoredState } from "../../ports/state-store.ts";
import { FoundRows } from "../../store/journal/found-rows.ts";
import { type Frame, FrameWriter, readFrame } from "../../store/journal/frame.ts";
import { type Place, RowIndex } from "../../store/journal/row-index.ts";
import { acknowledgementKey, changeKey, type RowOperation } from "../../store/row-table.ts";
import { SavedTasks } from "../../store/saved-tasks.ts";
import { patchedRow } from "../../store/task-patch.ts";
import type { Fail } from "./check-order.ts";

const HEAD = { kind: "rows", number: 1, segment: 1, oldest: 1, previousEnd: 0, schema: 1 } as const;
const PLACE: Place = { segment: 1 };
/** What is counted may be more than what is found: only one of them counts the keys of a row's changes. */
const SLACK = 3;

export class JournalTwin {
  readonly #fail: Fail;
  readonly #frames: Frame[] = [];
  #tasks = new SavedTasks();
  #index = new RowIndex();

  constructor(fail: Fail) {
    this.#fail = fail;
  }

  commit(mutations: readonly Mutation[]): void {
    const writer = new FrameWriter();
    for (const operation of this.#tasks.operationsOf(mutations)) this.#write(operation, writer);
    if (writer.isEmpty) return;
    const frame = readFrame(Buffer.from(writer.finish(HEAD)), 0);
    if (frame === undefined) this.#fail("a write is not read back from the journal");
    else this.#frames.push(frame);
  }

  /** Another process begins with what it reads. @param expected what the store in memory holds */
  reopen(expected: StoredState): void {
    const found = new FoundRows();
    for (const frame of this.#frames) found.take(1, "journal", frame);
    const index = RowIndex.of(found);
    this.#areTasksAsExpected(found, expected);
    this.#areChangesAsExpected(found, expected);
    if (this.#index.bytes > SLACK * index.bytes)
      this.#fail(`the journal counts ${this.#index.bytes} bytes of rows, and ${index.bytes} are there`);
    this.#tasks = SavedTasks.of(expected.tasks);
    this.#index = index;
  }

  #write(operation: RowOperation, writer: FrameWriter): void {
    switch (operation.type) {
      case "put":
        this.#index.put(operation.key, writer.put(operation.key, operation.json), PLACE);
        return;
      case "patch": {
        const row = this.#index.rowWithRoomFor(operation.key, operation.json.length);
        if (row === undefined) {
          this.#index.put(operation.key, writer.put(operation.key, operation.whole()), PLACE);
          return;
        }
        this.#index.patch(row, writer.patch(operation.key, operation.json));
        return;
      }
      case "putChange": {
        const { taskArn, sequence, json } = operation;
        this.#index.putChange(taskArn, sequence, writer.put(changeKey(taskArn, sequence), json), PLACE);
        return;
      }
      case "remove":
        if (this.#index.remove(operation)) writer.remove(operation.key);
        return;
      case "acknowledge":
        if (this.#index.remove(operation)) writer.remove(acknowledgementKey(operation.taskArn, operation.upTo));
        return;
    }
  }

  #areTasksAsExpected(found: FoundRows, { tasks }: StoredState): void {
    const rows = new Map([...found.rows].filter(([key]) => key.startsWith('["task",')));
    if (rows.size !== tasks.length)
      this.#fail(`the journal has ${rows.size} rows of tasks, and ${tasks.length} are saved`);
    for (const task of tasks) {
      const row = rows.get(JSON.stringify(["task", task.arn]));
      const read =
        row &&
        (row.patches ?? []).reduce<unknown>((whole, patch) => patchedRow(whole, parsed(patch)), parsed(row.json));
      const different = read === undefined ? "all of it" : differenceOf(read, task);
      if (different !== undefined)
        this.#fail(`the row of ${task.id} is read back with another ${different} than was saved`);
    }
  }

  #areChangesAsExpected(found: FoundRows, { changes }: StoredState): void {
    const there = [...found.changes].flatMap(([arn, numbers]) =>
      [...numbers.keys()].map((each) => `${each} of ${arn}`),
    );
    const saved = new Set(changes.map(({ taskArn, sequence }) => `${sequence} of ${taskArn}`));
    const [different] = changes.filter((each) => {
      const row = found.changes.get(each.taskArn)?.get(each.sequence);
      return row !== undefined && textOf(parsed(row.json)) !== textOf(parsed(Buffer.from(JSON.stringify(each))));
    });
    if (different !== undefined)
      this.#fail(`state change ${different.sequence} of ${different.taskArn} is read back as another than was saved`);
    const again = there.find((each) => !saved.has(each));
    if (again !== undefined) this.#fail(`state change ${again} is read back, and was acknowledged`);
    if (there.length < saved.size)
      this.#fail(`the journal has ${there.length} state changes, and ${saved.size} are saved`);
  }
}

function parsed(json: Buffer): unknown {
  return JSON.parse(json.toString("utf8"));
}

/** The first member in which a row differs from what was saved. */
function differenceOf(row: unknown, saved: object): string | undefined {
  const [left, right] = [
    row as Record<string, unknown>,
    parsed(Buffer.from(JSON.stringify(saved))) as Record<string, unknown>,
  ];
  const members = new Set([...Object.keys(left), ...Object.keys(right)]);
  return [...members].find((member) => textOf(left[member]) !== textOf(right[member]));
}

/** Members of objects in any order. */
function textOf(value: unknown): string {
  return JSON.stringify(value, (_, each: unknown) =>
    typeof each === "object" && each !== null && !Array.isArray(each)
      ? Object.fromEntries(Object.entries(each).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : each,
  );
}
