import { describe, expect, it } from "vitest";
import { asDockerId, asDockerName } from "../../core/brand.ts";
import {
  attempts,
  commandNotFound,
  exits,
  failsToStart,
  handlesSigterm,
  ignoresSigterm,
  oomKilled,
  prints,
} from "./behaviour.ts";
import { aWorld } from "./test-world.ts";

describe("the life of a container", () => {
  it("goes from created to running to stopped, with its times and its exit code", async () => {
    const { clock, docker, actions, create, inspect, client } = aWorld();
    docker.image("job", { run: exits(3, { afterMs: 200 }) });
    const dockerId = await create("job-1", { Image: "job", Labels: { team: "a" } });
    expect(await inspect(dockerId)).toMatchObject({
      status: "created",
      pid: 0,
      labels: { team: "a" },
      dockerName: "job-1",
    });
    await clock.advance(1_000);
    await client.startContainer(dockerId);
    const running = await inspect(dockerId);
    expect(running).toMatchObject({ status: "running", startedAt: clock.now() });
    expect(running.pid).toBeGreaterThan(0);
    expect(running).not.toHaveProperty("exitCode");
    await clock.advance(500);
    expect(await inspect(dockerId)).toMatchObject({
      status: "stopped",
      exitCode: 3,
      oomKilled: false,
      startedAt: clock.now() - 500,
      finishedAt: clock.now() - 300,
      pid: 0,
    });
    expect(actions).toEqual(["create", "start", "die 3"]);
  });

  it("of a process that ends at once is told after the start", async () => {
    const { docker, clock, actions, run } = aWorld();
    docker.image("quick", { run: (process) => process.exit(0) });
    await run("quick", { Image: "quick" });
    expect(actions).toEqual(["create", "start", "die 0"]);
    expect(clock.pending).toBe(0);
  });

  it("can begin again: the id stays, the old exit code goes", async () => {
    const { docker, clock, client, run, inspect } = aWorld();
    docker.image("flaky", { run: attempts(exits(1), exits(0, { afterMs: 50 })) });
    const dockerId = await run("flaky", { Image: "flaky" });
    await clock.advance(10);
    expect((await inspect(dockerId)).exitCode).toBe(1);
    await client.startContainer(dockerId);
    const again = await inspect(dockerId);
    expect(again.status).toBe("running");
    expect(again).not.toHaveProperty("finishedAt");
    await clock.advance(50);
    expect((await inspect(dockerId)).exitCode).toBe(0);
  });

  it("a start of what runs counts as started, without an event", async () => {
    const { client, run, actions } = aWorld();
    const dockerId = await run("a1", { Image: "app" });
    await client.startContainer(dockerId);
    expect(actions).toEqual(["create", "start"]);
  });

  it("a command that is not there fails the start: 400, 127, no start and no die", async () => {
    const { docker, client, create, inspect, actions, errorOf } = aWorld();
    docker.image("broken", { run: commandNotFound("/nope") });
    const dockerId = await create("broken", { Image: "broken" });
    expect(await errorOf(client.startContainer(dockerId))).toMatchObject({
      name: "CannotStartContainerError",
      status: 400,
      retryable: false,
      indeterminate: false,
      message: expect.stringContaining('exec: "/nope": executable file not found'),
    });
    const after = await inspect(dockerId);
    expect(after).toMatchObject({ status: "stopped", exitCode: 127, stateError: expect.stringContaining("/nope") });
    expect(after).not.toHaveProperty("startedAt");
    expect(after).not.toHaveProperty("finishedAt");
    expect(after.raw).toMatchObject({ State: { Status: "created", StartedAt: "0001-01-01T00:00:00Z" } });
    expect(actions).toEqual(["create"]);
  });

  it("a failed start can be tried again", async () => {
    const { docker, client, create, inspect, errorOf } = aWorld();
    docker.image("moody", { run: attempts(failsToStart({ message: "no such device" }), ignoresSigterm()) });
    const dockerId = await create("moody", { Image: "moody" });
    expect(await errorOf(client.startContainer(dockerId))).toMatchObject({ status: 500, message: "no such device" });
    expect((await inspect(dockerId)).exitCode).toBe(128);
    await client.startContainer(dockerId);
    expect(await inspect(dockerId)).not.toHaveProperty("stateError");
  });

  it("STOP-8: out of memory is oom, then die with 137", async () => {
    const { docker, clock, run, inspect, actions } = aWorld();
    docker.image("greedy", { run: oomKilled({ afterMs: 10 }) });
    const dockerId = await run("greedy", { Image: "greedy" });
    await clock.advance(10);
    expect(await inspect(dockerId)).toMatchObject({ status: "stopped", exitCode: 137, oomKilled: true });
    expect(await inspect(dockerId)).not.toHaveProperty("stateError");
    expect(actions).toEqual(["create", "start", "oom", "die 137"]);
  });
});

