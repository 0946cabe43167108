/** dependsOn, links and volumesFrom, up and down. Source: engine-modern 5. */
import { describe, expect, it } from "vitest";
import { aContainer } from "../../testing/builders.ts";
import { aTaskOf, dependsOn, MachineWorld, type MachineWorldOptions } from "../../testing/machine-harness.ts";
import { asContainerName } from "../brand.ts";
import type { ContainerAction, Dependency, DependencyCondition } from "../task.ts";

const WAY_UP: readonly ContainerAction[] = ["resolveManifest", "pull", "create", "start"];

/** `b` depends on `a`. */
function pair(
  condition: DependencyCondition,
  a: Parameters<typeof aContainer>[0] = {},
  b: Parameters<typeof aContainer>[0] = {},
  options: MachineWorldOptions = {},
): MachineWorld {
  const first = aContainer({ name: "a", essential: false, hasHealthCheck: condition === "HEALTHY", ...a });
  const second = aContainer({ name: "b", dependencies: [dependsOn("a", condition)], ...b });
  return MachineWorld.begin(aTaskOf(first, second), options);
}

function bringUp(world: MachineWorld, name: string): void {
  for (const action of WAY_UP) world.answer(action, name);
}

/** The containers in the order in which this was asked of them. */
function orderOf(world: MachineWorld, action: ContainerAction): readonly string[] {
  return world.effects.flatMap((effect) => (effect.type === action ? [effect.containerName] : []));
}

