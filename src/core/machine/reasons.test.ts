/** Reasons, stop codes and identities in what is reported. Source: engine-modern 7. */
import { describe, expect, it } from "vitest";
import { aContainer } from "../../testing/builders.ts";
import { aTaskOf, dependsOn, MachineWorld } from "../../testing/machine-harness.ts";
import type { ContainerStateChange, StateChange } from "../state-change.ts";
import type { ContainerAction } from "../task.ts";

const WAY_UP: readonly ContainerAction[] = ["resolveManifest", "pull", "create", "start"];

function upTo(action: ContainerAction): MachineWorld {
  const world = MachineWorld.begin(aTaskOf(aContainer()));
  for (const each of WAY_UP.slice(0, WAY_UP.indexOf(action))) world.answer(each, "web");
  return world;
}

function twoRunning(): MachineWorld {
  const world = MachineWorld.begin(aTaskOf(aContainer({ name: "a" }), aContainer({ name: "b" })));
  world.settle();
  return world;
}

function stoppedChanges(changes: readonly StateChange[]): readonly ContainerStateChange[] {
  return changes.filter((change) => change.type === "container").filter((change) => change.status === "STOPPED");
}

describe("stop codes and reasons", () => {
  it("REASON-1: a user's stop before RUNNING is UserInitiated", () => {
    const world = upTo("create");
    world.stop("not needed");
    expect(world.changes.at(-1)).toMatchObject({ status: "STOPPED", stopCode: "UserInitiated", reason: "not needed" });
  });

  it("a user's stop without words has default words", () => {
    const world = upTo("create");
    world.stop();
    expect(world.task.stoppedReason).toBe("Task stopped by user");
  });

  it("a scheduler's stop carries its own code", () => {
    const world = twoRunning();
    const reason = "Scaling activity initiated by deployment d-1";
    world.send({ type: "stopRequested", stopCode: "ServiceSchedulerInitiated", reason });
    expect(world.task).toMatchObject({ stopCode: "ServiceSchedulerInitiated", stoppedReason: reason });
  });

  it("REASON-2: an image that does not exist is TaskFailedToStart, and the container's reason is the pull's", () => {
    const world = upTo("pull");
    world.fail("pull", "web", { message: "manifest unknown" });
    world.fail("create", "web", { status: 404 });
    expect(world.task).toMatchObject({ stopCode: "TaskFailedToStart" });
    expect(world.task.stoppedReason).toBe("CannotPullContainerError: manifest unknown");
    expect(stoppedChanges(world.changes)[0]?.reason).toBe("CannotPullContainerError: manifest unknown");
  });

  it("REASON-3: a second error of a container does not change its reason", () => {
    const world = upTo("start");
    world.fail("start", "web", { indeterminate: true, took: true, message: "no answer" });
    world.docker.exit("web", 137, world.now, { oomKilled: true });
    world.look("web");
    expect(world.container("web").error).toEqual({ name: "CannotStartContainerError", message: "no answer" });
  });

  it("REASON-4: reasons are cut at 1024 characters, the task's too", () => {
    const world = upTo("create");
    world.fail("create", "web", { message: "x".repeat(3_000) });
    const [container, task] = world.changes;
    expect(container?.reason).toHaveLength(1_024);
    expect(task?.reason).toHaveLength(1_024);
  });

  it("REASON-5: two essential containers that exit leave one reason and two exit codes", () => {
    const world = twoRunning();
    world.exit("a", 1);
    const { stoppedReason, stopCode } = world.task;
    world.exit("b", 2);
    expect(world.task).toMatchObject({ stoppedReason, stopCode });
    expect([stoppedReason, stopCode]).toEqual(["Essential container in task exited", "EssentialContainerExited"]);
    expect(stoppedChanges(world.changes).map((change) => change.exitCode)).toEqual([1, 2]);
  });

  it("REASON-6: a user's stop whose container exits with 137 stays UserInitiated", () => {
    const world = twoRunning();
    world.stop();
    for (const name of ["a", "b"]) {
      world.docker.exit(name, 137, world.now);
      world.answer("stop", name);
    }
    expect(world.task).toMatchObject({ stopCode: "UserInitiated", stoppedReason: "Task stopped by user" });
  });

  it("an essential container that ran and exited before the task was RUNNING is EssentialContainerExited", () => {
    const world = MachineWorld.begin(aTaskOf(aContainer({ name: "a" }), aContainer({ name: "slow" })));
    for (const action of WAY_UP) world.answer(action, "a");
    world.exit("a", 1);
    expect(world.task.stopCode).toBe("EssentialContainerExited");
  });

  it("a start that fails beside one that runs is TaskFailedToStart with the failure's words", () => {
    const world = MachineWorld.begin(aTaskOf(aContainer({ name: "a" }), aContainer({ name: "b" })));
    for (const action of WAY_UP) world.answer(action, "a");
    for (const action of WAY_UP.slice(0, 3)) world.answer(action, "b");
    world.fail("start", "b", { message: "exec format error" });
    expect(world.task).toMatchObject({
      stopCode: "TaskFailedToStart",
      stoppedReason: "CannotStartContainerError: exec format error",
    });
  });

  it("a dependency that failed before RUNNING is TaskFailedToStart with the dependant's words", () => {
    const job = aContainer({ name: "job", essential: false });
    const web = aContainer({ dependencies: [dependsOn("job", "SUCCESS")] });
    const world = MachineWorld.begin(aTaskOf(web, job));
    world.settle();
    world.exit("job", 2);
    expect(world.task.stopCode).toBe("TaskFailedToStart");
    expect(world.task.stoppedReason).toMatch(/^CannotStartContainerError: dependency graph: .* \(exit code 2\)$/);
  });

  it("no reason and no stop code is told while the task runs", () => {
    const world = twoRunning();
    expect(world.changes.some((change) => "reason" in change || "stopCode" in change)).toBe(false);
  });
});

