import { expect, it } from "vitest";
import { COMMANDS, type World } from "./contract-world.ts";

const SECOND_NS = 1_000_000_000;
const often = { Interval: SECOND_NS, Timeout: 10 * SECOND_NS, Retries: 2 };

export function testHealth(world: () => World): void {
  it("DC-45: is starting until the first check has ended", async () => {
    const { client, run } = world();
    const Healthcheck = { Test: ["CMD", "true"], Interval: 3600 * SECOND_NS };
    const dockerId = await run(COMMANDS.run, { Healthcheck });
    expect((await client.inspectContainer(dockerId))?.health).toMatchObject({ status: "starting" });
  });

  it("IT-15: becomes healthy, with one event for the change", async () => {
    const { client, run, record } = world();
    const events = await record();
    const dockerId = await run(COMMANDS.run, { Healthcheck: { ...often, Test: ["CMD", "true"] } });
    await events.event(dockerId, "health_status: healthy");
    const health = (await client.inspectContainer(dockerId))?.health;
    expect(health?.status).toBe("healthy");
    expect(health).not.toHaveProperty("exitCode");
    await client.stopContainer(dockerId, { stopTimeoutMs: 0 });
    await events.event(dockerId, "stop");
    const actions = events.actionsOf(dockerId).filter((action) => action.startsWith("health_status"));
    expect(actions).toEqual(["health_status: healthy"]);
  });

  it("HEALTH-3: becomes unhealthy after the retries, and goes on running", async () => {
    const { client, run, record } = world();
    const events = await record();
    const dockerId = await run(COMMANDS.run, { Healthcheck: { ...often, Test: ["CMD", "false"] } });
    await events.event(dockerId, "health_status: unhealthy");
    expect(await client.inspectContainer(dockerId)).toMatchObject({
      status: "running",
      health: { status: "unhealthy", exitCode: 1 },
    });
  });

  it("is absent without a check", async () => {
    const { client, run } = world();
    expect(await client.inspectContainer(await run(COMMANDS.run))).not.toHaveProperty("health");
  });
}