describe("start order", () => {
  it("ORD-1: the pull of b begins when a runs; its manifest is asked for before", () => {
    const world = pair("START");
    expect(world.pending).toEqual(["resolveManifest a", "resolveManifest b"]);
    world.answer("resolveManifest", "b");
    expect(world.pending).toEqual(["resolveManifest a"]);
    for (const action of ["resolveManifest", "pull", "create"] as const) world.answer(action, "a");
    expect(world.pending).toEqual(["start a"]);
    world.answer("start", "a");
    expect(world.pending).toEqual(["pull b"]);
  });

  it("ORD-2: with upfront pulls, b is pulled while a starts, and created when a runs", () => {
    const world = pair("START", {}, {}, { config: { pullDependentsUpfront: true } });
    world.answer("resolveManifest", "b");
    expect(world.pending).toEqual(["resolveManifest a", "pull b"]);
    world.answer("pull", "b");
    expect(world.pending).toEqual(["resolveManifest a"]);
    bringUp(world, "a");
    expect(world.pending).toEqual(["create b"]);
  });

  it("ORD-3: b (START) starts although a ended at once with code 1", () => {
    const world = pair("START");
    bringUp(world, "a");
    world.exit("a", 1);
    world.settle();
    expect(world.known("a", "b")).toEqual(["STOPPED", "RUNNING"]);
  });

  it("ORD-3: also when a ended before its start was answered", () => {
    const world = pair("START");
    for (const action of ["resolveManifest", "pull", "create"] as const) world.answer(action, "a");
    world.carryOut("start", "a");
    world.exit("a", 1);
    expect(world.known("a")).toEqual(["STOPPED"]);
    world.settle();
    expect(world.known("b")).toEqual(["RUNNING"]);
  });

  it("ORD-4: b (SUCCESS) starts when a ended with 0", () => {
    const world = pair("SUCCESS");
    world.settle();
    expect(world.known("b")).toEqual(["MANIFEST_PULLED"]);
    world.exit("a", 0);
    world.settle();
    expect(world.known("b")).toEqual(["RUNNING"]);
  });

  it("ORD-4: b (SUCCESS) is STOPPED with 143 and a reason when a ended with 1, without a Docker call", () => {
    const world = pair("SUCCESS");
    world.settle();
    world.exit("a", 1);
    expect(world.container("b")).toMatchObject({ knownStatus: "STOPPED", exitCode: 143 });
    expect(world.container("b").error?.message).toContain("did not exit successfully");
    expect(world.pending).toEqual([]);
    expect(world.reported).toEqual(["a RUNNING", "a STOPPED", "b STOPPED", "task STOPPED"]);
  });

  it("ORD-5: b (COMPLETE) starts when a ended with 1", () => {
    const world = pair("COMPLETE");
    world.settle();
    world.exit("a", 1);
    world.settle();
    expect(world.known("b")).toEqual(["RUNNING"]);
  });

  // The agent notices within five seconds; here the report itself wakes b.
  it("ORD-6: b (HEALTHY) goes on at a's first healthy report, and not before", () => {
    const world = pair("HEALTHY");
    world.settle();
    world.unhealthy("a");
    expect(world.pending).toEqual([]);
    world.healthy("a");
    expect(world.pending).toEqual(["pull b"]);
  });

  it("ORD-7: b (HEALTHY, essential) is STOPPED 5 s after a's start, and the task with it; a's pull does not count", () => {
    const world = pair("HEALTHY", { startTimeoutMs: 5_000 });
    world.advance(60_000);
    bringUp(world, "a");
    world.answer("resolveManifest", "b");
    expect(world.wakeAt).toBe(world.now + 5_000);
    world.advance(4_999);
    expect(world.known("b")).toEqual(["MANIFEST_PULLED"]);
    world.advance(1);
    expect(world.container("b")).toMatchObject({ knownStatus: "STOPPED", exitCode: 143 });
    expect(world.container("b").error?.message).toContain("timed out");
    expect(world.pending).toEqual(["stop a"]);
    world.settle();
    expect(world.task).toMatchObject({ knownStatus: "STOPPED", stopCode: "TaskFailedToStart" });
    expect(world.task.stoppedReason).toContain("CannotStartContainerError: dependency graph:");
  });

  it("ORD-8: a non-essential b is STOPPED alone, and a runs on", () => {
    const world = pair("HEALTHY", { startTimeoutMs: 5_000, essential: true }, { essential: false });
    world.settle();
    world.advance(5_000);
    expect(world.known("a", "b")).toEqual(["RUNNING", "STOPPED"]);
    expect(world.task).toMatchObject({ knownStatus: "RUNNING", desiredStatus: "RUNNING" });
  });

  it("ORD-9: once b is CREATED, a's health and its start timeout do not matter", () => {
    const world = pair("HEALTHY", { startTimeoutMs: 5_000 });
    bringUp(world, "a");
    world.healthy("a");
    for (const action of ["resolveManifest", "pull", "create"] as const) world.answer(action, "b");
    world.unhealthy("a");
    world.advance(60_000);
    expect(world.pending).toEqual(["start b"]);
    world.settle();
    expect(world.task.knownStatus).toBe("RUNNING");
  });

  it("ORD-10: START does not time out", () => {
    const world = pair("START", { startTimeoutMs: 5_000 });
    expect(world.wakeAt).toBeUndefined();
    world.advance(60_000);
    expect(world.known("b")).toEqual(["NONE"]);
    world.settle();
    expect(world.known("a", "b")).toEqual(["RUNNING", "RUNNING"]);
  });

  it("ORD-11: a chain starts from its end and stops from its beginning", () => {
    const a = aContainer({ name: "a", dependencies: [dependsOn("b")] });
    const b = aContainer({ name: "b", dependencies: [dependsOn("c")] });
    const world = MachineWorld.begin(aTaskOf(a, b, aContainer({ name: "c" })));
    world.settle();
    expect(orderOf(world, "start")).toEqual(["c", "b", "a"]);
    world.stop();
    world.settle();
    expect(orderOf(world, "stop")).toEqual(["a", "b", "c"]);
    expect(world.task.knownStatus).toBe("STOPPED");
  });

  it("ORD-12: each container gets its own stop timeout, from the moment its own stop begins", () => {
    const world = pair("START", { stopTimeoutMs: 5_000 }, { stopTimeoutMs: 50_000 });
    world.settle();
    world.stop();
    expect(world.effects.at(-1)).toMatchObject({ type: "stop", containerName: "b", stopTimeoutMs: 50_000 });
    world.advance(20_000);
    world.answer("stop", "b");
    expect(world.effects.at(-1)).toMatchObject({ type: "stop", containerName: "a", stopTimeoutMs: 5_000 });
  });

  it("ORD-13: two dependants of x are stopped at the same time, and x after both", () => {
    const dependants = ["d1", "d2"].map((name) => aContainer({ name, dependencies: [dependsOn("x")] }));
    const world = MachineWorld.begin(aTaskOf(aContainer({ name: "x" }), ...dependants));
    world.settle();
    world.stop();
    expect(world.pending).toEqual(["stop d1", "stop d2"]);
    world.answer("stop", "d1");
    expect(world.pending).toEqual(["stop d2"]);
    world.answer("stop", "d2");
    expect(world.pending).toEqual(["stop x"]);
  });

  it("ORD-14, CORE-10: a task that is refused admission is STOPPED with the reason and without a Docker call", () => {
    const world = new MachineWorld(aTaskOf(aContainer({ name: "a" }), aContainer({ name: "b" })), { admit: false });
    const message = "Task dependencies cannot be resolved, taskArn: arn";
    world.send({ type: "admissionRefused", error: { name: "TaskDependencyError", message } });
    expect(world.task).toMatchObject({
      knownStatus: "STOPPED",
      stopCode: "TaskFailedToStart",
      stoppedReason: `TaskDependencyError: ${message}`,
    });
    expect(world.asked).toEqual(["releaseHostResources"]);
    expect(world.reported).toEqual(["a STOPPED", "b STOPPED", "task STOPPED"]);
  });

  it("ORD-15: links order start and stop, with no dependsOn", () => {
    const link: Dependency = { containerName: asContainerName("db"), condition: "START", source: "links" };
    const web = aContainer({ name: "web", dependencies: [link] });
    const world = MachineWorld.begin(aTaskOf(web, aContainer({ name: "db" })));
    world.settle();
    world.stop();
    world.settle();
    expect(orderOf(world, "start")).toEqual(["db", "web"]);
    expect(orderOf(world, "stop")).toEqual(["web", "db"]);
  });

  it("volumesFrom orders creation and stop", () => {
    const from: Dependency = { containerName: asContainerName("data"), condition: "CREATE", source: "volumesFrom" };
    const world = MachineWorld.begin(aTaskOf(aContainer({ dependencies: [from] }), aContainer({ name: "data" })));
    world.answer("resolveManifest", "web");
    for (const action of ["resolveManifest", "pull", "create"] as const) world.answer(action, "data");
    expect(world.pending).toEqual(["pull web", "start data"]);
    world.settle();
    world.stop();
    expect(world.pending).toEqual(["stop web"]);
  });

  it("ORD-16: when a cannot be pulled (always), b is STOPPED with `will never start`, and the task", () => {
    const world = pair("START", { essential: true }, { essential: false }, { config: { pullBehaviour: "always" } });
    world.answer("resolveManifest", "b");
    world.answer("resolveManifest", "a");
    world.fail("pull", "a", { message: "no such image" });
    expect(world.container("b")).toMatchObject({ knownStatus: "STOPPED", exitCode: 143 });
    expect(world.container("b").error?.message).toContain("will never start");
    expect(world.task).toMatchObject({ knownStatus: "STOPPED", stopCode: "TaskFailedToStart" });
    expect(world.task.stoppedReason).toBe("CannotPullContainerError: no such image");
  });

  it("ORD-17: a restart of the engine does not set the clock of a start timeout back", () => {
    const world = pair("HEALTHY", { startTimeoutMs: 5_000 });
    world.settle();
    world.advance(3_000);
    world.restartEngine();
    world.settle();
    world.advance(1_999);
    expect(world.known("b")).toEqual(["MANIFEST_PULLED"]);
    world.advance(1);
    expect(world.known("b")).toEqual(["STOPPED"]);
  });

  it("ORD-17: a timeout that ran out while the engine was away counts at once", () => {
    const world = pair("HEALTHY", { startTimeoutMs: 5_000 });
    world.settle();
    world.crash();
    world.advance(60_000);
    world.restartEngine();
    expect(world.known("b")).toEqual(["STOPPED"]);
  });

  it("ORD-18: a dependant that is STOPPED already does not hold up the stop", () => {
    const world = pair("START", { essential: true }, { essential: false });
    world.settle();
    world.exit("b", 0);
    world.stop();
    expect(world.pending).toEqual(["stop a"]);
  });

  it("ORD-18: nor does one that never started", () => {
    const world = pair("HEALTHY");
    world.settle();
    world.stop();
    expect(world.known("b")).toEqual(["STOPPED"]);
    expect(world.pending).toEqual(["stop a"]);
  });

  it("the order holds whatever ends the task", () => {
    const b = aContainer({ name: "b", dependencies: [dependsOn("a")] });
    const world = MachineWorld.begin(aTaskOf(aContainer({ name: "main" }), aContainer({ name: "a" }), b));
    world.settle();
    world.exit("main", 0);
    expect(world.pending).toEqual(["stop b"]);
  });
});