describe("identities", () => {
  it("ID-1: a container whose create failed has no runtimeId, and keeps its digest", () => {
    const world = MachineWorld.begin(aTaskOf(aContainer()));
    world.answer("resolveManifest", "web", { imageDigest: "sha256:abc", digestFromRegistry: true });
    world.answer("pull", "web");
    world.fail("create", "web");
    const [stopped] = stoppedChanges(world.changes);
    expect(stopped).toMatchObject({ imageDigest: "sha256:abc" });
    expect(stopped).not.toHaveProperty("runtimeId");
  });

  it("ID-2: runtimeId is Docker's full id, on every change after the create", () => {
    const world = twoRunning();
    world.stop();
    world.settle();
    const ids = world.changes.filter((change) => change.type === "container").map((change) => change.runtimeId);
    expect(ids).toHaveLength(4);
    expect(ids.every((id) => id?.length === 64)).toBe(true);
    expect(new Set(ids).size).toBe(2);
  });

  it("the digest of a pull counts only where the manifest step found none", () => {
    const world = MachineWorld.begin(aTaskOf(aContainer({ name: "a" }), aContainer({ name: "b" })));
    world.answer("resolveManifest", "a", { imageDigest: "sha256:first" });
    world.answer("pull", "a", { imageDigest: "sha256:second" });
    world.answer("resolveManifest", "b");
    world.answer("pull", "b", { imageDigest: "sha256:pulled" });
    expect([world.container("a").imageDigest, world.container("b").imageDigest]).toEqual([
      "sha256:first",
      "sha256:pulled",
    ]);
  });

  it("identities are cut at 255 characters", () => {
    const world = MachineWorld.begin(aTaskOf(aContainer()));
    world.answer("resolveManifest", "web", { imageDigest: "d".repeat(300) });
    world.settle();
    expect(world.changes[0]).toMatchObject({ imageDigest: "d".repeat(255) });
  });
});
