import { describe, expect, it } from "vitest";
import type { Task } from "../core/task.ts";
import { aContainer, aTask } from "../testing/builders.ts";
import { keyText, type RowOperation } from "./row-table.ts";
import { SavedTasks } from "./saved-tasks.ts";
import { taskText } from "./task-text.ts";

const TASK = aTask();
const at = (revision: number): Task => ({ ...TASK, revision, stoppedReason: `reason ${revision}` });
const key = keyText(["task", at(1).arn]);

function put(saved: SavedTasks, task: Task): RowOperation | undefined {
  return saved.operationsOf([{ type: "putTask", task }])[0];
}

const patchOf = (operation: RowOperation | undefined) =>
  operation?.type === "patch" ? (JSON.parse(operation.json) as unknown) : operation?.type;

describe("SavedTasks", () => {
  it("writes a task as a whole at first, and then what differs from what was written last", () => {
    const saved = new SavedTasks();
    expect(put(saved, at(1))).toEqual({ type: "put", key, json: taskText(at(1)) });
    expect(patchOf(put(saved, at(2)))).toEqual({ revision: 2, stoppedReason: "reason 2" });
    expect(patchOf(put(saved, { ...at(2), revision: 3 }))).toEqual({ revision: 3 });
    expect(patchOf(put(saved, at(1)))).toEqual({ revision: 1, stoppedReason: "reason 1" });
  });

  it("compares with what was found, and knows the row as it is by now", () => {
    const saved = SavedTasks.of([at(1)]);
    const operation = put(saved, { ...at(1), revision: 5 });
    expect(patchOf(operation)).toEqual({ revision: 5 });
    expect(operation?.type === "patch" && operation.whole()).toBe(taskText({ ...at(1), revision: 5 }));
    expect(saved.wholeRow(key)).toBe(taskText({ ...at(1), revision: 5 }));
    expect(saved.wholeRow(keyText(["task", "arn:nobody"]))).toBeUndefined();
  });

  it("writes one that was deleted as a whole again, and one that has other containers", () => {
    const saved = SavedTasks.of([at(1)]);
    saved.operationsOf([{ type: "deleteTask", taskArn: at(1).arn }]);
    expect(saved.wholeRow(key)).toBeUndefined();
    expect(put(saved, at(1))?.type).toBe("put");
    const more = { ...at(1), containers: [...at(1).containers, aContainer({ name: "more" })] };
    expect(put(saved, more)?.type).toBe("put");
  });

  it("notes nothing of a commit that cannot be written, whatever it has put and deleted before", () => {
    const saved = SavedTasks.of([at(1)]);
    const another = { ...at(7), arn: "arn:another" as Task["arn"] };
    const round: Record<string, unknown> = {};
    round.itself = round;
    const unwritable = { ...at(9), resources: [{ spec: round }] } as unknown as Task;
    const commit = [
      { type: "putTask", task: at(2) },
      { type: "putTask", task: another },
      { type: "deleteTask", taskArn: at(1).arn },
      { type: "putTask", task: at(3) },
      { type: "putTask", task: unwritable },
    ] as const;
    expect(() => saved.operationsOf(commit)).toThrow(TypeError);
    expect(saved.wholeRow(key)).toBe(taskText(at(1)));
    expect(saved.wholeRow(keyText(["task", "arn:another"]))).toBeUndefined();
    expect(patchOf(put(saved, { ...at(1), revision: 4 }))).toEqual({ revision: 4 });
  });
});
