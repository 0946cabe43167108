/** The whole engine before a daemon that hangs: what one task waits for must not be waited for by the others. */
import { describe, expect, it } from "vitest";
import { describeBlocker } from "../../src/core/blocker.ts";
import { startedHost } from "./started-host.ts";

describe("The gate before the daemon", () => {
  it("keeps no task waiting longer than fifteen seconds for a start that hangs, and says who waits", async () => {
    const host = await startedHost({ config: { startConcurrency: 1 } });
    host.docker.faults.next("startContainer", { kind: "hang", forMs: 60_000 });
    const [hung, other] = [host.task([{ name: "web" }]), host.task([{ name: "web" }])];
    await host.add(hung);
    await host.clock.advance(1_000);
    await host.add(other);
    await host.clock.advance(1_000);
    const why = (task: typeof hung) => host.engine.whyBlocked(task.arn).map(describeBlocker);
    expect(why(hung)).toEqual(["start under way"]);
    expect(why(other)).toEqual(["start waits for its turn"]);
    await host.untilStatus(other, "RUNNING");
    expect(host.clock.elapsedMs).toBeLessThan(17_000);
    expect(host.engine.getTaskByArn(hung.arn)?.knownStatus).not.toBe("RUNNING");
    await host.untilStatus(hung, "RUNNING");
  });
});
