import { describe, expect, it } from "vitest";
import { asEpochMs } from "../core/brand.ts";
import type { Container, Task } from "../core/task.ts";
import { aContainer, aTask } from "../testing/builders.ts";
import { endOfRun } from "./exit-code.ts";

type Given = Omit<Partial<Container>, "name" | "dockerName"> & { readonly name?: string };

const stopped = (given: Given) => aContainer({ knownStatus: "STOPPED", desiredStatus: "STOPPED", ...given });
const exited = (name: string, exitCode: number, finishedAt: number, given: Given = {}) =>
  stopped({ name, exitCode, startedAt: asEpochMs(0), finishedAt: asEpochMs(finishedAt), ...given });
const endedTask = (containers: readonly Container[], given: Partial<Task> = {}) => {
  const { arn: _, ...task } = given;
  return aTask({ containers, knownStatus: "STOPPED", desiredStatus: "STOPPED", ...task });
};
const codeOf = (task: Task) => endOfRun(task, { type: "ended" }).code;
const error = { name: "CannotPullContainerError", message: "no such image" } as const;

describe("endOfRun()", () => {
  it("is 0 when every essential container that ran exited 0", () => {
    expect(codeOf(endedTask([exited("a", 0, 10), exited("b", 0, 20)]))).toBe(0);
  });

  it("is the code of the essential container that ended the task, not of those that were stopped after it", () => {
    const task = endedTask([exited("b", 143, 30), exited("a", 3, 10)], { executionStoppedAt: asEpochMs(12) });
    expect(endOfRun(task, { type: "ended" })).toEqual({
      code: 3,
      message: "a (essential) ended the task: exit code 3 after 10 ms",
    });
  });

  it("is 0 when the ending container exited 0 and the others were stopped", () => {
    const task = endedTask([exited("a", 0, 10), exited("b", 143, 30)], { executionStoppedAt: asEpochMs(12) });
    expect(codeOf(task)).toBe(0);
  });

  it("names the containers that had to be killed, once for each grace, and no others", () => {
    const grace = { stopTimeoutMs: 2_000 };
    const containers = [
      exited("a", 137, 12_000, grace),
      exited("b", 137, 12_100, { ...grace, essential: false }),
      exited("c", 137, 40_000, { stopTimeoutMs: 30_000 }),
      exited("d", 143, 10_500, grace),
      exited("e", 137, 10_100, grace),
    ];
    const task = endedTask(containers, { stoppingAt: asEpochMs(10_000) });
    expect(endOfRun(task, { type: "signal", signal: "SIGTERM" })).toEqual({
      code: 143,
      message: "Stopped by SIGTERM; a, b did not stop within 2 s: killed; c did not stop within 30 s: killed",
    });
  });

  it("pays no heed to containers that are not essential", () => {
    expect(codeOf(endedTask([exited("job", 9, 5, { essential: false }), exited("a", 0, 10)]))).toBe(0);
  });

  it("is 125 when an essential container could not be pulled, with its reason", () => {
    expect(endOfRun(endedTask([stopped({ name: "a", error })]), { type: "ended" })).toEqual({
      code: 125,
      message: "a (essential) could not be run: CannotPullContainerError: no such image",
    });
  });

  it("is 125 when one could not be run and others were stopped for that", () => {
    const task = endedTask([exited("a", 0, 30), stopped({ name: "b", error })], { executionStoppedAt: asEpochMs(20) });
    expect(codeOf(task)).toBe(125);
  });

  it("ORD-4: is 125 for a container whose dependency failed, although it has the exit code 143", () => {
    const dependency = {
      name: "CannotStartContainerError",
      message: "dependency graph: migrate did not exit successfully",
    } as const;
    const task = endedTask([
      exited("migrate", 1, 5, { essential: false }),
      stopped({ name: "web", exitCode: 143, error: dependency }),
    ]);
    expect(codeOf(task)).toBe(125);
  });

  it("is the code of what exited while another was still being pulled", () => {
    const task = endedTask([exited("a", 7, 10), stopped({ name: "b" })], { executionStoppedAt: asEpochMs(11) });
    expect(codeOf(task)).toBe(7);
  });

  it("is 125 when a resource could not be made", () => {
    const task = endedTask([stopped({ name: "a" })], {
      stoppedReason: "Fetching secret data: no such secret",
      stopCode: "TaskFailedToStart",
    });
    expect(endOfRun(task, { type: "ended" })).toEqual({
      code: 125,
      message: "Cannot run the task: Fetching secret data: no such secret",
    });
  });

  it("is 125 when the exit code is not known", () => {
    const vanished = { name: "ContainerVanishedError", message: "No container matching saved ID found" } as const;
    expect(codeOf(endedTask([stopped({ name: "a", startedAt: asEpochMs(0), error: vanished })]))).toBe(125);
  });

  it("explains the codes that a shell and the kernel make", () => {
    const memory = { name: "OutOfMemoryError", message: "Container killed due to memory usage" } as const;
    const end = endOfRun(endedTask([exited("a", 137, 2_000, { error: memory })]), { type: "ended" });
    expect(end).toEqual({
      code: 137,
      message:
        "a (essential) ended the task: exit code 137 (SIGKILL) after 2.0 s, OutOfMemoryError: Container killed due to memory usage",
    });
  });

  it.each([
    [{ type: "signal", signal: "SIGINT" }, 130],
    [{ type: "signal", signal: "SIGTERM" }, 143],
    [{ type: "signal", signal: "SIGHUP" }, 129],
    [{ type: "signal", signal: "SIGQUIT" }, 131],
    [{ type: "timeout", afterMs: 30_000 }, 124],
    [{ type: "brokenPipe" }, 141],
    [{ type: "crash", error: new Error("boom") }, 125],
  ] as const)("is the code of the way out %j, whatever the containers say", (wayOut, code) => {
    expect(endOfRun(endedTask([exited("a", 5, 10)]), wayOut).code).toBe(code);
    expect(endOfRun(undefined, wayOut).code).toBe(code);
  });
});
