/** Containers that are started again in place. Source: engine-modern 11. */
import { describe, expect, it } from "vitest";
import { aContainer } from "../../testing/builders.ts";
import { aTaskOf, dependsOn, MachineWorld } from "../../testing/machine-harness.ts";
import { asEpochMs } from "../brand.ts";
import type { RestartPolicy } from "../definition/types.ts";

const policy: RestartPolicy = { enabled: true, restartAttemptPeriod: 60 };

function running(partial: Parameters<typeof aContainer>[0] = {}): MachineWorld {
  const web = aContainer({ restartPolicy: policy, essential: false, ...partial });
  const world = MachineWorld.begin(aTaskOf(web, aContainer({ name: "main" })));
  world.settle();
  return world;
}

function exitAfter(world: MachineWorld, seconds: number, exitCode = 1) {
  world.advance(seconds * 1000);
  return world.exit("web", exitCode);
}

describe("an exit under a restart policy", () => {
  it("RST-1: after the period leads to a restart, with nothing reported", () => {
    const world = running();
    const startedAt = world.container("web").startedAt;
    const changes = world.changes.length;
    const step = exitAfter(world, 70);
    expect(step.effects).toMatchObject([{ type: "restart", dockerId: world.container("web").dockerId }]);
    world.settle();
    expect(world.container("web")).toMatchObject({
      knownStatus: "RUNNING",
      startedAt,
      restart: { count: 1, lastRestartAt: world.now, pending: false },
    });
    expect(world.docker.running).toContain("web");
    expect(world.changes).toHaveLength(changes);
  });

  it("is on record before Docker is asked for the restart", () => {
    const world = running();
    exitAfter(world, 70, 9);
    expect(world.container("web").restart).toMatchObject({ count: 1, pending: true, endedRun: { exitCode: 9 } });
    expect(world.container("web").exitCode).toBeUndefined();
  });

  it("RST-2: within the period is final", () => {
    const world = running();
    exitAfter(world, 10);
    expect(world.container("web")).toMatchObject({ knownStatus: "STOPPED", exitCode: 1 });
    expect(world.pending).toEqual([]);
  });

  it("the period is counted to Docker's finish time, not to when the exit was noticed", () => {
    const world = running();
    world.advance(10_000);
    world.docker.exit("web", 1, world.now);
    world.advance(300_000);
    world.look("web");
    expect(world.container("web").knownStatus).toBe("STOPPED");
  });

  it("RST-3: with an ignored exit code is final", () => {
    const world = running({ restartPolicy: { ...policy, ignoredExitCodes: [0] } });
    exitAfter(world, 70, 0);
    expect(world.container("web").knownStatus).toBe("STOPPED");
  });

  it("RST-4: of a task that stops is final", () => {
    const world = running();
    world.advance(70_000);
    world.stop();
    world.settle();
    expect(world.asked).not.toContain("restart web");
    expect(world.task.knownStatus).toBe("STOPPED");
  });

  it("RST-5: a restart that fails is a stop with the exit code of the run before", () => {
    const world = running();
    exitAfter(world, 70, 9);
    const finishedAt = world.now;
    world.advance(1_000);
    world.fail("restart", "web", { status: 500 });
    expect(world.container("web")).toMatchObject({ knownStatus: "STOPPED", exitCode: 9, finishedAt });
    expect(world.reported.at(-1)).toBe("web STOPPED");
  });

  it("RST-5: one that may have worked is stopped first", () => {
    const world = running();
    exitAfter(world, 70, 9);
    world.fail("restart", "web", { indeterminate: true, took: true });
    expect(world.container("web").knownStatus).toBe("RUNNING");
    expect(world.pending).toEqual(["stop web"]);
    world.answer("stop", "web");
    expect(world.container("web")).toMatchObject({ knownStatus: "STOPPED", exitCode: 143 });
  });

  it("RST-5: and if it had not worked, the run before is the last", () => {
    const world = running();
    exitAfter(world, 70, 9);
    world.fail("restart", "web", { indeterminate: true });
    world.answer("stop", "web");
    expect(world.container("web")).toMatchObject({ knownStatus: "STOPPED", exitCode: 9 });
  });

  it("RST-6: a second exit soon after a restart is final, however long it ran before", () => {
    const world = running();
    exitAfter(world, 3_600);
    world.settle();
    exitAfter(world, 10, 4);
    expect(world.container("web")).toMatchObject({ knownStatus: "STOPPED", exitCode: 4, restart: { count: 1 } });
  });

  it("RST-7, REC-11: a restart of the engine changes neither the clock nor the count nor the first start", () => {
    const world = running();
    exitAfter(world, 70);
    world.settle();
    const before = world.container("web");
    world.advance(5_000);
    world.restartEngine();
    world.settle();
    const after = world.container("web");
    expect([after.restart, after.startedAt]).toEqual([before.restart, before.startedAt]);
    exitAfter(world, 5);
    expect(world.container("web").knownStatus).toBe("STOPPED");
  });

  it("RST-8: a SUCCESS dependant waits for the final exit", () => {
    const job = aContainer({ name: "job", essential: false, restartPolicy: { ...policy, ignoredExitCodes: [0] } });
    const web = aContainer({ dependencies: [dependsOn("job", "SUCCESS")] });
    const world = MachineWorld.begin(aTaskOf(web, job));
    world.settle();
    world.advance(70_000);
    world.exit("job", 1);
    world.settle();
    expect(world.known("web", "job")).toEqual(["MANIFEST_PULLED", "RUNNING"]);
    world.exit("job", 0);
    world.settle();
    expect(world.known("web", "job")).toEqual(["RUNNING", "STOPPED"]);
  });

  it("RST-9: the final stop of a non-essential container leaves the task RUNNING", () => {
    const world = running();
    exitAfter(world, 1);
    expect(world.task).toMatchObject({ knownStatus: "RUNNING", desiredStatus: "RUNNING" });
  });

  it("an essential container is restarted too, and ends the task only with its final exit", () => {
    const world = running({ essential: true });
    exitAfter(world, 70);
    expect(world.task.desiredStatus).toBe("RUNNING");
    world.settle();
    exitAfter(world, 1);
    expect(world.task.desiredStatus).toBe("STOPPED");
  });

  it("health begins anew with each run", () => {
    const world = running({ hasHealthCheck: true });
    world.healthy("web");
    exitAfter(world, 70);
    expect(world.container("web").health).toEqual({ status: "UNKNOWN" });
  });

  it("an exit before the start is answered counts like any other", () => {
    const quick = aContainer({ restartPolicy: { enabled: true, restartAttemptPeriod: 0 }, essential: false });
    const world = MachineWorld.begin(aTaskOf(quick, aContainer({ name: "main" })));
    for (const action of ["resolveManifest", "pull", "create"] as const) world.answer(action, "web");
    world.carryOut("start", "web");
    world.exit("web", 1);
    expect(world.container("web")).toMatchObject({ knownStatus: "RUNNING", restart: { count: 1, pending: true } });
    world.answer("start", "web");
    expect(world.pending).toContain("restart web");
  });
});

