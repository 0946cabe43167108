import { describe, expect, it } from "vitest";
import type { TaskEngine } from "../engine/task-engine.ts";
import { fake } from "./fake.ts";

describe("fake()", () => {
  it("does what is written, and throws the name of anything else", async () => {
    const engine = fake<TaskEngine>("TaskEngine", { listTasks: () => [] });
    expect(engine.listTasks()).toEqual([]);
    expect(() => engine.disable()).toThrow("TaskEngine.disable was not expected");
    expect(await engine).toBe(engine);
  });
});