describe("stopContainer()", () => {
  it("STOP-1: kills after the grace what ignores SIGTERM, exit 137", async () => {
    const { docker, clock, client, run, inspect, actions } = aWorld();
    docker.image("deaf", { run: ignoresSigterm() });
    const dockerId = await run("deaf", { Image: "deaf" });
    await clock.resolve(client.stopContainer(dockerId, { stopTimeoutMs: 1_000 }));
    expect(clock.elapsedMs).toBe(1_000);
    expect((await inspect(dockerId)).exitCode).toBe(137);
    expect(actions.slice(2)).toEqual(["kill 15", "kill 9", "die 137", "stop"]);
    expect(clock.pending).toBe(0);
  });

  it("ends at once what ends by default on SIGTERM, exit 143", async () => {
    const { clock, client, run, inspect, actions } = aWorld();
    const dockerId = await run("a1", { Image: "app" });
    await client.stopContainer(dockerId, { stopTimeoutMs: 30_000 });
    expect((await inspect(dockerId)).exitCode).toBe(143);
    expect(actions.slice(2)).toEqual(["kill 15", "die 143", "stop"]);
    expect(clock.elapsedMs).toBe(0);
  });

  it("waits for a process that takes its time, and no longer", async () => {
    const { docker, clock, client, run, inspect } = aWorld();
    docker.image("tidy", { run: handlesSigterm({ afterMs: 700, exitCode: 5 }) });
    const dockerId = await run("tidy", { Image: "tidy" });
    await clock.resolve(client.stopContainer(dockerId, { stopTimeoutMs: 30_000 }));
    expect(clock.elapsedMs).toBe(700);
    expect((await inspect(dockerId)).exitCode).toBe(5);
  });

  it("rounds a part of a second up, as the API has whole ones", async () => {
    const { docker, clock, client, run } = aWorld();
    docker.image("deaf", { run: ignoresSigterm() });
    const dockerId = await run("deaf", { Image: "deaf" });
    await clock.resolve(client.stopContainer(dockerId, { stopTimeoutMs: 1_200 }));
    expect(clock.elapsedMs).toBe(2_000);
  });

  it("uses the image's stop signal", async () => {
    const { docker, client, run, inspect, actions } = aWorld();
    docker.image("nginx", { config: { stopSignal: "SIGQUIT" } });
    const dockerId = await run("nginx", { Image: "nginx" });
    await client.stopContainer(dockerId, { stopTimeoutMs: 1_000 });
    expect(actions).toContain("kill 3");
    expect((await inspect(dockerId)).exitCode).toBe(131);
  });

  it("is fine with what does not run, and knows what is not there", async () => {
    const { client, create, actions, errorOf } = aWorld();
    const dockerId = await create("a1", { Image: "app" });
    await client.stopContainer(dockerId, { stopTimeoutMs: 0 });
    expect(actions).toEqual(["create"]);
    expect(await errorOf(client.stopContainer(asDockerId("f".repeat(64)), { stopTimeoutMs: 0 }))).toMatchObject({
      name: "NoSuchContainerError",
      status: 404,
      retryable: false,
    });
  });
});

describe("killContainer()", () => {
  it("STOP-7: SIGKILL ends it with 137, other signals by their number", async () => {
    const { client, run, inspect, actions } = aWorld();
    const killed = await run("a1", { Image: "app" });
    const hungUp = await run("a2", { Image: "app" });
    await client.killContainer(killed, "SIGKILL");
    await client.killContainer(hungUp, "HUP");
    expect((await inspect(killed)).exitCode).toBe(137);
    expect((await inspect(hungUp)).exitCode).toBe(129);
    expect(actions.slice(-4)).toEqual(["kill 9", "die 137", "kill 1", "die 129"]);
    await client.killContainer(killed, "SIGKILL");
  });

  it("a signal that nobody asked for changes nothing when it is harmless", async () => {
    const { client, run, inspect } = aWorld();
    const dockerId = await run("a1", { Image: "app" });
    await client.killContainer(dockerId, "SIGWINCH");
    expect((await inspect(dockerId)).status).toBe("running");
  });
});

