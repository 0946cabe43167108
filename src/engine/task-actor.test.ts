/** What an actor does with what it is sent. Its order of saving and acting is held by the scenarios and the simulator. */
import { describe, expect, it } from "vitest";
import { asDockerId, asEpochMs } from "../core/brand.ts";
import { DEFAULT_MACHINE_CONFIG } from "../core/machine/config.ts";
import type { Effect } from "../core/machine/effect.ts";
import type { Task } from "../core/task.ts";
import { aContainer, aTask } from "../testing/builders.ts";
import { SimulatedClock } from "../testing/simulated-clock.ts";
import { LeapMeter } from "./leap-meter.ts";
import { TaskActor } from "./task-actor.ts";

const WAIT_MS = 60_000;
const another = asDockerId("b".repeat(64));

/** An actor of a task that has been STOPPED, and of which two changes are on their way to their reader. */
function leapsOf(clock: SimulatedClock): () => number {
  const leaps = new LeapMeter(clock);
  return () => leaps.leapMs;
}

class StoppedTask {
  readonly clock = new SimulatedClock();
  readonly told: Task[] = [];
  readonly effects: Effect["type"][] = [];
  readonly actor: TaskActor;

  private constructor() {
    const statuses = { knownStatus: "STOPPED", desiredStatus: "STOPPED", emittedStatus: "STOPPED" } as const;
    const container = aContainer({ ...statuses, createRequestedAt: asEpochMs(0) });
    const cleanupAt = asEpochMs(this.clock.now() + WAIT_MS);
    this.actor = new TaskActor(aTask({ ...statuses, containers: [container], cleanupAt, nextChange: 3 }), {
      clock: this.clock,
      leapMs: leapsOf(this.clock),
      config: () => DEFAULT_MACHINE_CONFIG,
      save: async () => undefined,
      perform: ({ type }) => this.effects.push(type),
      onState: (task) => this.told.push(task),
      onCrash: (error) => {
        throw error;
      },
    });
    this.actor.send({ type: "resumed", observations: [] });
  }

  /** With nothing to do but to wait for its clean-up. */
  static async waiting(): Promise<StoppedTask> {
    const world = new StoppedTask();
    await world.actor.settled();
    return world;
  }

  acknowledge(upTo: number): void {
    this.actor.send({ type: "acknowledged", upTo });
  }
}

describe("acknowledgements that an actor is sent", () => {
  it("are in the task for who asks, and nobody is told", async () => {
    const { actor, told, effects } = await StoppedTask.waiting();
    const before = told.length;
    actor.send({ type: "acknowledged", upTo: 1 });
    expect(actor.task).toMatchObject({ acknowledgedChange: 1, sentStatus: "NONE" });
    actor.send({ type: "acknowledged", upTo: 2 });
    expect(actor.task).toMatchObject({ acknowledgedChange: 2, sentStatus: "STOPPED" });
    expect(actor.task.containers[0]?.sentStatus).toBe("STOPPED");
    expect(actor.task).toBe(actor.task);
    expect(told).toHaveLength(before);
    expect(effects).not.toContain("remove");
  });

  it("take nothing back when an older one comes late", async () => {
    const world = await StoppedTask.waiting();
    world.acknowledge(2);
    world.acknowledge(1);
    expect(world.actor.task.acknowledgedChange).toBe(2);
  });

  it("are known to the clean-up when its time comes, though nobody has asked", async () => {
    const world = await StoppedTask.waiting();
    world.acknowledge(2);
    await world.clock.advance(WAIT_MS);
    expect(world.effects).toContain("remove");
  });

  it("CLN-3: let a clean-up begin at once that has waited for them", async () => {
    const world = await StoppedTask.waiting();
    await world.clock.advance(WAIT_MS);
    expect(world.effects).not.toContain("remove");
    world.acknowledge(1);
    expect(world.effects).not.toContain("remove");
    world.acknowledge(2);
    expect(world.effects).toContain("remove");
  });

  it("lead to a clean-up though the host's time was set back since its time came", async () => {
    const world = await StoppedTask.waiting();
    await world.clock.advance(WAIT_MS);
    world.clock.jump(-2 * WAIT_MS);
    world.acknowledge(2);
    await world.clock.advance(3 * WAIT_MS);
    expect(world.effects).toContain("remove");
  });
});

describe("the timer of an actor", () => {
  it("stays as the first of two inputs set it, when nothing comes of the second", async () => {
    const clock = new SimulatedClock();
    const dockerId = asDockerId("a".repeat(64));
    const container = aContainer({
      knownStatus: "RUNNING",
      emittedStatus: "RUNNING",
      dockerId,
      startedAt: asEpochMs(0),
    });
    let letSave = (): void => undefined;
    const actor = new TaskActor(aTask({ knownStatus: "RUNNING", emittedStatus: "RUNNING", containers: [container] }), {
      clock,
      leapMs: leapsOf(clock),
      config: () => DEFAULT_MACHINE_CONFIG,
      save: () =>
        new Promise((saved) => {
          letSave = saved;
        }),
      perform: () => undefined,
      onState: () => undefined,
      onCrash: (error) => {
        throw error;
      },
    });
    const error = { name: "CannotStopContainerError", message: "busy" } as const;
    const result = { ok: false, failure: { error, indeterminate: false, status: 500 } } as const;
    actor.send({ type: "stopRequested" });
    actor.send({ type: "actionFinished", containerName: "web", actionId: actor.task.nextActionId, result });
    actor.send({ type: "containerObserved", containerName: "web", observation: { kind: "absent", dockerId: another } });
    expect(clock.pending).toBe(0);
    letSave();
    await actor.settled();
    expect(actor.task.containers[0]?.retry).toMatchObject({ action: "stop", attempts: 1 });
    expect(clock.pending).toBe(1);
  });

  it("goes with the actor", async () => {
    const { actor, clock } = await StoppedTask.waiting();
    expect(clock.pending).toBe(1);
    actor.stop();
    expect(clock.pending).toBe(0);
  });
});

describe("an actor that meets a bug of ours", () => {
  it.each(["perform", "save", "onState"] as const)("in %s: says so once, and does nothing more", async (where) => {
    const clock = new SimulatedClock();
    const bug = new Error("a bug");
    const crashes: unknown[] = [];
    const performed: string[] = [];
    const actor = new TaskActor(aTask({ containers: [aContainer()] }), {
      clock,
      leapMs: leapsOf(clock),
      config: () => DEFAULT_MACHINE_CONFIG,
      save: () => (where === "save" ? Promise.reject(bug) : Promise.resolve()),
      perform: ({ type }) => {
        if (where === "perform") throw bug;
        performed.push(type);
      },
      onState: () => {
        if (where === "onState") throw bug;
      },
      onCrash: (error, { arn }) => crashes.push([error, arn]),
    });
    actor.send({ type: "resumed", observations: [] });
    actor.send({ type: "stopRequested" });
    await actor.settled();
    await clock.settle();
    expect(crashes).toEqual([[bug, actor.task.arn]]);
    expect([actor.isStopped, clock.pending]).toEqual([true, 0]);
    const before = performed.length;
    actor.send({ type: "hostResourcesGranted" });
    await clock.settle();
    expect([performed.length, crashes.length]).toEqual([before, 1]);
  });
});
