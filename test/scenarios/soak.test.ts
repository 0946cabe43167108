/** A short soak in the unit tests; `npm run soak` is the long one. */
import { describe, expect, it } from "vitest";
import { MemoryStateStore } from "../../src/store/memory-state-store.ts";
import { objectGauges } from "../soak/gauges.ts";
import { simulatedShapes, simulatedWorld } from "../soak/simulated.ts";
import { soak } from "../soak/soak.ts";
import { grown, left, windowsOf } from "../soak/verdict.ts";

describe("soak", () => {
  it("leaves nothing behind after 1,400 tasks of mixed shapes", async () => {
    const before = objectGauges();
    // Counting objects takes long in a process as big as this one: not at each reading.
    const { problems, tasks, drained, closed } = await soak(
      simulatedWorld(1, new MemoryStateStore(), () => ({})),
      {
        shapes: simulatedShapes(),
        warmUp: 28,
        tasksPerSecond: 5,
        maxInFlight: Number.POSITIVE_INFINITY,
        isOver: (added) => added >= 1_400,
        readEvery: 130,
      },
    );
    expect(problems).toEqual([]);
    expect(tasks).toBe(1_400);
    const gone = { taskRows: 0, changeRows: 0, stateTasks: 0, stateContainers: 0 };
    expect(drained).toMatchObject({ ...gone, imageReferences: 0, containers: 0, volumes: 0, networks: 0 });
    expect(closed).toMatchObject({ timers: 0, listeners: 0 });
    // Weak references are let go of a turn of the event loop later than what they refer to.
    await expect.poll(() => left(before, objectGauges(), "after the soak")).toEqual([]);
  }, 120_000);
});

describe("the verdict of a soak", () => {
  const readings = (heapAt: (index: number) => number) =>
    Array.from({ length: 30 }, (_, index) => ({ heapMb: heapAt(index), taskRows: 60 }));

  it("lets noise pass, and a warm-up", () => {
    expect(grown(windowsOf(readings((index) => 20 + (index % 3))))).toEqual([]);
    expect(grown(windowsOf(readings((index) => (index < 3 ? 1 : 20))))).toEqual([]);
  });

  it("names what grows steadily", () => {
    expect(grown(windowsOf(readings((index) => 20 + index)))).toEqual(["heapMb grew from 27 to 45"]);
  });

  it("needs enough readings to compare", () => {
    expect(() => windowsOf(readings(() => 1).slice(0, 9))).toThrow("9 readings are too few");
  });

  it("names what is left, to the last one", () => {
    const before = { listeners: 2, taskRows: 0, heapMb: 10 };
    expect(left(before, { ...before, heapMb: 99 }, "at the end")).toEqual([]);
    expect(left(before, { ...before, listeners: 3 }, "at the end")).toEqual(["at the end: listeners 3, was 2"]);
  });
});
