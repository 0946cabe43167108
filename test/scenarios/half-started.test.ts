/** The daemon crashes in the middle of a start. Found on the real daemon by test/faults. */
import { describe, expect, it } from "vitest";
import { handlesSigterm } from "../../src/testing/index.ts";
import { runningTask, startedHost } from "./started-host.ts";

const LEFT_BEHIND = `task ${"0123456789abcdef".repeat(4)}: already exists`;
const STILL_KNOWN = "id already in use";

describe("a container that a crashed daemon has half started", () => {
  it.each([LEFT_BEHIND, STILL_KNOWN])(
    "is made anew, because containerd never lets it start again: %s",
    async (message) => {
      const host = await startedHost();
      host.docker.container("web", { run: handlesSigterm({ afterMs: 10, exitCode: 0 }) });
      host.docker.faults.next("startContainer", { kind: "errorBeforeEffect", status: 500, message });
      const task = await runningTask(host, [{ name: "web" }]);
      expect(host.docker.containers().map(({ dockerId }) => dockerId)).toEqual([host.container(task, "web").dockerId]);
      expect(host.told(task).slice(-2)).toEqual(["web RUNNING", "task RUNNING"]);
    },
  );

  it("ends its task with that reason when the new one fares no better", async () => {
    const host = await startedHost();
    const fault = { kind: "errorBeforeEffect", status: 500, message: LEFT_BEHIND } as const;
    host.docker.faults.next("startContainer", fault, { times: 2 });
    const task = host.task([{ name: "web" }]);
    await host.add(task);
    const ended = await host.untilStatus(task, "STOPPED");
    expect(ended).toMatchObject({ stopCode: "TaskFailedToStart" });
    expect(ended.containers[0]?.error).toMatchObject({ name: "CannotStartContainerError" });
  });
});
