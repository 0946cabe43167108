/** The engine dies and another one takes over: nothing is lost, doubled or left behind. */
import { describe, expect, it } from "vitest";
import { exits, handlesSigterm, ignoresSigterm } from "../../src/testing/index.ts";
import { runningTask, startedHost } from "./started-host.ts";

describe("restore", () => {
  it("REC-3: a container that exits while the engine is down is told once, with its exit code", async () => {
    const host = await startedHost();
    host.docker.container("web", { run: exits(7, { afterMs: 5_000 }) });
    const task = await runningTask(host, [{ name: "web" }]);
    host.crash();
    await host.clock.advance(60_000);
    await host.start();
    const ended = await host.untilStatus(task, "STOPPED");
    expect(ended.containers[0]?.exitCode).toBe(7);
    expect(host.told(task).filter((each) => each === "web STOPPED")).toHaveLength(1);
  });

  it("REC-4, EN-86: a container that was removed while the engine was down has vanished", async () => {
    const host = await startedHost();
    const task = await runningTask(host, [{ name: "web" }]);
    const { dockerName } = host.container(task, "web");
    host.crash();
    await host.clock.resolve(host.docker.client().removeContainer(dockerName, { force: true, removeVolumes: true }));
    await host.start();
    const ended = await host.untilStatus(task, "STOPPED");
    expect(ended.containers[0]?.error?.name).toBe("ContainerVanishedError");
  });

  it("REC-5: a stop that was asked for before the crash is completed after it", async () => {
    const host = await startedHost();
    host.docker.container("web", { run: ignoresSigterm() });
    const task = await runningTask(host, [{ name: "web", stopTimeout: 20 }]);
    await host.engine.stopTask(task.arn, { reason: "bye" });
    host.crash();
    await host.start();
    const ended = await host.untilStatus(task, "STOPPED");
    expect(ended).toMatchObject({ stopCode: "UserInitiated", stoppedReason: "bye" });
  });

  it("REC-6, DISC-2: what was acknowledged is not told again, what was not is", async () => {
    const host = await startedHost();
    host.docker.container("web", { run: handlesSigterm({ afterMs: 10, exitCode: 0 }) });
    const task = await runningTask(host, [{ name: "web" }]);
    await host.clock.advance(1_000);
    host.disconnect();
    await host.engine.stopTask(task.arn);
    await host.untilStatus(task, "STOPPED");
    await host.clock.advance(1_000);
    const before = host.told(task).length;
    host.crash();
    await host.start();
    await host.clock.advance(1_000);
    expect(host.told(task).slice(before)).toEqual(["web STOPPED", "task STOPPED"]);
  });

  it("REC-10, W-25: the clean-up wait goes on where it was", async () => {
    const host = await startedHost();
    host.docker.container("web", { run: exits(0) });
    const task = host.task([{ name: "web" }]);
    await host.add(task);
    await host.untilStatus(task, "STOPPED");
    await host.clock.advance(60_000);
    host.crash();
    await host.clock.advance(2 * 60 * 60_000);
    await host.start();
    await host.clock.advance(30 * 60_000);
    expect(host.docker.containers()).toHaveLength(1);
    await host.clock.advance(31 * 60_000);
    expect(host.docker.containers()).toEqual([]);
  });

  it("REC-11, RST-7: restart count, first start and last restart survive", async () => {
    const host = await startedHost();
    host.docker.container("web", { run: exits(1, { afterMs: 70_000 }) });
    const task = await runningTask(host, [{ name: "web", restartPolicy: { enabled: true, restartAttemptPeriod: 60 } }]);
    await host.clock.advance(80_000);
    const before = host.container(task, "web");
    expect(before.restart.count).toBe(1);
    host.crash();
    await host.start();
    await host.clock.advance(1_000);
    const after = host.container(task, "web");
    expect(after.restart).toEqual(before.restart);
    expect(after.startedAt).toBe(before.startedAt);
  });

  it("an exit during downtime goes through the restart policy as if it had been seen", async () => {
    const host = await startedHost();
    host.docker.container("web", { run: exits(1, { afterMs: 70_000 }) });
    const task = await runningTask(host, [{ name: "web", restartPolicy: { enabled: true, restartAttemptPeriod: 60 } }]);
    host.crash();
    await host.clock.advance(600_000);
    await host.start();
    await host.clock.advance(1_000);
    expect(host.now(task).knownStatus).toBe("RUNNING");
    expect(host.container(task, "web").restart.count).toBe(1);
    expect(host.docker.find("web")?.status).toBe("running");
  });

  it("ORD-17: a restart of the engine does not reset a start timeout", async () => {
    const host = await startedHost();
    const check = { command: ["CMD", "check"], interval: 5, timeout: 2, retries: 3 };
    host.docker.container("db", { health: () => ({ exitCode: 1 }) });
    const task = host.task([
      { name: "db", healthCheck: check, startTimeout: 60 },
      { name: "web", dependsOn: [{ containerName: "db", condition: "HEALTHY" }] },
    ]);
    await host.add(task);
    await host.clock.advance(40_000);
    host.crash();
    await host.clock.advance(10_000);
    await host.start();
    await host.untilStatus(task, "STOPPED", 15_000);
    expect(host.container(task, "web")).toMatchObject({ exitCode: 143, error: { name: "CannotStartContainerError" } });
  });

  it("REC-1, REC-2: a crash after any Docker call or save ends as without it, one container per name", async () => {
    for (let moment = 1; moment <= 60; moment += 1) await crashAt(moment);
  });
});

/** Runs a task of three and a volume, kills the engine at its n-th finished Docker call, and goes on with another. */
async function crashAt(moment: number): Promise<void> {
  const host = await startedHost();
  host.docker.container("init", { run: exits(0, { afterMs: 200 }) });
  host.docker.container("web", { run: handlesSigterm({ afterMs: 50, exitCode: 0 }) });
  host.docker.container("job", { run: exits(0, { afterMs: 3_000 }) });
  const mountPoints = [{ sourceVolume: "data", containerPath: "/d" }];
  const task = host.task(
    [
      { name: "init", essential: false, mountPoints },
      { name: "web", essential: false, mountPoints, dependsOn: [{ containerName: "init", condition: "SUCCESS" }] },
      { name: "job", dependsOn: [{ containerName: "web", condition: "START" }] },
    ],
    { volumes: [{ name: "data" }] },
  );
  let calls = 0;
  let crashed = false;
  const unwatch = host.docker.onCall(() => {
    calls += 1;
    if (calls !== moment) return;
    crashed = true;
    host.crash();
  });
  const adding = host.engine.addTask(task);
  await Promise.race([host.clock.resolve(adding).catch(() => undefined), host.clock.advance(10_000)]);
  unwatch();
  if (crashed) await host.start();
  const ended = await host.untilStatus(task, "STOPPED", 120_000);
  expect(
    ended.containers.map((each) => each.exitCode),
    `crash at call ${moment}`,
  ).toEqual([0, 0, 0]);
  const names = host.docker.containers().map((each) => each.dockerName);
  expect(new Set(names).size, `crash at call ${moment}`).toBe(3);
  await host.clock.resolve(host.engine.removeTask(task.arn));
  expect(host.docker.containers(), `crash at call ${moment}`).toEqual([]);
  expect(await host.clock.resolve(host.docker.client().listVolumes({ labels: {} }))).toEqual([]);
  const told = host.told(task).filter((each) => !each.includes("MANIFEST"));
  for (const each of ["init", "web", "job", "task"]) {
    expect(told.includes(`${each} STOPPED`), `crash at call ${moment}: ${told.join(", ")}`).toBe(true);
  }
}
