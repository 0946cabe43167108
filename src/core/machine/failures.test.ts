/** What a failed action does, by action. Source: engine-modern 4.10, 4.11. */
import { describe, expect, it } from "vitest";
import { aContainer } from "../../testing/builders.ts";
import { aTaskOf, MachineWorld, type MachineWorldOptions } from "../../testing/machine-harness.ts";
import type { PullBehaviour } from "../images/pull-policy.ts";
import type { ContainerAction } from "../task.ts";

const WAY_UP: readonly ContainerAction[] = ["resolveManifest", "pull", "create", "start"];

function upTo(action: ContainerAction, options: MachineWorldOptions = {}, essential = true): MachineWorld {
  const side = aContainer({ name: "side", essential });
  const world = MachineWorld.begin(aTaskOf(aContainer({ name: "main", essential: true }), side), options);
  for (const each of WAY_UP.slice(0, WAY_UP.indexOf(action))) world.answer(each, "side");
  return world;
}

function withBehaviour(pullBehaviour: PullBehaviour, essential = true): MachineWorld {
  return upTo("pull", { config: { pullBehaviour } }, essential);
}

describe("a pull that fails", () => {
  it.each<PullBehaviour>(["always", "once"])("MT-10, IMG-2: under %s stops the task, essential or not", (behaviour) => {
    const world = withBehaviour(behaviour, false);
    world.fail("pull", "side", { message: "registry is down" });
    expect(world.task).toMatchObject({
      knownStatus: "STOPPED",
      stopCode: "TaskFailedToStart",
      stoppedReason: "CannotPullContainerError: registry is down",
    });
    expect(world.container("side").error?.name).toBe("CannotPullContainerError");
  });

  it("under always, a manifest that cannot be resolved stops the task as well", () => {
    const world = upTo("resolveManifest", { config: { pullBehaviour: "always" } });
    world.fail("resolveManifest", "side");
    expect(world.task.stoppedReason).toMatch(/^CannotPullImageManifestError: /);
  });

  it("under always, a failed pull counts although the manifest step left a warning", () => {
    const world = upTo("resolveManifest", { config: { pullBehaviour: "always" } });
    world.answer("resolveManifest", "side", {
      warning: { name: "CannotPullImageManifestError", message: "not supported" },
    });
    world.fail("pull", "side");
    expect(world.task.stoppedReason).toMatch(/^CannotPullContainerError: /);
  });

  it.each<PullBehaviour>(["default", "prefer-cached"])(
    "MT-4, IMG-1: under %s goes on with the cached image, and is no reason for anything",
    (behaviour) => {
      const world = withBehaviour(behaviour);
      world.fail("pull", "side", { indeterminate: true });
      expect(world.pending).toContain("create side");
      world.settle();
      expect(world.task.knownStatus).toBe("RUNNING");
      expect(world.changes.every((change) => !("reason" in change))).toBe(true);
    },
  );

  it("CORE-15, IMG-1: the create that then misses its image reports the pull's error", () => {
    const world = withBehaviour("default");
    world.fail("pull", "side", { message: "registry is down" });
    world.fail("create", "side", { status: 404, message: "no such image" });
    expect(world.container("side").error).toEqual({
      name: "CannotPullContainerError",
      message: "registry is down",
    });
  });

  it("IMG-1: a cached image keeps the warning that the registry could not be asked; a pull makes up for it", () => {
    const warning = { name: "CannotPullImageManifestError", message: "registry is down" } as const;
    const cached = upTo("resolveManifest");
    cached.answer("resolveManifest", "side", { warning });
    cached.answer("pull", "side", {});
    expect(cached.container("side").pullError).toEqual(warning);
    const failed = upTo("resolveManifest");
    failed.answer("resolveManifest", "side", { warning });
    failed.answer("pull", "side", { warning: { name: "CannotPullContainerError", message: "denied" } });
    expect(failed.container("side").pullError?.message).toBe("denied");
    const pulled = upTo("resolveManifest");
    pulled.answer("resolveManifest", "side", { warning });
    pulled.answer("pull", "side", { pullStartedAt: pulled.now });
    expect(pulled.container("side").pullError).toBeUndefined();
  });

  // The agent's first error sticks; here the reason belongs to what ended the container (W-27).
  it("CORE-15, W-27: a create that fails for another reason reports that reason", () => {
    const world = withBehaviour("default");
    world.fail("pull", "side");
    world.fail("create", "side", { status: 400, message: "invalid mount" });
    expect(world.container("side").error).toEqual({ name: "CannotCreateContainerError", message: "invalid mount" });
  });

  it("W-27: an exit long after a failed pull does not report the pull", () => {
    const world = withBehaviour("default");
    world.fail("pull", "side");
    world.settle();
    world.exit("side", 2);
    expect(world.container("side").error).toBeUndefined();
    expect(world.container("side").pullError?.name).toBe("CannotPullContainerError");
  });

  it("DM-59, EN-67: pulls of a task: the first beginning and the last end, also of a pull that failed", () => {
    const world = MachineWorld.begin(aTaskOf(aContainer({ name: "a" }), aContainer({ name: "b" })));
    world.answer("resolveManifest", "a");
    world.answer("resolveManifest", "b");
    const began = world.now;
    world.advance(1_000);
    world.answer("pull", "b", { pullStartedAt: world.now });
    world.advance(1_000);
    world.answer("pull", "a", { pullStartedAt: began });
    expect(world.task).toMatchObject({ pullStartedAt: began, pullStoppedAt: began + 2_000 });
  });

  it("leaves no pull times when no pull was needed", () => {
    const world = MachineWorld.begin(aTaskOf(aContainer()));
    world.settle();
    expect(world.task.pullStartedAt).toBeUndefined();
    expect(world.task.pullStoppedAt).toBeUndefined();
  });
});

