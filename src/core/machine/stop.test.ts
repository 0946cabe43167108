/** Stopping at every phase, failed stops, force, and starts that nobody wanted. Source: engine-modern 6. */
import { describe, expect, it } from "vitest";
import { aContainer } from "../../testing/builders.ts";
import { aTaskOf, dependsOn, MachineWorld, type MachineWorldOptions } from "../../testing/machine-harness.ts";
import { asDockerId } from "../brand.ts";
import type { ContainerAction } from "../task.ts";
import { STOP_TRIES } from "./retry.ts";

const WAY_UP: readonly ContainerAction[] = ["resolveManifest", "pull", "create", "start"];

/** One essential container, taken up to just before this is answered. */
function upTo(action: ContainerAction, options: MachineWorldOptions = {}): MachineWorld {
  const world = MachineWorld.begin(aTaskOf(aContainer()), options);
  for (const each of WAY_UP.slice(0, WAY_UP.indexOf(action))) world.answer(each, "web");
  expect(world.pending).toEqual([`${action} web`]);
  return world;
}

function running(options: MachineWorldOptions = {}): MachineWorld {
  const world = MachineWorld.begin(aTaskOf(aContainer()), options);
  world.settle();
  return world;
}

function stopping(options: MachineWorldOptions = {}): MachineWorld {
  const world = running(options);
  world.stop();
  expect(world.pending).toEqual(["stop web"]);
  return world;
}

describe("a stop request", () => {
  it("STOP-5, MT-24: while pulling, the task is STOPPED at once and the pull is let go", () => {
    const world = upTo("pull");
    const step = world.stop();
    expect(step.task.knownStatus).toBe("STOPPED");
    expect(step.effects).toEqual([{ type: "abandonPull", containerName: "web" }, { type: "releaseHostResources" }]);
    expect([world.container("web").exitCode, world.container("web").error]).toEqual([undefined, undefined]);
  });

  it("STOP-5: the answer of a pull that was let go is ignored", () => {
    const world = upTo("pull");
    world.stop();
    const task = world.task;
    expect(world.answerLate("web", { ok: true, imageId: "sha256:late" }).task).toBe(task);
  });

  it("while the manifest is asked for, the task is STOPPED at once", () => {
    const world = upTo("resolveManifest");
    world.stop();
    expect(world.task.knownStatus).toBe("STOPPED");
  });

  it("CORE-8: while creating, the task is STOPPED at once and the container is removed at clean-up", () => {
    const world = upTo("create", { config: { cleanupWaitMs: 1_000 } });
    world.stop();
    expect(world.task.knownStatus).toBe("STOPPED");
    world.acknowledge();
    world.advance(1_000);
    expect(world.pending).toEqual(["create web"]);
    world.answer("create", "web");
    expect(world.pending).toEqual(["remove web"]);
    world.answer("remove", "web");
    expect(world.isForgotten).toBe(true);
    expect(world.docker.names).toEqual([]);
  });

  it("MT-42: a created container becomes STOPPED without a Docker call, and this is reported", () => {
    const created = aContainer({ knownStatus: "CREATED", dockerId: asDockerId("a".repeat(64)) });
    const world = MachineWorld.begin(aTaskOf(created), { admit: false });
    world.stop();
    expect(world.pending).toEqual([]);
    expect(world.reported).toEqual(["web STOPPED", "task STOPPED"]);
  });

  it("CORE-7: while starting, the start is waited for, and then the container is stopped", () => {
    const world = upTo("start");
    world.stop();
    expect(world.pending).toEqual(["start web"]);
    expect(world.task.knownStatus).not.toBe("STOPPED");
    world.answer("start", "web");
    expect(world.pending).toEqual(["stop web"]);
    world.answer("stop", "web");
    expect(world.task.knownStatus).toBe("STOPPED");
    expect(world.docker.running).toEqual([]);
  });

  it("CORE-7: a start that fails while the task stops needs no stop", () => {
    const world = upTo("start");
    world.stop();
    world.fail("start", "web", { status: 500 });
    expect(world.pending).toEqual([]);
    expect(world.task.knownStatus).toBe("STOPPED");
  });

  it("running containers are stopped with their own grace, and the exit code is kept", () => {
    const world = running();
    world.stop();
    const { dockerId } = world.container("web");
    expect(dockerId).toBeDefined();
    expect(world.effects.at(-1)).toMatchObject({ type: "stop", dockerId, stopTimeoutMs: 30_000 });
    world.answer("stop", "web");
    expect(world.container("web")).toMatchObject({ knownStatus: "STOPPED", exitCode: 143, finishedAt: world.now });
    expect(world.reported).toEqual(["web RUNNING", "task RUNNING", "web STOPPED", "task STOPPED"]);
  });

  it("STOP-1: a container that the grace's end killed has 137", () => {
    const world = stopping();
    world.docker.exit("web", 137, world.now);
    world.answer("stop", "web");
    expect(world.container("web").exitCode).toBe(137);
  });

  it("comes once: repeating it changes nothing", () => {
    const world = stopping();
    const task = world.task;
    expect(world.stop("another reason").task).toBe(task);
  });

  it("pause containers are stopped last (W-31)", () => {
    const pause = aContainer({ name: "pause", type: "NAMESPACE_PAUSE" });
    const world = MachineWorld.begin(aTaskOf(pause, aContainer({ name: "a" }), aContainer({ name: "b" })));
    world.settle();
    world.stop();
    expect(world.pending).toEqual(["stop a", "stop b"]);
    world.settle();
    expect(world.asked.filter((each) => each.startsWith("stop"))).toEqual(["stop a", "stop b", "stop pause"]);
  });
});

