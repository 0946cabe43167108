import { describe, expect, it } from "vitest";
import { exits, handlesSigterm, healthyAfter, ignoresSigterm } from "./behaviour.ts";
import { aWorld, failureOf } from "./test-world.ts";

describe("a restart of the daemon", () => {
  it("EVT-1: with live restore containers go on", async () => {
    const { docker, clock, client, run, inspect } = aWorld({ liveRestore: true });
    const dockerId = await run("a1", { Image: "app" });
    const before = await inspect(dockerId);
    docker.restartDaemon({ downMs: 5_000 });
    await expect(client.ping()).rejects.toMatchObject({ retryable: true, indeterminate: false });
    await clock.advance(5_000);
    expect(await inspect(dockerId)).toMatchObject({ status: "running", startedAt: before.startedAt, pid: before.pid });
    await client.stopContainer(dockerId, { stopTimeoutMs: 1_000 });
    expect((await inspect(dockerId)).exitCode).toBe(143);
  });

  it("EVT-2: without it they end with their real exit codes, and nobody is told", async () => {
    const { docker, clock, run, inspect, actions } = aWorld();
    docker.image("tidy", { run: handlesSigterm({ afterMs: 300, exitCode: 7 }) });
    docker.image("deaf", { run: ignoresSigterm() });
    const ids = [
      await run("plain", { Image: "app" }),
      await run("tidy", { Image: "tidy" }),
      await run("deaf", { Image: "deaf" }),
    ];
    const told = actions.length;
    docker.restartDaemon({ downMs: 2_000 });
    await clock.advance(2_000);
    const codes = await Promise.all(ids.map(async (id) => (await inspect(id)).exitCode));
    expect(codes).toEqual([143, 7, 137]);
    expect(actions.slice(told)).toEqual([]);
  });

  it("a daemon that is killed leaves the processes alone until it is back", async () => {
    const { docker, clock, run, inspect } = aWorld();
    docker.image("job", { run: exits(4, { afterMs: 1_000 }) });
    const job = await run("job", { Image: "job" });
    const app = await run("app", { Image: "app" });
    docker.killDaemon();
    await clock.advance(5_000);
    expect(docker.find("app")?.status).toBe("running");
    docker.startDaemon();
    expect(await inspect(job)).toMatchObject({ exitCode: 4, finishedAt: clock.now() - 4_000 });
    expect(await inspect(app)).toMatchObject({ exitCode: 137, finishedAt: clock.now() });
  });

  it("calls under way lose their answers, and what they began is forgotten", async () => {
    const { docker, clock, client, run } = aWorld({ liveRestore: true });
    docker.image("deaf", { run: ignoresSigterm() });
    const dockerId = await run("deaf", { Image: "deaf" });
    const stopping = failureOf(client.stopContainer(dockerId, { stopTimeoutMs: 5_000 }));
    await clock.advance(1_000);
    docker.restartDaemon({ downMs: 1_000 });
    expect(await stopping).toMatchObject({ name: "CannotStopContainerError", retryable: true, indeterminate: true });
    await clock.advance(60_000);
    expect(docker.find("deaf")?.status).toBe("running");
  });

  it("a call that was on its way does nothing", async () => {
    const { docker, clock, client, create } = aWorld({ latency: { startContainer: 500 } });
    const dockerId = await create("a1", { Image: "app" });
    const starting = failureOf(client.startContainer(dockerId));
    await clock.advance(100);
    docker.restartDaemon({ downMs: 10 });
    expect(await starting).toMatchObject({ indeterminate: true });
    await clock.advance(1_000);
    expect(docker.find("a1")?.status).toBe("created");
  });

  it("health checks begin anew", async () => {
    const { docker, clock, run, inspect } = aWorld({ liveRestore: true });
    docker.image("web", {
      health: healthyAfter(1),
      config: { healthCheck: { test: ["CMD", "x"], intervalMs: 1_000 } },
    });
    const dockerId = await run("web", { Image: "web" });
    await clock.advance(1_000);
    expect((await inspect(dockerId)).health?.status).toBe("healthy");
    docker.restartDaemon({ downMs: 100 });
    await clock.advance(100);
    expect((await inspect(dockerId)).health?.status).toBe("starting");
    await clock.advance(1_000);
    expect((await inspect(dockerId)).health?.status).toBe("healthy");
  });

  it("streams end with an error", async () => {
    const { docker, clock, client, run } = aWorld();
    const dockerId = await run("a1", { Image: "app" });
    const signal = new AbortController().signal;
    const read = async (stream: AsyncIterable<unknown>) => {
      for await (const _ of stream);
    };
    const reading = Promise.allSettled([
      read(client.logs(dockerId, { follow: true })),
      read(client.stats(dockerId, { signal })),
    ]);
    await clock.advance(10);
    docker.stopDaemon();
    const lost = { status: "rejected", reason: expect.objectContaining({ retryable: true, indeterminate: true }) };
    expect(await reading).toEqual([lost, lost]);
  });
});
