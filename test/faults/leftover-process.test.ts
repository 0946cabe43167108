/** A process that no container stands for any more, in a control group of a task, on the kernel's own groups. */
import { spawn } from "node:child_process";
import { existsSync, writeFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { kernelFiles } from "../../src/resources/cgroup/kernel-files.ts";
import { eventually, hasOwnDaemon, lives } from "./daemon-control.ts";

/** Version 1 has a tree for each controller, version 2 one for all. */
const ROOT = existsSync("/sys/fs/cgroup/pids") ? "/sys/fs/cgroup/pids" : "/sys/fs/cgroup";

// Who may start a daemon may make control groups.
describe.runIf(hasOwnDaemon)("kernelFiles.removeDirectory()", () => {
  it("refuses while a process is in the group, and kills it, so that the next try works", async () => {
    const group = `${ROOT}/berth-test-${process.pid}`;
    await kernelFiles.make(group);
    const child = spawn("sleep", ["1000"], { stdio: "ignore" });
    const { pid = 0 } = child;
    writeFileSync(`${group}/cgroup.procs`, String(pid));
    await expect(kernelFiles.removeDirectory(group)).rejects.toMatchObject({ code: "EBUSY" });
    await eventually(() => !lives(pid), 10_000, "the process to end");
    await eventually(() => removes(group), 10_000, "the group to be removed");
    expect(existsSync(group)).toBe(false);
    await kernelFiles.removeDirectory(group);
  });

  /** A process that has ended leaves its group a moment later. */
  function removes(group: string): Promise<boolean> {
    return kernelFiles.removeDirectory(group).then(
      () => true,
      () => false,
    );
  }
});
