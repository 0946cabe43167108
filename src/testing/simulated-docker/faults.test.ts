import { describe, expect, it } from "vitest";
import { asDockerName } from "../../core/brand.ts";
import { ignoresSigterm } from "./behaviour.ts";
import { type FaultProfile, roughFaults } from "./faults.ts";
import { aWorld, failureOf } from "./test-world.ts";

const create = (name: string) => ({ name: asDockerName(name), body: { Image: "app" } });

describe("named faults of calls", () => {
  it("errorBeforeEffect: the daemon says so and does nothing", async () => {
    const { docker, client, errorOf } = aWorld();
    docker.faults.next("createContainer", { kind: "errorBeforeEffect", status: 503, message: "busy" });
    expect(await errorOf(client.createContainer(create("a1")))).toMatchObject({
      name: "CannotCreateContainerError",
      message: "busy",
      status: 503,
      retryable: true,
      indeterminate: false,
    });
    expect(docker.containers()).toEqual([]);
    await client.createContainer(create("a1"));
    expect(docker.faults.counts).toEqual({ errorBeforeEffect: 1 });
  });

  it("errorAfterEffect: it is done, and nobody knows", async () => {
    const { docker, client, errorOf } = aWorld();
    docker.faults.next("createContainer", { kind: "errorAfterEffect" });
    expect(await errorOf(client.createContainer(create("a1")))).toMatchObject({
      name: "CannotCreateContainerError",
      retryable: true,
      indeterminate: true,
    });
    expect(docker.containers()).toHaveLength(1);
    expect(await errorOf(client.createContainer(create("a1")))).toMatchObject({ status: 409 });
  });

  it("connectionReset: nothing is done, and nobody knows", async () => {
    const { docker, client, errorOf } = aWorld();
    docker.faults.next("createContainer", { kind: "connectionReset" });
    expect(await errorOf(client.createContainer(create("a1")))).toMatchObject({ indeterminate: true });
    expect(docker.containers()).toEqual([]);
  });

  it("hang: until the caller's limit, in simulated time", async () => {
    const { docker, clock, client, errorOf } = aWorld();
    docker.faults.next("createContainer", { kind: "hang" });
    expect(await errorOf(client.createContainer(create("a1"), { timeoutMs: 7_500 }))).toMatchObject({
      name: "DockerTimeoutError",
      message: "Could not transition to created; timed out after waiting 7.5s",
      retryable: true,
      indeterminate: true,
    });
    expect(clock.elapsedMs).toBe(7_500);
    docker.faults.next("inspectContainer", { kind: "hang" });
    await errorOf(client.inspectContainer(asDockerName("a1")));
    expect(clock.elapsedMs).toBe(37_500);
    expect(clock.pending).toBe(0);
  });

  it("hang: can take effect all the same, or end by itself", async () => {
    const { docker, clock, client, errorOf } = aWorld();
    docker.faults.next("createContainer", { kind: "hang", takesEffect: true });
    await errorOf(client.createContainer(create("a1")));
    expect(docker.find("a1")?.createdAt).toBe(clock.now() - 240_000);
    docker.faults.next("createContainer", { kind: "hang", forMs: 1_000 });
    await clock.resolve(client.createContainer(create("a2")));
    expect(docker.find("a2")?.createdAt).toBe(clock.now());
  });

  it("hang: ends with the caller's wish", async () => {
    const { docker, clock, client } = aWorld();
    docker.faults.next("ping", { kind: "hang" });
    const controller = new AbortController();
    const pinging = client.ping({ signal: controller.signal });
    const reason = new Error("stop it");
    clock.schedule(clock.now(), () => controller.abort(reason));
    const [answer] = await Promise.all([Promise.allSettled([pinging]), clock.advance(1)]);
    expect(answer).toEqual([{ status: "rejected", reason }]);
    expect(clock.pending).toBe(0);
  });

  it("nameConflict and diskFull: what create says then", async () => {
    const { docker, client, errorOf } = aWorld();
    docker.faults.next("createContainer", { kind: "nameConflict" });
    docker.faults.next("createContainer", { kind: "diskFull" });
    expect(await errorOf(client.createContainer(create("a1")))).toMatchObject({ status: 409 });
    expect(await errorOf(client.createContainer(create("a1")))).toMatchObject({
      status: 500,
      message: expect.stringContaining("no space left on device"),
      retryable: false,
    });
    expect(docker.faults.counts).toEqual({ nameConflict: 1, diskFull: 1 });
  });

  it("pullError and connectionReset: inside the stream", async () => {
    const { docker, client, errorOf } = aWorld();
    docker.image("web", { where: "registry" });
    const lines: string[] = [];
    const pull = () => errorOf(client.pullImage("web", { onProgress: ({ status }) => lines.push(status) }));
    docker.faults.next("pullImage", { kind: "pullError", atLayer: 1, message: "toomanyrequests" });
    const told = await pull();
    expect(told).toMatchObject({ name: "CannotPullContainerError", message: "toomanyrequests", retryable: true });
    expect(told.status).toBeUndefined();
    expect(lines.at(-1)).toBe("Pull complete");
    lines.length = 0;
    docker.faults.next("pullImage", { kind: "connectionReset", afterItems: 2 });
    expect(await pull()).toMatchObject({ name: "CannotPullContainerError", indeterminate: true });
    expect(lines).toHaveLength(2);
    expect(await client.inspectImage("web")).toBeUndefined();
  });

  it("latency: and a slow daemon under parallel starts", async () => {
    const { docker, clock, client } = aWorld({ latency: { startContainer: 100 } });
    docker.faults.next("ping", { kind: "latency", ms: 300 });
    await clock.resolve(client.ping());
    expect(clock.elapsedMs).toBe(300);
    docker.faults.slowParallelStarts(50);
    const ids = await Promise.all(
      ["a1", "a2", "a3"].map(async (name) => (await client.createContainer(create(name))).dockerId),
    );
    const startedAt: number[] = [];
    const starts = ids.map(async (dockerId) => {
      await client.startContainer(dockerId);
      startedAt.push(clock.elapsedMs - 300);
    });
    await clock.resolve(Promise.all(starts));
    expect(startedAt).toEqual([100, 150, 200]);
    expect(docker.faults.counts.slowParallelStarts).toBe(2);
  });

  it("strike as often as told, and only whom they are meant for", async () => {
    const { docker, client } = aWorld();
    docker.faults.next("createContainer", { kind: "diskFull" }, { subject: /^bad/, times: 2 });
    const stop = docker.faults.always("ping", { kind: "errorBeforeEffect" });
    await client.createContainer(create("good"));
    for (const name of ["bad1", "bad2"]) await expect(client.createContainer(create(name))).rejects.toThrow("no space");
    await client.createContainer(create("bad3"));
    for (let time = 0; time < 3; time++) await expect(client.ping()).rejects.toThrow();
    stop();
    await client.ping();
    docker.faults.next("ping", { kind: "errorBeforeEffect" });
    docker.calm();
    await client.ping();
  });
});

