import { describe, expect, it } from "vitest";
import type { Container, Task } from "../core/task.ts";
import { aContainer, aTask } from "../testing/builders.ts";
import { SimulatedClock } from "../testing/simulated-clock.ts";
import { CallGate } from "./call-gate.ts";
import { fixedLimits } from "./gate-limit.ts";
import { PatientLooks } from "./patient-looks.ts";

/** Looks and starts that end when they are told to. */
class World {
  readonly clock = new SimulatedClock();
  readonly gate = new CallGate(this.clock, fixedLimits(1));
  readonly looked: string[] = [];
  readonly #abort = new AbortController();
  readonly #underWay: (() => void)[] = [];
  readonly #tasks = new Map<string, Task>();
  readonly #looks = new PatientLooks({
    clock: this.clock,
    startGate: this.gate,
    signal: this.#abort.signal,
    taskOf: (taskArn) => this.#tasks.get(taskArn),
    observe: (_, containerName) =>
      new Promise((resolve) => {
        this.looked.push(containerName);
        this.#underWay.push(resolve);
      }),
  });

  /** A container of a task of its own that has just come up. */
  cameUp(name: string): void {
    const task = this.#put(aContainer({ name, knownStatus: "RUNNING" }));
    this.#looks.add(task.arn, name);
  }

  goesDown(name: string): void {
    this.#put(aContainer({ name, knownStatus: "STOPPED" }));
  }

  /** @returns what ends the start, once it was let in */
  startOne(): () => Promise<void> {
    let end = () => {};
    const ended = new Promise<void>((resolve) => {
      end = resolve;
    });
    const done = this.gate.run({ taskArn: "other", containerName: "other" }, () => ended);
    return () => {
      end();
      return done;
    };
  }

  async endLook(): Promise<void> {
    this.#underWay.shift()?.();
    await this.clock.advance(0);
  }

  end(): void {
    this.#abort.abort();
  }

  #put(container: Container): Task {
    const task = aTask({ id: container.name, containers: [container] });
    this.#tasks.set(task.arn, task);
    return task;
  }
}

const numbered = (from: number, to: number) => Array.from({ length: to - from }, (_, index) => `c${from + index}`);

describe("PatientLooks", () => {
  it("looks at once where the daemon has nothing to start", () => {
    const world = new World();
    world.cameUp("web");
    expect(world.looked).toEqual(["web"]);
  });

  it("waits while something is started or waits for its turn", async () => {
    const world = new World();
    const [endFirst, endSecond] = [world.startOne(), world.startOne()];
    world.cameUp("web");
    await endFirst();
    expect(world.looked).toEqual([]);
    await endSecond();
    expect(world.looked).toEqual(["web"]);
  });

  it("looks at four at a time, first come first", async () => {
    const world = new World();
    const end = world.startOne();
    for (const name of numbered(0, 6)) world.cameUp(name);
    await end();
    expect(world.looked).toEqual(numbered(0, 4));
    await world.endLook();
    expect(world.looked).toEqual(numbered(0, 5));
  });

  it("leaves out what went down meanwhile", async () => {
    const world = new World();
    const end = world.startOne();
    world.cameUp("short");
    world.cameUp("web");
    world.goesDown("short");
    await end();
    expect(world.looked).toEqual(["web"]);
  });

  it("has patience for half a minute, then looks when the next start ends", async () => {
    const world = new World();
    world.cameUp("before");
    const [endFirst, endSecond] = [world.startOne(), world.startOne()];
    world.cameUp("web");
    await world.clock.advance(14_000);
    world.startOne();
    await endFirst();
    await world.clock.advance(14_000);
    world.cameUp("late");
    expect(world.looked).toEqual(["before"]);
    await world.clock.advance(2_000);
    await endSecond();
    expect(world.looked).toEqual(["before", "web"]);
  });

  it("looks behind a start that hangs once its place is lent", async () => {
    const world = new World();
    world.startOne();
    world.cameUp("web");
    await world.clock.advance(14_999);
    expect(world.looked).toEqual([]);
    await world.clock.advance(1);
    expect(world.looked).toEqual(["web"]);
  });

  it("keeps no more than 256 waiting", () => {
    const world = new World();
    world.startOne();
    for (const name of numbered(0, 258)) world.cameUp(name);
    expect(world.looked).toEqual(["c0", "c1"]);
  });

  it("looks at nothing when the engine has ended", async () => {
    const world = new World();
    const end = world.startOne();
    world.cameUp("web");
    world.end();
    await end();
    expect(world.looked).toEqual([]);
  });
});