describe("removeContainer()", () => {
  it("refuses what runs, unless by force: kill, die, destroy", async () => {
    const { client, run, actions, errorOf, docker } = aWorld();
    const dockerId = await run("a1", { Image: "app" });
    const calm = { force: false, removeVolumes: true };
    expect(await errorOf(client.removeContainer(dockerId, calm))).toMatchObject({
      name: "CannotRemoveContainerError",
      status: 409,
      retryable: true,
    });
    await client.removeContainer(dockerId, { ...calm, force: true });
    expect(actions.slice(2)).toEqual(["kill 9", "die 137", "destroy"]);
    expect(docker.containers()).toEqual([]);
    expect(await client.inspectContainer(dockerId)).toBeUndefined();
    await client.removeContainer(dockerId, calm);
  });

  it("by name is fine, too, and the name is free again", async () => {
    const { client, create } = aWorld();
    await create("a1", { Image: "app" });
    await client.removeContainer(asDockerName("a1"), { force: false, removeVolumes: true });
    await create("a1", { Image: "app" });
  });
});

describe("createContainer()", () => {
  it("refuses a name that is taken", async () => {
    const { client, create, errorOf } = aWorld();
    const holder = await create("a1", { Image: "app" });
    expect(await errorOf(client.createContainer({ name: asDockerName("a1"), body: { Image: "app" } }))).toMatchObject({
      name: "CannotCreateContainerError",
      status: 409,
      retryable: false,
      message: expect.stringContaining(`The container name "/a1" is already in use by container "${holder}"`),
    });
  });

  it("refuses an image that is not there, a name that is none, and an image without a command", async () => {
    const { docker, create } = aWorld();
    docker.image("empty", { config: { cmd: [] } });
    await expect(create("a1", { Image: "missing:1" })).rejects.toMatchObject({
      status: 404,
      message: "No such image: missing:1",
    });
    await expect(create("-a1", { Image: "app" })).rejects.toMatchObject({ status: 400 });
    await expect(create("a1", { Image: "empty" })).rejects.toMatchObject({
      status: 400,
      message: "no command specified",
    });
  });

  it("gives events the labels, the image and the name", async () => {
    const { docker, create } = aWorld();
    const attributes: unknown[] = [];
    docker.onEvent((event) => attributes.push(event.attributes));
    docker.image("app", { config: { labels: { built: "today" } } });
    await create("a1", { Image: "app", Labels: { task: "t" } });
    expect(attributes).toEqual([{ built: "today", task: "t", image: "app", name: "a1" }]);
  });
});

describe("listContainers()", () => {
  it("filters by labels and by whether they run, the newest first", async () => {
    const { client, create, run } = aWorld();
    const first = await run("a1", { Image: "app", Labels: { task: "1" } });
    const second = await create("a2", { Image: "app", Labels: { task: "2" } });
    await create("a3", { Image: "app" });
    const idsOf = async (request: Parameters<typeof client.listContainers>[0]) =>
      (await client.listContainers(request)).map(({ dockerId }) => dockerId);
    expect(await idsOf({ all: true, labels: { task: true } })).toEqual([second, first]);
    expect(await idsOf({ all: false, labels: {} })).toEqual([first]);
    expect(await idsOf({ all: true, labels: { task: "2" } })).toEqual([second]);
    expect((await client.listContainers({ all: true, labels: {} })).map(({ state }) => state)).toEqual([
      "created",
      "created",
      "running",
    ]);
  });
});

describe("scripts", () => {
  it("for a container beat those of its image, by ECS name, Docker name or pattern", async () => {
    const { docker, clock, run, inspect } = aWorld();
    docker.container("web", { run: exits(1) });
    docker.container("by-name", { run: exits(2) });
    docker.container(/^ecs-.*-db-/, { run: exits(3) });
    const ids = [
      await run("ecs-x-web-1", { Image: "app", Labels: { "com.amazonaws.ecs.container-name": "web" } }),
      await run("by-name", { Image: "app" }),
      await run("ecs-x-db-2", { Image: "app" }),
      await run("other", { Image: "app" }),
    ];
    await clock.advance(1);
    const codes = await Promise.all(ids.map(async (id) => (await inspect(id)).exitCode));
    expect(codes).toEqual([1, 2, 3, undefined]);
  });

  it("can be several for one process, and print", async () => {
    const { docker, clock, run } = aWorld();
    docker.image("chatty", { run: [prints(["one", "two"], { everyMs: 10 }), exits(0, { afterMs: 15 })] });
    await run("chatty", { Image: "chatty" });
    await clock.advance(5);
    expect(docker.logOf("chatty")).toEqual(["one"]);
    await clock.runUntilIdle();
    expect(docker.logOf("chatty")).toEqual(["one", "two"]);
  });
});