describe("a stop that fails", () => {
  it("EN-36, EN-38, STOP-3, MT-1, MT-2: is tried again after a while, and leads to one STOPPED event", () => {
    const world = stopping();
    world.fail("stop", "web", { indeterminate: true });
    expect(world.container("web").knownStatus).toBe("RUNNING");
    expect(world.pending).toEqual([]);
    expect(world.wakeAt).toBe(world.now + 1_000);
    world.advance(1_000);
    world.fail("stop", "web", { status: 500 });
    expect(world.wakeAt).toBe(world.now + 1_300);
    world.advance(1_300);
    world.answer("stop", "web");
    expect(world.reported.filter((each) => each.endsWith("STOPPED"))).toEqual(["web STOPPED", "task STOPPED"]);
  });

  it("is never tried in a tight loop (W-9)", () => {
    const world = stopping();
    for (let tries = 1; tries < 20; tries += 1) {
      const [pending] = world.pendingActions;
      if (pending === undefined) throw new Error("nothing is pending");
      world.fail(pending.effect.type, "web", { status: 500 });
      expect(world.pending).toEqual([]);
      expect((world.wakeAt ?? 0) - world.now).toBeGreaterThanOrEqual(1_000);
      expect((world.wakeAt ?? 0) - world.now).toBeLessThanOrEqual(5_000);
      world.advance(5_000);
    }
  });

  // The agent calls a container STOPPED when the stop failed five times; here it is killed, and only its end counts.
  it("after five tries becomes a SIGKILL, and is still no verdict", () => {
    const world = stopping();
    for (let tries = 0; tries < STOP_TRIES; tries += 1) {
      world.fail("stop", "web", { status: 500 });
      world.advance(5_000);
    }
    expect(world.pending).toEqual(["kill web"]);
    expect(world.effects.at(-1)).toMatchObject({ type: "kill", dockerId: world.docker.find("web")?.dockerId });
    world.fail("kill", "web", { indeterminate: true });
    expect(world.container("web").knownStatus).toBe("RUNNING");
    world.advance(5_000);
    world.answer("kill", "web");
    expect(world.container("web")).toMatchObject({ knownStatus: "STOPPED", exitCode: 137 });
  });

  it("CORE-14: with a daemon that is away, the container stays RUNNING and is not killed for it", () => {
    const world = stopping();
    for (let tries = 0; tries < 3 * STOP_TRIES; tries += 1) {
      world.fail("stop", "web");
      world.advance(5_000);
    }
    expect(world.container("web").knownStatus).toBe("RUNNING");
    expect(world.pending).toEqual(["stop web"]);
  });

  // MT-3 and EN-37 take a stop that cannot be tried again as the end; here the runner looks, and the end is observed.
  it("EN-37, CORE-14, MT-3: with a daemon that answers, the end that it shows counts", () => {
    const world = stopping();
    world.docker.exit("web", 0, world.now);
    world.answer("stop", "web");
    expect(world.container("web")).toMatchObject({ knownStatus: "STOPPED", exitCode: 0 });
  });

  it("STOP-4: with 404 is the end, at the first try", () => {
    const world = stopping();
    world.docker.remove("web");
    world.fail("stop", "web", { status: 404 });
    expect(world.container("web").knownStatus).toBe("STOPPED");
    expect(world.container("web").error).toBeUndefined();
    expect(world.asked.filter((each) => each === "stop web")).toHaveLength(1);
  });

  it("is no longer tried when the container ends by itself", () => {
    const world = stopping();
    world.fail("stop", "web", { status: 500 });
    world.exit("web", 0);
    world.advance(10_000);
    expect(world.pending).toEqual([]);
    expect(world.task.knownStatus).toBe("STOPPED");
  });

  it("a stop that worked but showed no end is tried again after a while (W-20)", () => {
    const world = stopping();
    world.answer("stop", "web", { observation: undefined });
    expect(world.container("web").knownStatus).toBe("RUNNING");
    expect(world.pending).toEqual([]);
    expect(world.wakeAt).toBe(world.now + 1_000);
  });

  it("the end may be seen before the stop is answered", () => {
    const world = stopping();
    world.carryOut("stop", "web");
    world.look("web");
    expect(world.task.knownStatus).toBe("STOPPED");
    const { task } = world;
    expect(world.answer("stop", "web").task.containers[0]).toEqual({ ...task.containers[0], inFlight: undefined });
  });
});

