import { describe, expect, it } from "vitest";
import { asEpochMs } from "../core/brand.ts";
import type { Container, Task } from "../core/task.ts";
import { aContainer, aTask } from "../testing/builders.ts";
import { isDurablyEqual } from "./durable-part.ts";

const container = aContainer();
const task = aTask({ containers: [container] });
const withContainer = (given: Partial<Container>): Task => ({ ...task, containers: [{ ...container, ...given }] });

describe("isDurablyEqual()", () => {
  it("sees no difference in what a restart forgets or works out again", () => {
    const volatile: readonly Task[] = [
      task,
      { ...task },
      { ...task, admitted: true, nextActionId: 99 },
      { ...task, acknowledgedChange: 7, sentStatus: "RUNNING" },
      withContainer({ inFlight: { action: "pull", id: 1 } }),
      withContainer({ health: { status: "HEALTHY" } }),
      withContainer({ sentStatus: "RUNNING" }),
    ];
    for (const other of volatile) {
      expect(isDurablyEqual(task, other)).toBe(true);
      expect(isDurablyEqual(other, task)).toBe(true);
    }
  });

  it("takes a member that is absent and one that is undefined for the same", () => {
    expect(isDurablyEqual(task, withContainer({ exitCode: undefined }))).toBe(true);
    expect(isDurablyEqual(withContainer({ exitCode: undefined }), task)).toBe(true);
  });

  it("sees every other difference, from both sides", () => {
    const durable: readonly Task[] = [
      { ...task, knownStatus: "RUNNING" },
      { ...task, stoppedReason: "asked to" },
      { ...task, containers: [] },
      { ...task, containers: [container, container] },
      withContainer({ knownStatus: "RUNNING" }),
      withContainer({ createRequestedAt: asEpochMs(1) }),
    ];
    for (const other of durable) {
      expect(isDurablyEqual(task, other)).toBe(false);
      expect(isDurablyEqual(other, task)).toBe(false);
    }
  });
});
