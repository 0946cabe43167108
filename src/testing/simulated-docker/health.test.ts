import { describe, expect, it } from "vitest";
import { becomesUnhealthy, type ContainerScript, healthyAfter, neverHealthy } from "./behaviour.ts";
import { aWorld } from "./test-world.ts";

const SECOND_NS = 1e9;

async function checked(
  script: ContainerScript,
  health: { readonly StartPeriod?: number; readonly Retries?: number } = {},
) {
  const world = aWorld();
  world.docker.image("web", script);
  const dockerId = await world.run("web", {
    Image: "web",
    Healthcheck: { Test: ["CMD", "check"], Interval: 5 * SECOND_NS, Timeout: 2 * SECOND_NS, ...health },
  });
  const changes: string[] = [];
  world.docker.onEvent(({ action }) => {
    if (action.startsWith("health_status"))
      changes.push(`${world.clock.elapsedMs} ${action.slice("health_status: ".length)}`);
  });
  return { ...world, dockerId, changes };
}

describe("health checks", () => {
  it("probe first after an interval, and tell of changes only", async () => {
    const { clock, changes, dockerId, inspect, actions } = await checked({ health: healthyAfter(2) });
    expect((await inspect(dockerId)).health).toEqual({ status: "starting" });
    await clock.advance(60_000);
    expect(changes).toEqual(["10000 healthy"]);
    expect((await inspect(dockerId)).health).toEqual({ status: "healthy", output: "ok" });
    expect(actions.slice(2, 5)).toEqual(["exec_create: check", "exec_start: check", "exec_die 1"]);
  });

  it("turn unhealthy after so many failures in a row; the container goes on", async () => {
    const { clock, changes, dockerId, inspect } = await checked(
      { health: becomesUnhealthy({ afterChecks: 1 }) },
      { Retries: 2 },
    );
    await clock.advance(30_000);
    expect(changes).toEqual(["5000 healthy", "15000 unhealthy"]);
    expect(await inspect(dockerId)).toMatchObject({ status: "running", health: { status: "unhealthy", exitCode: 1 } });
  });

  it("HEALTH-1: failures in the start period do not count, a success in it does", async () => {
    const failing = await checked({ health: neverHealthy() }, { StartPeriod: 20 * SECOND_NS, Retries: 1 });
    await failing.clock.advance(19_000);
    expect(failing.changes).toEqual([]);
    await failing.clock.advance(1_000);
    expect(failing.changes).toEqual(["20000 unhealthy"]);
    const passing = await checked({ health: healthyAfter(1) }, { StartPeriod: 20 * SECOND_NS });
    await passing.clock.advance(5_000);
    expect(passing.changes).toEqual(["5000 healthy"]);
  });

  it("count a probe that takes too long as failed, and wait an interval after its end", async () => {
    const script = { health: () => ({ exitCode: 0, tookMs: 9_000 }) };
    const { clock, changes, dockerId, inspect } = await checked(script, { Retries: 2 });
    await clock.advance(14_000);
    expect(changes).toEqual(["14000 unhealthy"]);
    expect((await inspect(dockerId)).health).toMatchObject({
      output: "Health check exceeded timeout (2s)",
      exitCode: -1,
    });
  });

  it("HEALTH-6: cut the output at 1024 bytes, between characters", async () => {
    const { clock, dockerId, inspect } = await checked({ health: neverHealthy("é".repeat(600)) });
    await clock.advance(5_000);
    expect((await inspect(dockerId)).health?.output).toBe("é".repeat(512));
  });

  it("end with the container and begin anew with it", async () => {
    const { clock, client, changes, dockerId, inspect } = await checked({ health: healthyAfter(1) });
    await clock.advance(5_000);
    await client.stopContainer(dockerId, { stopTimeoutMs: 0 });
    expect((await inspect(dockerId)).health?.status).toBe("unhealthy");
    expect(clock.pending).toBe(0);
    await client.startContainer(dockerId);
    expect((await inspect(dockerId)).health).toEqual({ status: "starting" });
    await clock.advance(5_000);
    expect(changes).toEqual(["5000 healthy", "10000 healthy"]);
  });

  it("checks of the request beat those of the image, member by member; NONE switches them off", async () => {
    const { docker, clock, run, inspect } = aWorld();
    const healthCheck = { test: ["CMD-SHELL", "old"], intervalMs: 1_000, retries: 1 };
    docker.image("web", { config: { healthCheck }, health: neverHealthy() });
    const own = await run("a1", { Image: "web" });
    const off = await run("a2", { Image: "web", Healthcheck: { Test: ["NONE"] } });
    const other = await run("a3", { Image: "web", Healthcheck: { Test: ["CMD", "new"], Retries: 2 } });
    await clock.advance(1_000);
    expect((await inspect(own)).health?.status).toBe("unhealthy");
    expect(await inspect(off)).not.toHaveProperty("health");
    expect((await inspect(other)).health?.status).toBe("starting");
    await clock.advance(1_000);
    expect((await inspect(other)).health?.status).toBe("unhealthy");
  });
});