describe("news about the run that has ended", () => {
  it("changes nothing, before and after the restart is answered", () => {
    const world = running();
    exitAfter(world, 70, 9);
    const old = world.docker.look("web");
    const { task } = world;
    expect(world.see("web", old).task).toBe(task);
    world.settle();
    const restarted = world.task;
    expect(world.see("web", old).task).toBe(restarted);
  });

  it("an old sight of it running does not call the restart off", () => {
    const world = running();
    const old = world.docker.look("web");
    exitAfter(world, 70, 9);
    world.see("web", old);
    expect(world.container("web").restart.pending).toBe(true);
  });

  it("the exit of the new run counts although the host's clock was set back between the two", () => {
    const world = running();
    exitAfter(world, 70, 9);
    world.answer("restart", "web");
    world.docker.set("web", { startedAt: asEpochMs(1_000) });
    world.look("web");
    world.exit("web", 4, { finishedAt: asEpochMs(5_000) });
    expect(world.container("web")).toMatchObject({ knownStatus: "STOPPED", exitCode: 4 });
  });
});

describe("a crash of the engine around a restart", () => {
  it("an exit while the engine was away is judged by the policy (the agent does not)", () => {
    const world = running();
    world.advance(70_000);
    world.crash();
    world.docker.exit("web", 1, world.now);
    world.restartEngine();
    expect(world.pending).toEqual(["restart web"]);
  });

  it("a restart that was recorded and not done is done", () => {
    const world = running();
    exitAfter(world, 70);
    world.restartEngine();
    expect(world.pending).toEqual(["restart web"]);
    expect(world.container("web").restart.count).toBe(1);
  });

  it("a restart that was done and not answered is taken as done", () => {
    const world = running();
    exitAfter(world, 70);
    world.carryOut("restart", "web");
    world.restartEngine();
    expect(world.pending).toEqual([]);
    expect(world.container("web").restart).toMatchObject({ count: 1, pending: false });
  });

  it("a restart that was done and ended since is judged by its own times", () => {
    const world = running();
    exitAfter(world, 70);
    world.carryOut("restart", "web");
    world.crash();
    world.advance(5_000);
    world.docker.exit("web", 4, world.now);
    world.restartEngine();
    expect(world.container("web")).toMatchObject({ knownStatus: "STOPPED", exitCode: 4, restart: { count: 1 } });
  });

  it("a container that vanished before its recorded restart keeps the exit code of the run before", () => {
    const world = running();
    exitAfter(world, 70, 9);
    world.crash();
    world.docker.remove("web");
    world.restartEngine();
    expect(world.container("web")).toMatchObject({
      knownStatus: "STOPPED",
      exitCode: 9,
      error: { name: "ContainerVanishedError" },
    });
  });

  it("a stop after a crash really stops what an unanswered restart may have started", () => {
    const world = running();
    exitAfter(world, 70);
    world.carryOut("restart", "web");
    world.crash();
    world.stop();
    world.restartEngine(() => false);
    expect(world.pending).toContain("stop web");
    world.settle();
    expect(world.docker.running).toEqual([]);
    expect(world.task.knownStatus).toBe("STOPPED");
  });
});
