/** The whole engine before a daemon that hangs: what one task waits for must not be waited for by the others. */
import { describe, expect, it } from "vitest";
import { describeBlocker } from "../../src/core/blocker.ts";
import { startedHost } from "./started-host.ts";

describe("The gates before the daemon", () => {
  it("keep no task waiting longer than fifteen seconds for a start that hangs, and say who waits", async () => {
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

  it("keep no task waiting longer than fifteen seconds for creates that hang, and say who waits", async () => {
    const host = await startedHost({ config: { startConcurrency: 1 } });
    host.docker.faults.next("createContainer", { kind: "hang", forMs: 60_000 }, { times: 8 });
    const hung = Array.from({ length: 8 }, () => host.task([{ name: "web" }]));
    const other = host.task([
      { name: "db" },
      { name: "web", dependsOn: [{ containerName: "db", condition: "START" }] },
    ]);
    for (const task of hung) await host.add(task);
    await host.clock.advance(1_000);
    await host.add(other);
    await host.clock.advance(1_000);
    const why = (task: typeof other) => host.engine.whyBlocked(task.arn).map(describeBlocker);
    expect(hung.map(why)).toEqual(hung.map(() => ["create under way"]));
    expect(why(other)).toContain("create waits for its turn");
    await host.untilStatus(other, "RUNNING");
    expect(host.clock.elapsedMs).toBeLessThan(17_000);
    for (const task of hung) await host.untilStatus(task, "RUNNING");
  });

  it.each([
    [1, 8],
    [20, 20],
    // Four times the eight CPUs of the simulated daemon.
    [undefined, 32],
  ])("with %s starts at a time let %s creates of a burst into the daemon", async (startConcurrency, creates) => {
    const host = await startedHost({ config: { startConcurrency } });
    host.docker.faults.always("createContainer", { kind: "hang", forMs: 10_000 });
    const tasks = Array.from({ length: 40 }, () => host.task([{ name: "web" }]));
    for (const task of tasks) await host.add(task);
    await host.clock.advance(1_000);
    const reasons = tasks.flatMap(({ arn }) => host.engine.whyBlocked(arn).map(describeBlocker));
    expect(reasons.filter((each) => each === "create under way")).toHaveLength(creates);
    expect(reasons.filter((each) => each === "create waits for its turn")).toHaveLength(40 - creates);
  });

  it("keep a container's create from waiting for others that wait for it", async () => {
    const host = await startedHost({ config: { startConcurrency: 1 } });
    const chain = [{ name: "a" }, startedAfter("b", "a"), startedAfter("c", "b")];
    const tasks = Array.from({ length: 20 }, () => host.task(chain));
    for (const task of tasks) await host.add(task);
    for (const task of tasks) await host.untilStatus(task, "RUNNING");
  });
});

function startedAfter(name: string, containerName: string) {
  return { name, dependsOn: [{ containerName, condition: "START" }] } as const;
}
