/** The state cannot be saved for a while: nothing is made, and who asks why is told. */
import { describe, expect, it } from "vitest";
import { describeBlocker } from "../../src/core/blocker.ts";
import { FailingStateStore, type StoreFault } from "../../src/store/failing-state-store.ts";
import { MemoryStateStore } from "../../src/store/memory-state-store.ts";
import { runsForever } from "../../src/testing/index.ts";
import { runningTask, startedHost } from "./started-host.ts";

const LIMIT_MS = 60_000;

/** A host whose disk can be filled, or be made to hang. */
async function hostOn() {
  const disk: { fault: StoreFault | undefined } = { fault: undefined };
  const store = new FailingStateStore(new MemoryStateStore(), ({ operation }) =>
    operation === "commit" ? disk.fault : undefined,
  );
  const host = await startedHost({ store });
  host.docker.container("web", { run: runsForever() });
  return { disk, host };
}

describe("with a full disk", () => {
  it("whyBlocked says that the state is not saved, since when and why; a stop goes on once it is", async () => {
    const { disk, host } = await hostOn();
    const task = await runningTask(host, [{ name: "web" }]);
    disk.fault = "failBefore";
    const fullSince = host.clock.now();
    const stopped = host.engine.stopTask(task.arn, { reason: "it fills the disk" });
    await host.clock.advance(45_000);
    const [blocker] = host.engine.whyBlocked(task.arn);
    expect(blocker).toMatchObject({ type: "store", since: fullSince });
    expect(blocker && describeBlocker(blocker)).toMatch(
      /^waits for the state to be saved, which has failed since 2026-/,
    );

    disk.fault = undefined;
    await host.clock.resolve(stopped);
    const ended = await host.untilStatus(task, "STOPPED");
    expect(ended).toMatchObject({ stopCode: "UserInitiated", stoppedReason: "it fills the disk" });
    expect(host.engine.whyBlocked(task.arn).filter(({ type }) => type === "store")).toEqual([]);
  });

  it("a task that is not to stop runs on, and nothing is made", async () => {
    const { disk, host } = await hostOn();
    const task = await runningTask(host, [{ name: "web" }]);
    disk.fault = "failBefore";
    await expect(host.add(host.task([{ name: "web" }]))).rejects.toMatchObject({ name: "StateStoreError" });
    await host.clock.advance(LIMIT_MS);
    expect(host.docker.containers().map(({ status }) => status)).toEqual(["running"]);
    expect(host.now(task).knownStatus).toBe("RUNNING");
  });
});