describe("failures of dependencies", () => {
  it("pass down a whole chain in one step", () => {
    const b = aContainer({ name: "b", essential: false, dependencies: [dependsOn("a", "SUCCESS")] });
    const c = aContainer({ name: "c", essential: false, dependencies: [dependsOn("b")] });
    const main = aContainer({ name: "main" });
    const world = MachineWorld.begin(aTaskOf(main, c, b, aContainer({ name: "a", essential: false })));
    world.settle();
    world.exit("a", 3);
    expect(world.known("b", "c", "main")).toEqual(["STOPPED", "STOPPED", "RUNNING"]);
    expect(world.container("c").error?.message).toBe(
      "dependency graph: c cannot start: b (START) cannot start: a (SUCCESS) did not exit successfully (exit code 3) (it will never start)",
    );
    expect(world.reported.slice(-4)).toEqual(["a STOPPED", "b STOPPED", "c STOPPED", "task RUNNING"]);
    expect(world.task.desiredStatus).toBe("RUNNING");
  });

  it("a user's stop blames nobody", () => {
    const world = pair("START");
    world.stop();
    expect(world.container("b").error).toBeUndefined();
    expect(world.container("b").exitCode).toBeUndefined();
  });

  it("an early pull is let go when the dependency fails meanwhile", () => {
    const options = { config: { pullDependentsUpfront: true } };
    const world = pair("SUCCESS", {}, {}, options);
    world.answer("resolveManifest", "b");
    bringUp(world, "a");
    expect(world.pending).toEqual(["pull b"]);
    world.exit("a", 1);
    expect(world.asked).toContain("abandonPull b");
    expect(world.known("b")).toEqual(["STOPPED"]);
    world.answerLate("b");
    expect(world.known("b")).toEqual(["STOPPED"]);
  });

  it("ORD-16: what still asks for its manifest fails at once with what it depends on, and says why", () => {
    const world = pair("SUCCESS");
    bringUp(world, "a");
    expect(world.pending).toEqual(["resolveManifest b"]);
    world.exit("a", 1);
    expect(world.asked).toContain("abandonPull b");
    expect(world.container("b")).toMatchObject({
      knownStatus: "STOPPED",
      exitCode: 143,
      error: { message: expect.stringContaining("a") },
    });
  });

  it("an early pull does not stretch a start timeout", () => {
    const world = pair("HEALTHY", { startTimeoutMs: 5_000 }, {}, { config: { pullDependentsUpfront: true } });
    bringUp(world, "a");
    world.answer("resolveManifest", "b");
    expect(world.pending).toEqual(["pull b"]);
    world.advance(5_000);
    expect(world.known("b")).toEqual(["STOPPED"]);
  });

  it("HEALTHY on a container that has stopped fails at once", () => {
    const world = pair("HEALTHY");
    world.settle();
    world.exit("a", 0);
    expect(world.container("b").error?.message).toContain("stopped before it was healthy");
  });
});
