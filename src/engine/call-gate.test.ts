import { describe, expect, it } from "vitest";
import { asDockerName, type DockerId } from "../core/brand.ts";
import type { DockerClient } from "../ports/docker-client.ts";
import { SimulatedClock } from "../testing/simulated-clock.ts";
import { SimulatedDocker } from "../testing/simulated-docker/index.ts";
import { CallGate, type CallSubject } from "./call-gate.ts";
import { adaptiveLimits, fixedLimits, type GateLimits } from "./gate-limit.ts";

const ALONE_MS = 160;

function subject(containerName = "web"): CallSubject {
  return { taskArn: "arn:task/a", containerName };
}

/** A daemon whose starts take longer for each other one under way, and a gate before it. */
class World {
  readonly clock = new SimulatedClock();
  readonly docker = new SimulatedDocker({ clock: this.clock, latency: { startContainer: ALONE_MS } });
  readonly client: DockerClient = this.docker.client();
  readonly gate: CallGate;
  mostInFlight = 0;
  #inFlight = 0;
  #made = 0;

  constructor(limits: GateLimits, msPerOther: number) {
    this.gate = new CallGate(this.clock, limits);
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
      await this.gate.run(subject(id), () => this.#count(() => this.client.startContainer(id)));
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

describe("CallGate", () => {
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

  it("does not open by a burst alone, in which the shortest start has waited for others, too", async () => {
    // 160 ms alone, which nobody sees; 650 ms with eight in flight.
    const world = new World(adaptiveLimits(2), 70);
    await world.start(200);
    expect(world.mostInFlight).toBe(8);
    const roomy = new World(adaptiveLimits(2), 0);
    await roomy.start(200);
    expect(roomy.mostInFlight).toBe(8);
    await roomy.start(1);
    await roomy.start(200);
    expect(roomy.mostInFlight).toBe(16);
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
      world.gate.run(subject(), () => Promise.reject(new Error("refused"))).catch(() => undefined),
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
  });

  it("gives the place of a start that fails to the next one", async () => {
    const world = new World(fixedLimits(1), 0);
    const failing = world.gate.run(subject(), () => Promise.reject(new Error("refused")));
    const next = world.gate.run(subject(), async () => "started");
    await expect(failing).rejects.toThrow("refused");
    await expect(next).resolves.toBe("started");
  });

  it("says who waits, and who does not any more", async () => {
    const { gate, queue } = new Queue(1);
    const under = gate.run(subject("under way"), async () => undefined);
    const waiting = [queue("web"), queue("db")];
    expect(["under way", "web", "db"].map((name) => gate.keepsWaiting("arn:task/a", name))).toEqual([
      false,
      true,
      true,
    ]);
    expect(gate.keepsWaiting("arn:task/b", "web")).toBe(false);
    await Promise.all([under, ...waiting]);
    expect(["web", "db"].map((name) => gate.keepsWaiting("arn:task/a", name))).toEqual([false, false]);
  });

  it("lends the places of starts that hang to others, the first after fifteen seconds, one each five", async () => {
    const world = new World(fixedLimits(2), 0);
    world.docker.faults.next("startContainer", { kind: "hang", forMs: 60_000 }, { times: 2 });
    const times = await world.start(40);
    const [hung, others] = [times.slice(0, 2), times.slice(2)];
    expect(hung).toEqual([60_000 + ALONE_MS, 60_000 + ALONE_MS]);
    expect(others[0]).toBe(15_000 + ALONE_MS);
    // One at a time for five seconds, which is 31 of them, then two.
    expect(others.filter((ms) => ms <= 20_000)).toHaveLength(31);
    expect(Math.max(...others)).toBeLessThan(20_000 + 5 * ALONE_MS);
  });

  it("leaves no timer when nobody holds a place", async () => {
    const world = new World(fixedLimits(2), 0);
    await world.start(5);
    expect(world.clock.pending).toBe(0);
  });

  it("gives nobody a second place when the answer of a start that hung comes", async () => {
    const { clock, gate, order, queue } = new Queue(1);
    const hung = gate.run(subject("hung"), () => clock.sleep(20_000));
    const long = gate.run(subject("long"), () => clock.sleep(10_000));
    const last = queue("last");
    // At 15 s the long one is let in, and the end of the hung one at 20 s gives it no company.
    await clock.advance(20_000);
    const late = queue("late");
    expect(gate.keepsWaiting("arn:task/a", "late")).toBe(true);
    await clock.resolve(Promise.all([hung, long, last, late]));
    expect(order).toEqual(["last", "late"]);
  });

  it("stays as wide as it is for a start that hangs now and then", async () => {
    const world = new World(adaptiveLimits(2), 70);
    await world.start(1);
    world.docker.faults.next("startContainer", { kind: "hang", forMs: 60_000 }, { times: 2 });
    await world.start(100);
    expect(world.gate.limit).toBe(8);
  });
});

/** A gate of a fixed limit, and the order in which calls got through. */
class Queue {
  readonly clock = new SimulatedClock();
  readonly order: string[] = [];
  readonly gate: CallGate;
  readonly queue: (containerName: string) => Promise<unknown>;

  constructor(limit: number) {
    this.gate = new CallGate(this.clock, fixedLimits(limit));
    this.queue = (name) => this.gate.run(subject(name), async () => this.order.push(name));
  }
}
