import { describe, expect, it } from "vitest";
import { aContainer, aTask } from "../testing/builders.ts";
import { changesBetween } from "./task-changes.ts";

const typesOf = (...[previous, next]: Parameters<typeof changesBetween>) =>
  changesBetween(previous, next).map((change) => change.type);

describe("changesBetween()", () => {
  const web = aContainer({ name: "web", hasHealthCheck: true });
  const task = aTask({ containers: [web] });

  it("tells the first snapshot of a task, and nothing when nothing moved", () => {
    expect(typesOf(undefined, task)).toEqual(["task"]);
    expect(typesOf(task, { ...task, containers: [{ ...web }] })).toEqual([]);
  });

  it("tells containers before the task that follows from them", () => {
    const next = aTask({ containers: [{ ...web, knownStatus: "RUNNING" }], knownStatus: "RUNNING" });
    expect(typesOf(task, next)).toEqual(["container", "task"]);
  });

  it("tells that a task is to stop", () => {
    expect(typesOf(task, { ...task, desiredStatus: "STOPPED" })).toEqual(["task"]);
  });

  it("tells health and restarts", () => {
    const running = aTask({ containers: [{ ...web, knownStatus: "RUNNING" }] });
    const restarted = aTask({
      containers: [
        { ...web, knownStatus: "RUNNING", health: { status: "UNHEALTHY" }, restart: { ...web.restart, count: 1 } },
      ],
    });
    expect(typesOf(running, restarted)).toEqual(["restart", "health"]);
  });

  it("tells ports that become known after the start", () => {
    const running = { ...web, knownStatus: "RUNNING" } as const;
    const ports = [{ bindIP: "0.0.0.0", containerPort: 80, hostPort: 8080, protocol: "tcp" }] as const;
    const before = aTask({ containers: [running] });
    const after = aTask({ containers: [{ ...running, networkBindings: ports }] });
    expect(typesOf(before, after)).toEqual(["ports"]);
    expect(typesOf(after, after)).toEqual([]);
    expect(typesOf(task, after)).toEqual(["container"]);
  });

  it("NS-3: is silent about internal containers", () => {
    const pause = aContainer({ name: "~internal~ecs~pause", type: "CNI_PAUSE" });
    const next = aTask({ containers: [{ ...pause, knownStatus: "RUNNING" }] });
    expect(typesOf(aTask({ containers: [pause] }), next)).toEqual([]);
  });
});
