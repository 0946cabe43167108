/** What is looked at, when, and how often: over a daemon that tells too much or too little. Source: W-40 to W-43, EVT-1 to EVT-6. */
import { describe, expect, it } from "vitest";
import type { DockerId } from "../core/brand.ts";
import type { Input } from "../core/machine/input.ts";
import type { Container, Task } from "../core/task.ts";
import { aContainer, aTask } from "../testing/builders.ts";
import { MemoryLog } from "../testing/memory-log.ts";
import { healthyAfter } from "../testing/simulated-docker/behaviour.ts";
import { aWorld } from "../testing/simulated-docker/test-world.ts";
import { ContainerWatch } from "./container-watch.ts";
import { LateCreates } from "./late-creates.ts";
import { Strays } from "./strays.ts";

const RELIST_MS = 15_000;
const LABELS = { "engine-id": "me" };

/** A watch over one container, `web`, of a real task, with looks that end when they are told to. */
async function setUp(partial: Partial<Container> = {}, { answersLooks = true } = {}) {
  const world = aWorld();
  const log = new MemoryLog();
  const end = new AbortController();
  const looked: string[] = [];
  const sent: Input[] = [];
  const ends: (() => void)[] = [];
  const dockerId = await world.run("web", { Image: "app", Labels: LABELS });
  let task: Task = aTask({ containers: [aContainer({ dockerId, knownStatus: "RUNNING", ...partial } as never)] });
  const watch = new ContainerWatch({
    client: world.client,
    clock: world.clock,
    log,
    labels: LABELS,
    relistIntervalMs: RELIST_MS,
    signal: end.signal,
    tasks: () => [task],
    strays: new Strays({ client: world.client, log, late: new LateCreates(undefined), taskOf: () => task }),
    findByDockerId: (id: DockerId) => {
      const container = task.containers.find((each) => each.dockerId === id);
      return container === undefined ? undefined : { task, container };
    },
    send: (_, input) => sent.push(input),
    observe: (_, name, exitCode) => {
      looked.push(exitCode === undefined ? name : `${name} ${exitCode}`);
      return answersLooks ? Promise.resolve() : new Promise((done) => ends.push(done));
    },
  });
  const change = (members: Partial<Container>) => {
    task = { ...task, containers: task.containers.map((each) => ({ ...each, ...members })) };
  };
  return { ...world, watch, log, looked, sent, end, ends, dockerId, change };
}

async function opened(...given: Parameters<typeof setUp>) {
  const world = await setUp(...given);
  await world.clock.resolve(world.watch.open());
  await world.clock.advance(0);
  return world;
}

