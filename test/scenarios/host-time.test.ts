/** The host's time is set, forward or back, while tasks wait. Every wait is as long as it was meant to be; time is only told. */
import { describe, expect, it } from "vitest";
import type { Task } from "../../src/core/task.ts";
import { DEFAULT_ENGINE_CONFIG } from "../../src/engine/engine-options.ts";
import { exits, runsForever } from "../../src/testing/index.ts";
import type { SimulatedHost } from "../../src/testing/simulated-host.ts";
import { startedHost } from "./started-host.ts";

const HOUR_MS = 3_600_000;
const CLEANUP_MS = 10 * 60_000;
const CONFIG = { machine: { ...DEFAULT_ENGINE_CONFIG.machine, cleanupWaitMs: CLEANUP_MS } };

const JUMPS = [-HOUR_MS, -24 * HOUR_MS, 4 * HOUR_MS, 300 * 24 * HOUR_MS];

async function elapsedUntil(host: SimulatedHost, holds: () => boolean): Promise<number> {
  const begunMs = host.clock.elapsedMs;
  await host.clock.runUntil(holds);
  return host.clock.elapsedMs - begunMs;
}

async function stoppedTask(host: SimulatedHost): Promise<Task> {
  const task = host.task([{ name: "web" }]);
  host.docker.container("web", { run: exits(0) });
  await host.add(task);
  return await host.untilStatus(task, "STOPPED");
}

describe.each(JUMPS)("with the host's time set by %i ms", (jumpMs) => {
  it("W-25: a clean-up comes after its wait", async () => {
    const host = await startedHost({ config: CONFIG });
    const { arn } = await stoppedTask(host);
    await host.clock.advance(60_000);
    host.clock.jump(jumpMs);
    const waitedMs = await elapsedUntil(host, () => host.engine.getTaskByArn(arn) === undefined);
    expect(waitedMs).toBeGreaterThan(CLEANUP_MS - 61_000);
    expect(waitedMs).toBeLessThan(CLEANUP_MS);
  });

  it("a clean-up that was begun and refused goes on", async () => {
    const host = await startedHost({ config: CONFIG });
    const { arn } = await stoppedTask(host);
    host.docker.faults.next("removeContainer", { kind: "errorBeforeEffect", status: 500, message: "busy" });
    await host.clock.advance(CLEANUP_MS + 500);
    expect(host.engine.getTaskByArn(arn)).toBeDefined();
    host.clock.jump(jumpMs);
    expect(await elapsedUntil(host, () => host.engine.getTaskByArn(arn) === undefined)).toBeLessThan(5_000);
  });

  it("ORD-17: a start timeout runs out when it would have", async () => {
    const host = await startedHost();
    host.docker.container("db", { run: runsForever() });
    const task = host.task([
      { name: "db", essential: false, startTimeout: 30 },
      { name: "web", dependsOn: [{ containerName: "db", condition: "COMPLETE" }] },
    ]);
    await host.add(task);
    await host.clock.runUntil(() => host.container(task, "db").knownStatus === "RUNNING");
    await host.clock.advance(10_000);
    host.clock.jump(jumpMs);
    const waitedMs = await elapsedUntil(host, () => host.container(task, "web").knownStatus === "STOPPED");
    expect(waitedMs).toBeGreaterThan(19_000);
    expect(waitedMs).toBeLessThan(21_000);
  });

  it("W-25: a clean-up after a restart comes no later than a whole wait from then on", async () => {
    const host = await startedHost({ config: CONFIG });
    const { arn } = await stoppedTask(host);
    host.crash();
    host.clock.jump(jumpMs);
    await host.start();
    const waitedMs = await elapsedUntil(host, () => host.engine.getTaskByArn(arn) === undefined);
    expect(waitedMs).toBeLessThanOrEqual(CLEANUP_MS + 1_000);
  });
});

it("a task's short wait is not held up by another's clean-up", async () => {
  const host = await startedHost();
  const [first, second] = [
    host.task([{ name: "web", command: ["sh", "-c", "exit 0"] }]),
    host.task([
      { name: "db", essential: false, startTimeout: 5 },
      { name: "web", dependsOn: [{ containerName: "db", condition: "COMPLETE" }] },
    ]),
  ];
  await host.add(first);
  await host.untilStatus(first, "STOPPED");
  host.clock.jump(4 * HOUR_MS);
  const begunMs = host.clock.elapsedMs;
  await host.add(second);
  await host.clock.advance(10_000);
  const web = host.engine.getTaskByArn(second.arn)?.containers.find(({ name }) => name === "web");
  expect(web?.knownStatus).toBe("STOPPED");
  expect(host.clock.elapsedMs - begunMs).toBe(10_000);
});
