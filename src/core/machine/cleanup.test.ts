/** From STOPPED to forgotten. Source: engine-modern 14. */
import { describe, expect, it } from "vitest";
import { aContainer } from "../../testing/builders.ts";
import { aTaskOf, MachineWorld, type MachineWorldOptions } from "../../testing/machine-harness.ts";
import type { TaskResource } from "../task.ts";
import { whyBlocked } from "./advance.ts";

const WAIT_MS = 60_000;
const volume: TaskResource = {
  id: "dockerVolume/data",
  type: "dockerVolume",
  gates: "CREATED",
  knownStatus: "NONE",
  volatile: false,
  createRequested: false,
  spec: {},
};

/** A task of two containers and a volume that has just been STOPPED. */
function stopped(options: MachineWorldOptions = {}): MachineWorld {
  const task = { ...aTaskOf(aContainer({ name: "a" }), aContainer({ name: "b" })), resources: [volume] };
  const world = MachineWorld.begin(task, { config: { cleanupWaitMs: WAIT_MS }, ...options });
  world.settle();
  world.stop();
  world.settle();
  return world;
}

function acknowledged(options: MachineWorldOptions = {}): MachineWorld {
  const world = stopped(options);
  world.acknowledge();
  return world;
}

describe("clean-up", () => {
  it("CLN-1, MT-70: containers exist until the wait is over", () => {
    const world = acknowledged();
    world.advance(WAIT_MS - 1);
    expect(world.pending).toEqual([]);
    expect(world.wakeAt).toBe(world.now + 1);
    world.advance(1);
    expect(world.pending).toEqual(["remove a", "remove b"]);
  });

  it("CLN-3, MT-71: containers stay while the STOPPED is not acknowledged, and are removed as soon as it is", () => {
    const world = stopped();
    world.advance(10 * WAIT_MS);
    expect(world.pending).toEqual([]);
    world.send({ type: "acknowledged", upTo: 1 });
    expect(world.pending).toEqual([]);
    world.acknowledge();
    expect(world.pending).toEqual(["remove a", "remove b"]);
  });

  // The agent gives up after 72 h and leaves everything behind; here it is waited for without a limit.
  it("MT-72, W-4: what is never acknowledged stays, and is still cleaned when it is, however late", () => {
    const world = stopped();
    world.advance(100 * 24 * 60 * 60 * 1000);
    expect(world.pending).toEqual([]);
    world.acknowledge();
    world.settle();
    expect(world.isForgotten).toBe(true);
  });

  it("the jitter that was drawn for the step in which the task stopped is added to the wait", () => {
    const world = acknowledged({ config: { cleanupWaitMs: WAIT_MS, cleanupJitterMs: 4_321 } });
    expect(world.task.cleanupAt).toBe(world.now + WAIT_MS + 4_321);
    world.advance(WAIT_MS + 4_320);
    expect(world.pending).toEqual([]);
    world.advance(1);
    expect(world.pending).toHaveLength(2);
  });

  // EN-17 lets a failed clean-up of a resource pass; here it is tried again (MT-75), and there is no ENI to let go of.
  it("EN-17, CLN-8: the volume is removed after the containers, and the task is forgotten after the volume", () => {
    const world = acknowledged();
    world.advance(WAIT_MS);
    world.answer("remove", "a");
    expect(world.pending).toEqual(["remove b"]);
    world.answer("remove", "b");
    expect(world.pending).toEqual(["removeResource dockerVolume/data"]);
    expect(world.isForgotten).toBe(false);
    world.answerResource("dockerVolume/data");
    expect(world.isForgotten).toBe(true);
  });

  it("CLN-6: a container that was created late is removed too", () => {
    const world = MachineWorld.begin(aTaskOf(aContainer()), { config: { cleanupWaitMs: WAIT_MS } });
    world.answer("resolveManifest", "web");
    world.answer("pull", "web");
    world.stop();
    world.acknowledge();
    world.advance(WAIT_MS);
    expect(world.isForgotten).toBe(false);
    world.answer("create", "web");
    world.settle();
    expect(world.isForgotten).toBe(true);
    expect(world.docker.names).toEqual([]);
  });

  it("CLN-6: one that is seen after its create failed without an answer, too", () => {
    const world = MachineWorld.begin(aTaskOf(aContainer()), { config: { cleanupWaitMs: WAIT_MS } });
    world.answer("resolveManifest", "web");
    world.answer("pull", "web");
    world.fail("create", "web", { indeterminate: true, took: true });
    world.look("web");
    expect(world.container("web").knownStatus).toBe("STOPPED");
    world.acknowledge();
    world.advance(WAIT_MS);
    world.settle();
    expect(world.docker.names).toEqual([]);
  });

  it("a task that never made anything is forgotten without a Docker call", () => {
    const world = MachineWorld.begin(aTaskOf(aContainer()), { admit: false, config: { cleanupWaitMs: WAIT_MS } });
    world.stop();
    world.acknowledge();
    world.advance(WAIT_MS);
    expect(world.asked).toEqual(["requestHostResources", "releaseHostResources", "forgetTask"]);
  });

  it("W-24: a removal that fails is tried again, for ever, up to once a minute", () => {
    const world = acknowledged();
    world.advance(WAIT_MS);
    world.answer("remove", "b");
    for (const seconds of [1, 2, 4, 8, 16, 32, 60, 60]) {
      world.fail("remove", "a", { status: 500 });
      expect(world.wakeAt).toBe(world.now + seconds * 1_000);
      world.advance(seconds * 1_000);
      expect(world.pending).toEqual(["remove a"]);
    }
    world.settle();
    expect(world.isForgotten).toBe(true);
  });

  it("MT-75: so is that of a resource, and the reason is told meanwhile", () => {
    const world = acknowledged();
    world.advance(WAIT_MS);
    world.answer("remove", "a");
    world.answer("remove", "b");
    world.answerResource("dockerVolume/data", "volume is in use");
    expect(world.isForgotten).toBe(false);
    expect(whyBlocked(world.task, world.now, world.config)).toMatchObject([
      { type: "retry", containerName: "dockerVolume/data", error: "VolumeError: volume is in use" },
    ]);
    world.advance(1_000);
    world.answerResource("dockerVolume/data");
    expect(world.isForgotten).toBe(true);
  });

  it("W-25, MT-74: after a long downtime what is overdue is removed at once", () => {
    const world = acknowledged();
    world.crash();
    world.advance(100 * WAIT_MS);
    world.restartEngine();
    expect(world.pending).toEqual(["remove a", "remove b"]);
  });

  it("REC-10: a restart of the engine does not begin the wait again", () => {
    const world = acknowledged();
    world.advance(WAIT_MS / 2);
    world.restartEngine();
    world.advance(WAIT_MS / 2 - 1);
    expect(world.pending).toEqual([]);
    world.advance(1);
    expect(world.pending).toHaveLength(2);
  });

  it("removalRequested waits for neither the time nor acknowledgements", () => {
    const world = stopped();
    world.send({ type: "removalRequested" });
    world.settle();
    expect(world.isForgotten).toBe(true);
  });

  it("removalRequested of a task that is not STOPPED changes nothing", () => {
    const world = MachineWorld.begin(aTaskOf(aContainer()));
    world.settle();
    const { task } = world;
    expect(world.send({ type: "removalRequested" }).task).toBe(task);
  });

  it("gives host resources back at STOPPED, once, and not before", () => {
    const world = MachineWorld.begin(aTaskOf(aContainer()), { config: { cleanupWaitMs: WAIT_MS } });
    world.settle();
    world.stop();
    expect(world.asked).not.toContain("releaseHostResources");
    world.settle();
    world.acknowledge();
    world.advance(WAIT_MS);
    world.settle();
    expect(world.asked.filter((each) => each === "releaseHostResources")).toHaveLength(1);
  });
});
