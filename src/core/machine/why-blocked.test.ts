/** Everything that waits can say why. Source: design, rule 4. */
import { describe, expect, it } from "vitest";
import { aContainer } from "../../testing/builders.ts";
import { aTaskOf, dependsOn, MachineWorld } from "../../testing/machine-harness.ts";
import { describeBlocker } from "../blocker.ts";
import { whyBlocked } from "./advance.ts";

function why(world: MachineWorld) {
  return whyBlocked(world.task, world.now, world.config);
}

describe("whyBlocked()", () => {
  it("names host resources once for the whole task", () => {
    const world = MachineWorld.begin(aTaskOf(aContainer({ name: "a" }), aContainer({ name: "b" })), { admit: false });
    expect(why(world)).toEqual([{ type: "hostResources", resources: [] }]);
  });

  it("names what Docker was asked for", () => {
    const world = MachineWorld.begin(aTaskOf(aContainer()));
    expect(why(world)).toEqual([{ type: "docker", containerName: "web", action: "resolveManifest" }]);
  });

  it("names the dependency, its condition and the end of the wait", () => {
    const db = aContainer({ name: "db", essential: false, hasHealthCheck: true, startTimeoutMs: 5_000 });
    const web = aContainer({ dependencies: [dependsOn("db", "HEALTHY")] });
    const world = MachineWorld.begin(aTaskOf(web, db));
    world.settle();
    expect(why(world)).toEqual([
      {
        type: "dependency",
        containerName: "web",
        dependency: "db",
        condition: "HEALTHY",
        until: world.now + 5_000,
      },
    ]);
  });

  it("names the dependant that holds up a stop, and Docker for the dependant", () => {
    const world = MachineWorld.begin(
      aTaskOf(aContainer({ dependencies: [dependsOn("db")] }), aContainer({ name: "db" })),
    );
    world.settle();
    world.stop();
    expect(why(world)).toEqual([
      { type: "docker", containerName: "web", action: "stop" },
      { type: "dependant", containerName: "db", dependant: "web" },
    ]);
  });

  it("names the failure and the next try of a stop", () => {
    const world = MachineWorld.begin(aTaskOf(aContainer()));
    world.settle();
    world.stop();
    world.fail("stop", "web", { status: 500, message: "device is busy" });
    expect(why(world)).toEqual([
      {
        type: "retry",
        containerName: "web",
        action: "stop",
        until: world.now + 1_000,
        error: "CannotStopContainerError: device is busy",
      },
    ]);
  });

  it("names a removal that is under way or is tried again", () => {
    const world = MachineWorld.begin(aTaskOf(aContainer()));
    world.settle();
    world.exit("web", 0);
    world.send({ type: "removalRequested" });
    expect(why(world)).toEqual([{ type: "docker", containerName: "web", action: "remove" }]);
    world.fail("remove", "web", { status: 500, message: "busy" });
    expect(why(world)).toEqual([
      {
        type: "retry",
        containerName: "web",
        action: "remove",
        until: world.now + 1_000,
        error: "CannotRemoveContainerError: busy",
      },
    ]);
    world.advance(1_000);
    world.answer("remove", "web");
    expect(why(world)).toEqual([]);
  });

  it("names the removal of a resource that is under way or is tried again", () => {
    const volume = {
      id: "dockerVolume/data",
      type: "dockerVolume",
      gates: "CREATED",
      knownStatus: "NONE",
      volatile: false,
      createRequested: false,
      spec: {},
    } as const;
    const world = MachineWorld.begin({ ...aTaskOf(aContainer()), resources: [volume] });
    world.settle();
    world.exit("web", 0);
    world.send({ type: "removalRequested" });
    world.answer("remove", "web");
    expect(why(world)).toEqual([{ type: "docker", containerName: volume.id, action: "removeResource" }]);
    world.answerResource(volume.id, "in use");
    expect(why(world)).toEqual([
      {
        type: "retry",
        containerName: volume.id,
        action: "remove",
        until: world.now + 1_000,
        error: "VolumeError: in use",
      },
    ]);
  });

  it("names the state changes that nobody has acknowledged, once the clean-up is due", () => {
    const world = MachineWorld.begin(aTaskOf(aContainer()));
    world.settle();
    world.exit("web", 0);
    const told = world.task.nextChange - 1;
    world.advance(world.config.cleanupWaitMs - 1);
    expect(why(world)).toEqual([]);
    world.advance(1);
    expect(why(world)).toEqual([{ type: "acknowledgement", changes: told }]);
    world.send({ type: "acknowledged", upTo: told - 1 });
    expect(why(world)).toEqual([{ type: "acknowledgement", changes: 1 }]);
    world.acknowledge();
    expect(why(world)).toEqual([{ type: "docker", containerName: "web", action: "remove" }]);
  });

  it("names the pause container and the resource that the others wait for", () => {
    const pause = aContainer({ name: "pause", type: "CNI_PAUSE", steadyStatus: "RESOURCES_PROVISIONED" });
    const image = {
      id: "pauseImage",
      type: "pauseImage",
      gates: "PULLED",
      knownStatus: "NONE",
      volatile: false,
      createRequested: false,
      spec: {},
    } as const;
    const world = MachineWorld.begin({ ...aTaskOf(pause, aContainer()), resources: [image] });
    world.answer("resolveManifest", "pause");
    expect(why(world)).toEqual([
      { type: "resource", containerName: "pause", resource: "pauseImage" },
      { type: "dependency", containerName: "web", dependency: "pause", condition: "START" },
    ]);
  });

  it("has nothing to say of a task that runs or is STOPPED", () => {
    const world = MachineWorld.begin(aTaskOf(aContainer()));
    world.settle();
    expect(why(world)).toEqual([]);
    world.exit("web", 0);
    expect(why(world)).toEqual([]);
  });
});

describe("whyBlocked() of a container that waits for health", () => {
  it("says what the check of an UNHEALTHY dependency said", () => {
    const db = aContainer({ name: "db", hasHealthCheck: true });
    const world = MachineWorld.begin(aTaskOf(aContainer({ dependencies: [dependsOn("db", "HEALTHY")] }), db));
    world.settle();
    world.unhealthy("db");
    const [blocker] = why(world);
    expect(blocker && describeBlocker(blocker)).toBe(
      "waits for db (HEALTHY), which is UNHEALTHY (the check exited with 1)",
    );
    world.healthy("db");
    expect(world.pending).toEqual(["pull web"]);
  });
});