describe("several clients", () => {
  it("one that is cut loses its call; the daemon goes on", async () => {
    const { docker, clock, client, run, errorOf } = aWorld();
    docker.image("deaf", { run: ignoresSigterm() });
    const dockerId = await run("deaf", { Image: "deaf" });
    const stopping = failureOf(client.stopContainer(dockerId, { stopTimeoutMs: 5_000 }));
    await clock.settle();
    client.cut();
    expect(await stopping).toMatchObject({ name: "CannotStopContainerError", retryable: true, indeterminate: true });
    expect(await errorOf(client.ping())).toMatchObject({ retryable: true, indeterminate: false });
    await clock.advance(5_000);
    expect(docker.find("deaf")).toMatchObject({ status: "stopped", exitCode: 137 });
    await docker.client().ping();
    client.repair();
    await client.ping();
  });
});

describe("random faults", () => {
  /** Ten containers created, started, stopped and removed, whatever goes wrong on the way; the whole story as text. */
  async function story(seed: number, profile: FaultProfile = roughFaults): Promise<readonly string[]> {
    const { docker, clock, client } = aWorld({ seed, latency: { default: { minMs: 1, maxMs: 20 } } });
    const lines: string[] = [];
    docker.onCall(({ at, operation, outcome }) => lines.push(`${at} ${operation} ${outcome}`));
    docker.onEvent(({ at, action, id }) => lines.push(`${at} ${action} ${id}`));
    docker.faults.random(seed, profile);
    const attempt = async (call: () => Promise<unknown>) => {
      await Promise.allSettled([call()]);
    };
    const lives = Array.from({ length: 10 }, async (_, index) => {
      const name = asDockerName(`c${index}`);
      await attempt(() => client.createContainer(create(name)));
      const dockerId = docker.find(name)?.dockerId;
      if (dockerId === undefined) return;
      await attempt(() => client.startContainer(dockerId));
      await attempt(() => client.stopContainer(dockerId, { stopTimeoutMs: 1_000 }));
      await attempt(() => client.removeContainer(dockerId, { force: true, removeVolumes: true }));
    });
    await clock.resolve(Promise.all(lives));
    docker.calm();
    lines.push(JSON.stringify(docker.faults.counts));
    return lines;
  }

  it("the same seed gives the same story to the last digit, another seed another one", async () => {
    expect(await story(11)).toEqual(await story(11));
    expect(await story(11)).not.toEqual(await story(12));
  });

  it("are counted by kind, and come about as often as the profile says", async () => {
    const { docker, client } = aWorld();
    docker.faults.random(5, { rates: { errorBeforeEffect: 0.2 }, operations: ["ping"] });
    await Promise.allSettled(Array.from({ length: 1_000 }, () => client.ping()));
    await Promise.allSettled(Array.from({ length: 1_000 }, () => client.info()));
    expect(docker.faults.counts.errorBeforeEffect).toBeGreaterThan(150);
    expect(docker.faults.counts.errorBeforeEffect).toBeLessThan(250);
  });

  it("restart the daemon and move the clock until calm", async () => {
    const { docker, clock } = aWorld();
    docker.faults.random(3, {
      rates: {},
      daemonRestart: { everyMs: 10_000, downMs: [100, 2_000], liveRestore: "either" },
      clockJump: { everyMs: 20_000, maxMs: 60_000 },
    });
    await clock.advance(600_000);
    expect(docker.faults.counts.daemonRestart).toBeGreaterThan(20);
    expect(docker.faults.counts.clockJump).toBeGreaterThan(10);
    docker.calm();
    expect(docker.isUp).toBe(true);
    await clock.runUntilIdle();
  });
});