describe("ContainerWatch", () => {
  it("EVT: looks at a container of which it is told that it died, with the exit code, and at no stranger", async () => {
    const { docker, clock, looked, run } = await opened();
    await run("stranger", { Image: "app", Labels: LABELS });
    docker.signal("stranger", "SIGKILL");
    docker.signal("web", "SIGKILL");
    await clock.advance(0);
    expect(looked).toEqual(["web 137"]);
  });

  it("looks once while it looks, and once more for all that came meanwhile, with the code that was told", async () => {
    const { docker, client, clock, looked, ends, dockerId } = await opened({}, { answersLooks: false });
    docker.signal("web", "SIGTERM");
    await clock.advance(0);
    await clock.resolve(client.startContainer(dockerId));
    docker.signal("web", "SIGKILL");
    await clock.resolve(client.removeContainer(dockerId, { force: true, removeVolumes: true }));
    await clock.advance(0);
    expect(looked).toEqual(["web 143"]);
    ends.shift()?.();
    await clock.advance(0);
    expect(looked).toEqual(["web 143", "web 137"]);
    ends.shift()?.();
    await clock.advance(0);
    expect(looked).toHaveLength(2);
  });

  it("looks at what somebody started, stopped or restarted by hand, but not at its own start", async () => {
    const { client, clock, looked, dockerId, change } = await opened();
    await clock.resolve(client.stopContainer(dockerId, { stopTimeoutMs: 1_000 }));
    looked.length = 0;
    await clock.resolve(client.startContainer(dockerId));
    await clock.advance(0);
    expect(looked).toEqual(["web"]);
    change({ inFlight: { action: "restart", id: 1 } });
    await clock.resolve(client.killContainer(dockerId, "SIGKILL"));
    looked.length = 0;
    await clock.resolve(client.startContainer(dockerId));
    await clock.advance(0);
    expect(looked).toEqual([]);
  });

  it("HEALTH: tells HEALTHY at once, and looks for what the check printed", async () => {
    const { docker, clock, looked, sent, run, change } = await opened();
    docker.container("checked", { health: healthyAfter(1) });
    const dockerId = await run("checked", {
      Image: "app",
      Labels: LABELS,
      Healthcheck: { Test: ["CMD", "true"], Interval: 1e9 },
    });
    change({ dockerId, hasHealthCheck: true });
    await clock.advance(5_000);
    expect(sent).toContainEqual({
      type: "containerObserved",
      containerName: "web",
      observation: { kind: "health", health: { status: "healthy" } },
    });
    expect(looked).toContain("web");
  });

  it("W-40: finds at the next list what no event told", async () => {
    const { docker, clock, looked } = await opened();
    docker.faults.always("events", { kind: "eventLost" });
    docker.signal("web", "SIGKILL");
    await clock.advance(RELIST_MS - 1);
    expect(looked).toEqual([]);
    await clock.advance(1);
    expect(looked).toEqual(["web"]);
  });

  it("goes on with lists after one that failed, and says why it did", async () => {
    const { docker, clock, looked, log } = await opened();
    docker.faults.always("events", { kind: "eventLost" });
    docker.signal("web", "SIGKILL");
    docker.faults.next("listContainers", { kind: "errorBeforeEffect", status: 500, message: "busy" });
    await clock.advance(RELIST_MS);
    expect(looked).toEqual([]);
    expect(log.lines.map(({ message }) => message)).toContain("Cannot list containers");
    await clock.advance(RELIST_MS);
    expect(looked).toEqual(["web"]);
  });

  it("has one list under way at a time", async () => {
    const { docker, clock, watch } = await opened();
    let lists = 0;
    docker.onCall(({ operation }) => {
      if (operation === "listContainers") lists += 1;
    });
    docker.faults.next("listContainers", { kind: "latency", ms: 5_000 });
    void watch.relist();
    void watch.relist();
    await clock.advance(5_000);
    expect(lists).toBe(1);
    await clock.resolve(watch.relist());
    expect(lists).toBe(2);
  });

  it("ends with the engine: no timer, no list, no look", async () => {
    const { docker, clock, looked, end, watch } = await opened({}, { answersLooks: false });
    end.abort(new Error("engine is shut down"));
    docker.signal("web", "SIGKILL");
    await watch.relist();
    await clock.advance(10 * RELIST_MS);
    expect([looked, clock.pending]).toEqual([[], 0]);
  });
});

describe("ContainerWatch.relist()", () => {
  const exited = { knownStatus: "STOPPED" } as const;
  const created = { knownStatus: "CREATED" } as const;
  const checked = { hasHealthCheck: true } as const;
  const busy = { inFlight: { action: "stop", id: 1 } } as const;

  it.each([
    ["runs as it should", {}, true, false],
    ["runs, and its health is not known", checked, true, true],
    ["runs, and its health is known", { ...checked, health: { status: "HEALTHY" as const } }, true, false],
    ["does not run any more", {}, false, true],
    ["has ended as it should", exited, false, false],
    ["has ended and runs", exited, true, true],
    ["has ended, runs, and is being stopped", { ...exited, ...busy }, true, false],
    ["was made and runs already", created, true, true],
    ["was made and does not run", created, false, false],
    ["is being started and runs already", { ...created, inFlight: { action: "start" as const, id: 1 } }, true, false],
    ["was removed", { ...exited, removed: true }, true, false],
    ["has no id yet", { dockerId: undefined, knownStatus: "PULLED" as const }, true, false],
  ])("of a container that %s: looks only where the list says something else", async (_, partial, runs, isLookedAt) => {
    const { docker, clock, watch, looked } = await setUp(partial);
    if (!runs) docker.signal("web", "SIGKILL");
    await clock.resolve(watch.relist());
    expect(looked).toEqual(isLookedAt ? ["web"] : []);
  });

  it("looks at what is not on the list at all", async () => {
    const { client, clock, watch, looked, dockerId, change } = await setUp(created);
    await clock.resolve(client.removeContainer(dockerId, { force: true, removeVolumes: true }));
    await clock.resolve(watch.relist());
    expect(looked).toEqual(["web"]);
    change({ inFlight: { action: "create", id: 1 } });
    await clock.resolve(watch.relist());
    expect(looked).toEqual(["web"]);
  });

  it("does not look at a paused container that is up", async () => {
    const { docker, clock, watch, looked } = await setUp();
    docker.pause("web");
    await clock.resolve(watch.relist());
    expect(looked).toEqual([]);
  });
});
