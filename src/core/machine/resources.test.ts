/** Task resources on the way up. Source: engine-modern 4.11, 5.3 (second table). */
import { describe, expect, it } from "vitest";
import { aContainer } from "../../testing/builders.ts";
import { aTaskOf, MachineWorld } from "../../testing/machine-harness.ts";
import { asDockerId } from "../brand.ts";
import type { TaskResource } from "../task.ts";

function resource(gates: TaskResource["gates"], id = "dockerVolume/data"): TaskResource {
  return {
    id,
    type: "dockerVolume",
    gates,
    knownStatus: "NONE",
    volatile: false,
    createRequested: false,
    spec: {},
  };
}

function withResources(...resources: readonly TaskResource[]): MachineWorld {
  return MachineWorld.begin({ ...aTaskOf(aContainer()), resources });
}

describe("resources", () => {
  it("are made at once, all at the same time, and once", () => {
    const world = withResources(resource("CREATED"), resource("CREATED", "dockerVolume/logs"));
    expect(world.pending).toEqual([
      "resolveManifest web",
      "createResource dockerVolume/data",
      "createResource dockerVolume/logs",
    ]);
    world.settle();
    expect(world.asked.filter((each) => each.startsWith("createResource"))).toHaveLength(2);
  });

  it.each<[TaskResource["gates"], string]>([
    ["MANIFEST_PULLED", ""],
    ["PULLED", "resolveManifest web"],
    ["CREATED", "pull web"],
  ])("that gate %s let the container get as far as its %s", (gates, furthest) => {
    const world = withResources(resource(gates));
    for (const action of ["resolveManifest", "pull"] as const) {
      if (world.pending.includes(`${action} web`)) world.answer(action, "web");
    }
    expect(world.pending).toEqual(["createResource dockerVolume/data"]);
    expect(world.asked.includes(furthest) || furthest === "").toBe(true);
    world.answerResource("dockerVolume/data");
    expect(world.pending).toHaveLength(1);
    world.settle();
    expect(world.task.knownStatus).toBe("RUNNING");
  });

  it("that live in memory are made again after a restart as long as one container is not there, and not any more then", () => {
    const secrets = { ...resource("CREATED", "secrets"), volatile: true };
    const there = aContainer({ name: "there", knownStatus: "RUNNING", dockerId: asDockerId("a".repeat(64)) });
    const coming = aContainer({ name: "coming", knownStatus: "PULLED" });
    const some = MachineWorld.begin({ ...aTaskOf(there, coming), resources: [secrets] });
    expect(some.pending).toEqual(["createResource secrets"]);
    const all = MachineWorld.begin({ ...aTaskOf(there), resources: [secrets] });
    expect(all.pending).toEqual([]);
  });

  it("are not made before the task has room on the host", () => {
    const task = { ...aTaskOf(aContainer()), resources: [resource("CREATED")] };
    expect(MachineWorld.begin(task, { admit: false }).pending).toEqual([]);
  });

  it("W-26: one that cannot be made stops the task, and the task's reason says so", () => {
    const world = withResources(resource("PULLED"));
    world.answerResource("dockerVolume/data", "Agent could not create task's volume resources");
    expect(world.task).toMatchObject({
      knownStatus: "STOPPED",
      stopCode: "TaskFailedToStart",
      stoppedReason: "VolumeError: Agent could not create task's volume resources",
    });
    expect(world.changes.at(-1)).toMatchObject({ type: "task", reason: world.task.stoppedReason });
  });

  it("W-26: containers that never started have no reason of their own then", () => {
    const world = withResources(resource("PULLED"));
    world.answerResource("dockerVolume/data", "no space");
    expect(world.container("web").error).toBeUndefined();
    expect(world.container("web").exitCode).toBeUndefined();
  });

  it("that failed are removed all the same: something may have been made", () => {
    const world = withResources(resource("PULLED"));
    world.answerResource("dockerVolume/data", "no answer");
    world.send({ type: "removalRequested" });
    expect(world.pending).toEqual(["removeResource dockerVolume/data"]);
  });

  it("that are being made when the task stops are removed when they are there", () => {
    const world = withResources(resource("PULLED"));
    world.stop();
    world.send({ type: "removalRequested" });
    expect(world.pending).toEqual(["createResource dockerVolume/data"]);
    world.answerResource("dockerVolume/data");
    expect(world.pending).toEqual(["removeResource dockerVolume/data"]);
  });

  it("that were never asked for need no removal", () => {
    const task = { ...aTaskOf(aContainer()), resources: [resource("CREATED")] };
    const world = MachineWorld.begin(task, { admit: false });
    world.stop();
    world.send({ type: "removalRequested" });
    expect(world.isForgotten).toBe(true);
  });
});
