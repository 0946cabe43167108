/** Which changes are told, in which order, and how often. Source: engine-behaviour 9, engine-modern 4.3, 12.4. */
import { describe, expect, it } from "vitest";
import { aContainer } from "../../testing/builders.ts";
import { aTaskOf, MachineWorld } from "../../testing/machine-harness.ts";
import { asDockerId } from "../brand.ts";
import type { ContainerAction } from "../task.ts";

const WAY_UP: readonly ContainerAction[] = ["resolveManifest", "pull", "create", "start"];

function withPause(): MachineWorld {
  const pause = aContainer({ name: "pause", type: "CNI_PAUSE", steadyStatus: "RESOURCES_PROVISIONED" });
  return MachineWorld.begin(aTaskOf(pause, aContainer()));
}

describe("state changes", () => {
  it("DM-12: nothing is told of NONE, PULLED and CREATED; RUNNING and STOPPED are", () => {
    const world = MachineWorld.begin(aTaskOf(aContainer()));
    for (const action of WAY_UP.slice(0, 3)) world.answer(action, "web");
    expect(world.reported).toEqual([]);
    world.answer("start", "web");
    world.exit("web", 0);
    expect(world.reported).toEqual(["web RUNNING", "task RUNNING", "web STOPPED", "task STOPPED"]);
  });

  it("internal containers are never told of", () => {
    const world = withPause();
    world.settle();
    world.stop();
    world.settle();
    expect(world.reported).toEqual(["web RUNNING", "task RUNNING", "web STOPPED", "task STOPPED"]);
  });

  it("EH-11, CORE-16: no container's change follows its task's STOPPED", () => {
    const names = ["a", "b", "c"];
    const world = MachineWorld.begin(aTaskOf(...names.map((name) => aContainer({ name }))));
    world.settle();
    world.exit("b", 0);
    world.settle();
    expect(world.reported.at(-1)).toBe("task STOPPED");
    for (const name of names) {
      world.look(name);
      world.startFromOutside(name);
      world.look(name);
    }
    world.settle();
    expect(world.reported.at(-1)).toBe("task STOPPED");
    expect(world.reported.filter((each) => each.endsWith("STOPPED"))).toHaveLength(4);
  });

  it("are numbered from 1 without gaps, across a restart of the engine", () => {
    const world = MachineWorld.begin(aTaskOf(aContainer({ name: "a" }), aContainer({ name: "b" })));
    world.settle();
    world.restartEngine();
    world.stop();
    world.settle();
    expect(world.changes.map((change) => change.sequence)).toEqual([1, 2, 3, 4, 5, 6]);
  });

  it("EH-6, REC-6: what was told is not told again after a restart of the engine", () => {
    const world = MachineWorld.begin(aTaskOf(aContainer()));
    world.settle();
    const step = world.restartEngine();
    expect(step.changes).toEqual([]);
  });

  it("a digest that was resolved at a registry is told early, once for the container and once for the task", () => {
    const world = MachineWorld.begin(aTaskOf(aContainer()));
    world.answer("resolveManifest", "web", { imageDigest: "sha256:abc", digestFromRegistry: true });
    expect(world.reported).toEqual(["web MANIFEST_PULLED", "task MANIFEST_PULLED"]);
    expect(world.changes[0]).toMatchObject({ imageDigest: "sha256:abc" });
    world.settle();
    expect(world.reported.slice(2)).toEqual(["web RUNNING", "task RUNNING"]);
  });

  it("IMG-9: a digest that was written in the reference is not told early", () => {
    const world = MachineWorld.begin(aTaskOf(aContainer()));
    world.answer("resolveManifest", "web", { imageDigest: "sha256:abc", digestFromRegistry: false });
    expect(world.reported).toEqual([]);
  });

  it("the task's digests are told as soon as one container has one", () => {
    const world = MachineWorld.begin(aTaskOf(aContainer({ name: "a" }), aContainer({ name: "b" })));
    world.answer("resolveManifest", "b");
    world.answer("resolveManifest", "a", { imageDigest: "sha256:abc", digestFromRegistry: true });
    expect(world.reported).toEqual(["a MANIFEST_PULLED", "task MANIFEST_PULLED"]);
    expect(world.changes.map(({ status }) => status)).toEqual(["MANIFEST_PULLED", "MANIFEST_PULLED"]);
  });

  it("say why the task stops only once it has stopped", () => {
    const world = MachineWorld.begin(aTaskOf(aContainer()));
    for (const action of WAY_UP.slice(0, 3)) world.answer(action, "web");
    world.stop("drained");
    world.answer("start", "web");
    expect(world.reported).toEqual(["web RUNNING", "task RUNNING"]);
    expect(world.changes[1]).not.toHaveProperty("stopCode");
    expect(world.changes[1]).not.toHaveProperty("reason");
    world.settle();
    expect(world.changes.at(-1)).toMatchObject({ status: "STOPPED", stopCode: "UserInitiated", reason: "drained" });
  });

  it("a container's steady status is told as RUNNING, whatever it is called", () => {
    const network = aContainer({ steadyStatus: "RESOURCES_PROVISIONED" });
    const world = MachineWorld.begin(aTaskOf(network));
    world.settle();
    expect(world.changes.map(({ status }) => status)).toEqual(["RUNNING", "RUNNING"]);
  });

  it("are no longer than ECS takes them", () => {
    const long = "x".repeat(2_000);
    const world = MachineWorld.begin(aTaskOf(aContainer()));
    world.answer("resolveManifest", "web", { imageDigest: long, digestFromRegistry: true });
    expect(world.changes[0]).toMatchObject({ imageDigest: "x".repeat(255) });
    world.answer("pull", "web");
    world.answer("create", "web", { dockerId: asDockerId(long) });
    world.fail("start", "web", { message: long });
    const [container, task] = world.changes.slice(-2);
    expect(container).toMatchObject({ runtimeId: "x".repeat(255) });
    expect([container, task].map((change) => change?.reason?.length)).toEqual([1024, 1024]);
  });

  it("carry what is known of the container", () => {
    const world = MachineWorld.begin(aTaskOf(aContainer()));
    const networkBindings = [{ bindIP: "0.0.0.0", containerPort: 80, hostPort: 32_768, protocol: "tcp" as const }];
    for (const action of WAY_UP.slice(0, 3)) world.answer(action, "web");
    world.carryOut("start", "web");
    const real = world.docker.find("web");
    if (real === undefined) throw new Error("web was not created");
    world.answer("start", "web", { observation: { kind: "present", ...real, networkBindings } });
    expect(world.changes[0]).toEqual({
      type: "container",
      taskArn: world.task.arn,
      sequence: 1,
      at: world.now,
      containerName: "web",
      containerArn: world.container("web").containerArn,
      status: "RUNNING",
      runtimeId: real.dockerId,
      networkBindings,
    });
  });

  it("EH-17: carry the times of the task", () => {
    const world = MachineWorld.begin(aTaskOf(aContainer()));
    world.answer("resolveManifest", "web");
    world.answer("pull", "web", { pullStartedAt: world.now });
    world.settle();
    world.advance(10_000);
    world.exit("web", 0);
    expect(world.changes.at(-1)).toEqual({
      type: "task",
      taskArn: world.task.arn,
      sequence: 4,
      at: world.now,
      status: "STOPPED",
      stopCode: "EssentialContainerExited",
      reason: "Essential container in task exited",
      pullStartedAt: world.now - 10_000,
      pullStoppedAt: world.now - 10_000,
      executionStoppedAt: world.now,
    });
  });
});

describe("acknowledgements", () => {
  it("EH-15: raise what was sent when nothing newer is outstanding", () => {
    const world = MachineWorld.begin(aTaskOf(aContainer()));
    world.settle();
    world.send({ type: "acknowledged", upTo: 1 });
    expect(world.task).toMatchObject({ acknowledgedChange: 1, sentStatus: "NONE" });
    world.send({ type: "acknowledged", upTo: 2 });
    expect(world.task).toMatchObject({ acknowledgedChange: 2, sentStatus: "RUNNING" });
    expect(world.container("web").sentStatus).toBe("RUNNING");
  });

  it("EH-15: that come twice or late change nothing", () => {
    const world = MachineWorld.begin(aTaskOf(aContainer()));
    world.settle();
    world.acknowledge();
    const { task } = world;
    expect(world.send({ type: "acknowledged", upTo: 1 }).task).toBe(task);
    expect(world.send({ type: "acknowledged", upTo: 2 }).task).toBe(task);
  });
});