describe("force", () => {
  it("kills at once and in no order", () => {
    const b = aContainer({ name: "b", dependencies: [dependsOn("a")] });
    const world = MachineWorld.begin(aTaskOf(aContainer({ name: "a" }), b));
    world.settle();
    world.send({ type: "stopRequested", force: true });
    expect(world.pending).toEqual(["kill a", "kill b"]);
    world.settle();
    expect(world.task.knownStatus).toBe("STOPPED");
  });

  it("overtakes a stop that takes its time; the stop's late answer is ignored", () => {
    const world = stopping();
    world.send({ type: "stopRequested", force: true });
    expect(world.pending).toEqual(["stop web", "kill web"]);
    world.answer("kill", "web");
    expect(world.container("web").exitCode).toBe(137);
    const { task } = world;
    expect(world.answer("stop", "web").task).toBe(task);
  });

  it("does not wait for the next try of a failed stop", () => {
    const world = stopping();
    world.fail("stop", "web", { status: 500 });
    world.send({ type: "stopRequested", force: true });
    expect(world.pending).toEqual(["kill web"]);
  });

  it("a failed kill is tried again after a while, not in a loop", () => {
    const world = running();
    world.send({ type: "stopRequested", force: true });
    world.fail("kill", "web", { status: 500 });
    expect(world.pending).toEqual([]);
    world.advance(1_000);
    expect(world.pending).toEqual(["kill web"]);
  });

  it("keeps the code and the reason of the first stop", () => {
    const world = running();
    world.stop("deployed anew");
    world.send({ type: "stopRequested", force: true, reason: "now" });
    expect(world.task).toMatchObject({ stopCode: "UserInitiated", stoppedReason: "deployed anew", forceStop: true });
  });
});

describe("ends that nobody asked for", () => {
  it("STOP-7, CORE-4: a kill by hand is reported with 137 and ends the task", () => {
    const world = running();
    world.exit("web", 137);
    expect(world.task).toMatchObject({ knownStatus: "STOPPED", stopCode: "EssentialContainerExited" });
    expect(world.changes.at(-2)).toMatchObject({ type: "container", status: "STOPPED", exitCode: 137 });
  });

  it("DC-44, STOP-8: an out-of-memory kill has its own reason, whatever else Docker says", () => {
    const world = running();
    world.exit("web", 137, { oomKilled: true, stateError: "signal: killed" });
    expect(world.changes.at(-2)).toMatchObject({
      exitCode: 137,
      reason: "OutOfMemoryError: Container killed due to memory usage",
    });
  });

  it("case 13: a container that ended well is not said to have been killed, though a child of it was", () => {
    const world = running();
    world.exit("web", 0, { oomKilled: true });
    expect(world.container("web").error).toBeUndefined();
    expect(world.changes.at(-2)).toMatchObject({ exitCode: 0 });
    expect(world.changes.at(-2)).not.toHaveProperty("reason");
  });

  it("case 13: one that failed after a child of it was killed says so in other words", () => {
    const world = running();
    world.exit("web", 1, { oomKilled: true });
    expect(world.container("web").error).toEqual({
      name: "OutOfMemoryError",
      message: "A process of the container was killed due to memory usage",
    });
  });

  it("W-28: an out-of-memory flag on a container that runs means nothing", () => {
    const world = running();
    world.docker.set("web", { oomKilled: true });
    world.look("web");
    expect(world.container("web").knownStatus).toBe("RUNNING");
    expect(world.container("web").error).toBeUndefined();
  });

  it("Docker's own error of a stopped container is its reason", () => {
    const world = running();
    world.exit("web", 128, { stateError: "driver failed" });
    expect(world.changes.at(-2)).toMatchObject({ reason: "DockerStateError: driver failed" });
  });

  it("STOP-9: the exit code of the event counts when the container is gone before anybody looks", () => {
    const world = running();
    world.docker.remove("web");
    world.see("web", { kind: "absent", exitCode: 3 });
    expect(world.container("web")).toMatchObject({ knownStatus: "STOPPED", exitCode: 3 });
    expect(world.container("web").error).toBeUndefined();
  });

  it("a container that vanishes is STOPPED with ContainerVanishedError (W-21)", () => {
    const world = running();
    world.docker.remove("web");
    world.look("web");
    expect(world.changes.at(-2)).toMatchObject({
      status: "STOPPED",
      reason: "ContainerVanishedError: No container matching saved ID found",
    });
  });

  it("known facts are not erased by later empty ones", () => {
    const world = running();
    world.exit("web", 3);
    const { exitCode, finishedAt } = world.container("web");
    world.docker.set("web", { status: "stopped" });
    const real = world.docker.find("web");
    if (real === undefined) throw new Error("web is gone");
    world.see("web", { kind: "present", dockerId: real.dockerId, status: "stopped", oomKilled: false });
    expect(world.container("web")).toMatchObject({ exitCode, finishedAt });
  });
});

