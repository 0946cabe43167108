import { describe, expect, it } from "vitest";
import { asDockerName, type DockerId } from "../core/brand.ts";
import type { DockerClient } from "../ports/docker-client.ts";
import { SimulatedClock } from "../testing/simulated-clock.ts";
import { SimulatedDocker } from "../testing/simulated-docker/index.ts";
import { adaptiveLimits, fixedLimits, StartGate, type StartGateLimits } from "./start-gate.ts";

const ALONE_MS = 160;

/** A daemon whose starts take longer for each other one under way, and a gate before it. */
class World {
  readonly clock = new SimulatedClock();
  readonly docker = new SimulatedDocker({ clock: this.clock, latency: { startContainer: ALONE_MS } });
  readonly client: DockerClient = this.docker.client();
  readonly gate: StartGate;
  mostInFlight = 0;
  #inFlight = 0;
  #made = 0;

  constructor(limits: StartGateLimits, msPerOther: number) {
    this.gate = new StartGate(this.clock, limits);
    this.docker.image("app");
    this.slow(msPerOther);
  }

  slow(msPerOther: number): void {
    this.docker.faults.slowParallelStarts(msPerOther);
  }

  /** @returns how long each took from the moment at which all were asked for */
  async start(count: number): Promise<readonly number[]> {
    const ids = await Promise.all(Array.from({ length: count }, () => this.#create()));
    const began = this.clock.now();
    const one = async (id: DockerId) => {
      await this.gate.run(() => this.#count(() => this.client.startContainer(id)));
      return this.clock.now() - began;
    };
    return await this.clock.resolve(Promise.all(ids.map(one)));
  }

  async #count(start: () => Promise<void>): Promise<void> {
    this.#inFlight += 1;
    this.mostInFlight = Math.max(this.mostInFlight, this.#inFlight);
    await start().finally(() => {
      this.#inFlight -= 1;
    });
  }

  async #create(): Promise<DockerId> {
    this.#made += 1;
    const name = asDockerName(`container-${this.#made}`);
    return (await this.clock.resolve(this.client.createContainer({ name, body: { Image: "app" } }))).dockerId;
  }
}

describe("StartGate", () => {
  it("begins with four times the daemon's CPUs", () => {
    expect(new World(adaptiveLimits(2), 0).gate.limit).toBe(8);
    expect(new World(adaptiveLimits(1), 0).gate.limit).toBe(4);
    expect(new World(adaptiveLimits(0), 0).gate.limit).toBe(4);
  });

  it("opens up to eight times the CPUs where more starts at a time take no longer", async () => {
    const world = new World(adaptiveLimits(2), 0);
    await world.start(1);
    await world.start(200);
    expect(world.gate.limit).toBe(16);
    expect(world.mostInFlight).toBe(16);
  });

  it("stays where it began on a daemon that is full with four times its CPUs", async () => {
    // 160 ms alone, 650 ms with eight in flight.
    const world = new World(adaptiveLimits(2), 70);
    await world.start(1);
    await world.start(100);
    expect(world.gate.limit).toBe(8);
    expect(world.mostInFlight).toBe(8);
  });

  it("closes to three times the CPUs where starts hold each other up badly, and opens again when that is over", async () => {
    const world = new World(adaptiveLimits(4), 2_000);
    await world.start(1);
    await world.start(100);
    expect(world.gate.limit).toBe(12);
    world.slow(0);
    await world.start(600);
    expect(world.gate.limit).toBe(32);
  });

  it("does not move for starts that come one at a time, however slow they are", async () => {
    const world = new World(adaptiveLimits(2), 500);
    for (let number = 0; number < 20; number += 1) await world.start(1);
    expect(world.gate.limit).toBe(8);
  });

  it("does not learn from starts that fail", async () => {
    const world = new World(adaptiveLimits(2), 0);
    const refused = Array.from({ length: 50 }, () =>
      world.gate.run(() => Promise.reject(new Error("refused"))).catch(() => undefined),
    );
    await world.clock.resolve(Promise.all(refused));
    expect(world.gate.limit).toBe(8);
  });

  it("lets in first who came first, and never more than a fixed limit", async () => {
    const world = new World(fixedLimits(3), 0);
    const times = await world.start(20);
    expect(times).toEqual(times.toSorted((a, b) => a - b));
    expect(world.mostInFlight).toBe(3);
    expect(world.gate.limit).toBe(3);
    expect(world.gate.waiting).toBe(0);
  });

  it("gives the place of a start that fails to the next one", async () => {
    const world = new World(fixedLimits(1), 0);
    const failing = world.gate.run(() => Promise.reject(new Error("refused")));
    const next = world.gate.run(async () => "started");
    await expect(failing).rejects.toThrow("refused");
    await expect(next).resolves.toBe("started");
  });
});