describe("a create that fails", () => {
  it("CORE-12, MT-8, MT-9, MT-11: stops only its container if that is not essential", () => {
    const world = upTo("create", {}, false);
    world.fail("create", "side", { message: "name is taken" });
    expect(world.container("side")).toMatchObject({
      knownStatus: "STOPPED",
      desiredStatus: "STOPPED",
      error: { name: "CannotCreateContainerError", message: "name is taken" },
    });
    world.settle();
    expect(world.task.knownStatus).toBe("RUNNING");
  });

  it("stops the task if its container is essential", () => {
    const world = upTo("create");
    world.fail("create", "side");
    expect(world.task).toMatchObject({ knownStatus: "STOPPED", stopCode: "TaskFailedToStart" });
  });

  it("has no exit code: it never ran", () => {
    const world = upTo("create");
    world.fail("create", "side");
    expect(world.container("side").exitCode).toBeUndefined();
  });

  it("is moot when the container has been seen all the same", () => {
    const world = upTo("create", {}, false);
    world.carryOut("create", "side");
    world.look("side");
    expect(world.container("side").knownStatus).toBe("CREATED");
    world.fail("create", "side", { indeterminate: true });
    expect(world.pending).toContain("start side");
  });

  it("without an answer may have made something: it is removed by name at clean-up", () => {
    const world = upTo("create", { config: { cleanupWaitMs: 1_000 } });
    world.fail("create", "side", { indeterminate: true, took: true });
    world.acknowledge();
    world.advance(1_000);
    expect(world.effects.at(-1)).toMatchObject({ type: "remove", target: world.container("side").dockerName });
    world.settle();
    expect(world.docker.names).toEqual([]);
  });
});