describe("starts that nobody asked for", () => {
  function startedAgain(): MachineWorld {
    const world = running();
    world.exit("web", 0);
    world.startFromOutside("web");
    world.look("web");
    return world;
  }

  it("MT-60: running while RUNNING is nothing unexpected", () => {
    const world = running();
    world.look("web");
    expect(world.pending).toEqual([]);
  });

  it("MT-61: a container that runs after its STOPPED is stopped, and stays STOPPED in the books", () => {
    const world = startedAgain();
    expect(world.pending).toEqual(["stop web"]);
    expect(world.container("web")).toMatchObject({ knownStatus: "STOPPED", stopOwed: true });
    const changes = world.changes.length;
    world.answer("stop", "web");
    expect(world.docker.running).toEqual([]);
    expect(world.container("web")).toMatchObject({ knownStatus: "STOPPED", stopOwed: false, exitCode: 0 });
    expect(world.changes).toHaveLength(changes);
  });

  // The agent acts on the first one of a task only (W-23); here each is stopped, one stop at a time.
  it("MT-62: ten more looks ask for no second stop, and the next start is stopped as well (W-23)", () => {
    const world = startedAgain();
    for (let looks = 0; looks < 10; looks += 1) world.look("web");
    expect(world.pending).toEqual(["stop web"]);
    world.answer("stop", "web");
    world.startFromOutside("web");
    world.look("web");
    expect(world.pending).toEqual(["stop web"]);
  });

  it("each container of the task is stopped again (W-23)", () => {
    const world = MachineWorld.begin(aTaskOf(aContainer({ name: "a" }), aContainer({ name: "b" })));
    world.settle();
    world.stop();
    world.settle();
    for (const name of ["a", "b"]) {
      world.startFromOutside(name);
      world.look(name);
    }
    expect(world.pending).toEqual(["stop a", "stop b"]);
  });

  it("a container that is to be removed and runs again is stopped first", () => {
    const world = startedAgain();
    world.acknowledge();
    world.advance(world.config.cleanupWaitMs);
    expect(world.pending).toEqual(["stop web"]);
    world.answer("stop", "web");
    expect(world.pending).toEqual(["remove web"]);
  });

  it("and is not removed while that stop fails", () => {
    const world = startedAgain();
    world.acknowledge();
    world.advance(world.config.cleanupWaitMs);
    world.fail("stop", "web", { status: 500 });
    expect(world.pending).toEqual([]);
    world.advance(1_000);
    expect(world.pending).toEqual(["stop web"]);
  });

  it("a container that is seen to run while its removal is under way gets one action at a time", () => {
    const world = running();
    world.exit("web", 0);
    world.acknowledge();
    world.advance(world.config.cleanupWaitMs);
    expect(world.pending).toEqual(["remove web"]);
    world.startFromOutside("web");
    world.look("web");
    expect(world.pending).toEqual(["remove web"]);
    world.fail("remove", "web", { status: 409 });
    expect(world.pending).toEqual(["stop web"]);
  });

  it("a container that is found gone while its start is under way waits for the start's own answer", () => {
    const world = upTo("start");
    world.docker.remove("web");
    world.look("web");
    expect(world.container("web").knownStatus).toBe("CREATED");
    world.answer("start", "web");
    expect(world.container("web")).toMatchObject({ knownStatus: "STOPPED", error: { message: "no such container" } });
    expect(world.pending).toEqual([]);
  });

  it("a start that had to make its container anew (host port taken) brings the new id and ports", () => {
    const world = upTo("start");
    const old = world.container("web").dockerId;
    world.docker.remove("web");
    world.docker.start("web", world.now);
    const hostPorts = [{ containerPort: 80, hostPort: 32_770, protocol: "tcp" as const }];
    world.look("web");
    expect(world.container("web").dockerId).toBe(old);
    world.answer("start", "web", { dockerId: world.docker.find("web")?.dockerId, hostPorts });
    expect(world.container("web")).toMatchObject({ knownStatus: "RUNNING", hostPorts });
    expect(world.container("web").dockerId).not.toBe(old);
    world.stop();
    world.answer("stop", "web");
    expect(world.task.knownStatus).toBe("STOPPED");
  });
});
