import { describe, expect, it } from "vitest";
import { asEpochMs } from "../core/brand.ts";
import type { StateChange } from "../core/state-change.ts";
import { aContainer, aTask } from "../testing/builders.ts";
import { restoredTasks } from "./restore.ts";

const container = aContainer({ knownStatus: "RUNNING", emittedStatus: "RUNNING" });
const saved = aTask({ containers: [container], emittedStatus: "RUNNING", nextChange: 3, acknowledgedChange: 0 });
const change = (sequence: number): StateChange => ({
  type: "task",
  taskArn: saved.arn,
  sequence,
  at: asEpochMs(0),
  status: "RUNNING",
});

describe("restoredTasks()", () => {
  it("takes what is no longer in the outbox for acknowledged, and what it told for sent", () => {
    const [task] = restoredTasks({ tasks: [saved], changes: [] });
    expect(task).toMatchObject({ acknowledgedChange: 2, sentStatus: "RUNNING" });
    expect(task?.containers[0]?.sentStatus).toBe("RUNNING");
  });

  it("leaves what is still in the outbox unsent", () => {
    const [task] = restoredTasks({ tasks: [saved], changes: [change(2)] });
    expect(task).toMatchObject({ acknowledgedChange: 1, sentStatus: "NONE" });
    expect(task?.containers[0]?.sentStatus).toBe("NONE");
  });
});