describe("a start that fails", () => {
  it("MT-5: stops its container without a Docker call when it certainly did not start", () => {
    const world = upTo("start", {}, false);
    world.fail("start", "side", { status: 500, exitCode: 127, message: "no such file" });
    expect(world.container("side")).toMatchObject({
      knownStatus: "STOPPED",
      exitCode: 127,
      error: { name: "CannotStartContainerError", message: "no such file" },
    });
    expect(world.asked).not.toContain("stop side");
  });

  it("CORE-13, MT-6, MT-7: is followed by a stop when it may have started", () => {
    const world = upTo("start", {}, false);
    world.fail("start", "side", { indeterminate: true, took: true });
    expect(world.container("side").desiredStatus).toBe("STOPPED");
    expect(world.pending).toContain("stop side");
    expect(world.container("side").knownStatus).not.toBe("STOPPED");
    world.answer("stop", "side");
    expect(world.container("side").knownStatus).toBe("STOPPED");
    expect(world.docker.running).toEqual([]);
  });

  it("CORE-13: the stop of a container that had not started ends it as well", () => {
    const world = upTo("start", {}, false);
    world.fail("start", "side", { indeterminate: true });
    world.answer("stop", "side");
    expect(world.container("side").knownStatus).toBe("STOPPED");
    expect(world.asked.filter((each) => each === "stop side")).toHaveLength(1);
  });

  it("CORE-13: that stop waits for nobody: the container should not run at all", () => {
    const data = aContainer({ name: "data", essential: false });
    const web = aContainer({
      dependencies: [{ containerName: data.name, condition: "CREATE", source: "volumesFrom" }],
    });
    const world = MachineWorld.begin(aTaskOf(data, web));
    for (const action of WAY_UP.slice(0, 3)) world.answer(action, "data");
    for (const action of WAY_UP) world.answer(action, "web");
    world.fail("start", "data", { indeterminate: true, took: true });
    expect(world.container("web")).toMatchObject({ knownStatus: "RUNNING", desiredStatus: "RUNNING" });
    expect(world.pending).toEqual(["stop data"]);
  });

  it("EN-35: a running event after the failed start was stopped leads to one more stop and to no more events", () => {
    const world = upTo("start");
    world.fail("start", "side", { indeterminate: true });
    world.settle();
    const changes = world.changes.length;
    world.startFromOutside("side");
    world.look("side");
    expect(world.pending).toEqual(["stop side"]);
    world.settle();
    expect(world.changes).toHaveLength(changes);
  });

  it("is moot when the container has been seen to run", () => {
    const world = upTo("start", {}, false);
    world.carryOut("start", "side");
    world.look("side");
    world.fail("start", "side", { indeterminate: true });
    expect(world.container("side")).toMatchObject({ knownStatus: "RUNNING", desiredStatus: "RUNNING" });
  });

  it("W-22: a look that shows nothing new never fails a container", () => {
    const world = upTo("start", {}, false);
    world.look("side");
    expect(world.container("side")).toMatchObject({ knownStatus: "CREATED", desiredStatus: "RUNNING" });
  });

  it("a container that looks stopped and never ran waits for the answer that tells why", () => {
    const world = upTo("start", {}, false);
    world.docker.set("side", { status: "stopped", exitCode: 127, stateError: "no such file" });
    world.look("side");
    expect(world.container("side").knownStatus).toBe("CREATED");
    world.fail("start", "side", { status: 400, message: "no such file", exitCode: 127 });
    expect(world.container("side").error?.name).toBe("CannotStartContainerError");
  });
});

describe("a pause container that fails", () => {
  it("stops the task when its network cannot be set up", () => {
    const pause = aContainer({ name: "pause", type: "CNI_PAUSE", steadyStatus: "RESOURCES_PROVISIONED" });
    const world = MachineWorld.begin(aTaskOf(pause, aContainer()));
    for (const action of WAY_UP) world.answer(action, "pause");
    world.fail("provision", "pause", { message: "no address" });
    expect(world.pending).toEqual(["stop pause"]);
    world.settle();
    expect(world.task).toMatchObject({ knownStatus: "STOPPED" });
    expect(world.reported).toEqual(["web STOPPED", "task STOPPED"]);
  });
});

describe("answers that come late", () => {
  it("MT-81: an answer to an action that is over changes nothing", () => {
    const world = upTo("create");
    const { task } = world;
    const result = { ok: true, imageId: "sha256:other" } as const;
    expect(world.send({ type: "actionFinished", containerName: "side", actionId: 1, result }).task).toBe(task);
  });

  it("MT-82: an answer or a look for a container that the task does not have changes nothing", () => {
    const world = upTo("create");
    const { task } = world;
    expect(world.see("ghost", { kind: "absent" }).task).toBe(task);
    const answer = { type: "actionFinished", containerName: "ghost", actionId: 1, result: { ok: true } } as const;
    expect(world.send(answer).task).toBe(task);
    expect(world.send({ type: "resourceFinished", resourceId: "ghost", actionId: 1 }).task).toBe(task);
  });

  it("a look at another container of the same name changes nothing", () => {
    const world = upTo("start");
    const { task } = world;
    world.docker.remove("side");
    world.docker.start("side", world.now);
    expect(world.look("side").task).toBe(task);
  });

  it("MT-81: what is no news for the status may still add facts", () => {
    const world = upTo("start");
    world.settle();
    const real = world.docker.find("side");
    if (real === undefined) throw new Error("side is gone");
    const networkBindings = [{ bindIP: "0.0.0.0", containerPort: 80, hostPort: 32_768, protocol: "tcp" as const }];
    world.see("side", { kind: "present", ...real, networkBindings, imageId: "sha256:side" });
    expect(world.container("side")).toMatchObject({ knownStatus: "RUNNING", networkBindings });
  });

  it("a pull that ends after its container was adopted does not set it back", () => {
    const world = upTo("pull");
    world.docker.set("side", {});
    world.look("side");
    expect(world.container("side").knownStatus).toBe("CREATED");
    world.answer("pull", "side");
    expect(world.container("side").knownStatus).toBe("CREATED");
    expect(world.pending).toContain("start side");
  });
});
