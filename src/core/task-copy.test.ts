import { describe, expect, it } from "vitest";
import { aContainer, aTask } from "../testing/builders.ts";
import { changeContainer, changeTask, containerDifferences, taskDifferences } from "./task-copy.ts";

const container = changeContainer(aContainer(), {});
const task = changeTask(aTask(), {});

describe("containerDifferences() and taskDifferences()", () => {
  it.each(Object.keys(container))("tell that a container's %s differs", (member) => {
    expect(containerDifferences(container, { ...container, [member]: "other" })).toEqual([member]);
  });

  it.each(Object.keys(task))("tell that a task's %s differs", (member) => {
    expect(taskDifferences(task, { ...task, [member]: "other" })).toEqual([member]);
  });

  it("tell of none between equal ones, and take absent and undefined for the same", () => {
    expect(containerDifferences(container, container)).toEqual([]);
    expect(
      containerDifferences(aContainer(), { ...aContainer(), exitCode: undefined, health: container.health }),
    ).toEqual(["dependencies", "hostPorts", "health", "restart"]);
    expect(taskDifferences(task, { ...task })).toEqual([]);
  });
});
