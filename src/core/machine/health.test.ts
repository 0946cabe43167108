/** Container health as it is kept. Source: engine-modern 10, engine-behaviour 1.13. */
import { describe, expect, it } from "vitest";
import { aContainer } from "../../testing/builders.ts";
import { aTaskOf, MachineWorld } from "../../testing/machine-harness.ts";
import type { ObservedHealth } from "./input.ts";

function running(partial: Parameters<typeof aContainer>[0] = {}): MachineWorld {
  const world = MachineWorld.begin(aTaskOf(aContainer({ hasHealthCheck: true, ...partial })));
  world.settle();
  return world;
}

function tell(world: MachineWorld, health: ObservedHealth) {
  world.see("web", { kind: "health", health });
  return world.container("web").health;
}

describe("health", () => {
  it("DM-20, DM-22: is UNKNOWN at first, then as the last check said, with its output and a time", () => {
    const world = running();
    expect(world.container("web").health).toEqual({ status: "UNKNOWN" });
    expect(tell(world, { status: "healthy", output: "ok" })).toEqual({
      status: "HEALTHY",
      since: world.now,
      output: "ok",
    });
  });

  it("HEALTH-1, DC-45: `starting` says nothing, whatever checks fail meanwhile; the first success counts", () => {
    const world = running();
    expect(tell(world, { status: "starting", exitCode: 1, output: "refused" })).toEqual({ status: "UNKNOWN" });
    expect(tell(world, { status: "healthy" }).status).toBe("HEALTHY");
  });

  it("of a container that has ended stays as its last check said, although Docker's monitor then calls it unhealthy", () => {
    const world = running();
    world.healthy("web");
    world.exit("web", 0, { health: { status: "unhealthy", exitCode: -1 } });
    expect(world.container("web")).toMatchObject({ knownStatus: "STOPPED", health: { status: "HEALTHY" } });
  });

  it("HEALTH-2, DM-23: `since` stays the same over repeated results of one kind", () => {
    const world = running();
    const { since } = tell(world, { status: "healthy" });
    world.advance(30_000);
    expect(tell(world, { status: "healthy", output: "still" })).toEqual({ status: "HEALTHY", since, output: "still" });
  });

  it("HEALTH-3: an unhealthy essential container runs on", () => {
    const world = running();
    world.unhealthy("web");
    expect(world.pending).toEqual([]);
    expect(world.task).toMatchObject({ knownStatus: "RUNNING", desiredStatus: "RUNNING" });
  });

  it("HEALTH-4: after a restart of the engine, health is known again with the first look", () => {
    const world = running();
    world.healthy("web");
    world.crash();
    expect(world.container("web").health).toEqual({ status: "UNKNOWN" });
    world.restartEngine();
    expect(world.container("web").health.status).toBe("HEALTHY");
  });

  it("HEALTH-6: output is cut at 1024 characters", () => {
    expect(tell(running(), { status: "unhealthy", output: "x".repeat(2_000) }).output).toHaveLength(1_024);
  });

  it("DM-24: UNHEALTHY keeps the exit code of the check, and a new time", () => {
    const world = running();
    tell(world, { status: "healthy" });
    world.advance(1_000);
    expect(tell(world, { status: "unhealthy", exitCode: 3, output: "down" })).toEqual({
      status: "UNHEALTHY",
      since: world.now,
      output: "down",
      exitCode: 3,
    });
  });

  it("W-37: the exit code is gone when the container recovers", () => {
    const world = running();
    tell(world, { status: "unhealthy", exitCode: 3 });
    expect(tell(world, { status: "healthy" })).not.toHaveProperty("exitCode");
  });

  it("DM-25: is not kept of a container whose definition has no check, although its image has one", () => {
    const world = running({ hasHealthCheck: false });
    expect(tell(world, { status: "healthy" })).toEqual({ status: "UNKNOWN" });
  });

  it("EN-18: a health report changes nothing but health", () => {
    const world = running();
    const before = world.container("web");
    const step = world.unhealthy("web");
    expect(world.container("web")).toEqual({ ...before, health: world.container("web").health });
    expect(step.changes).toEqual([]);
  });

  it("MT-80: a look that shows a running container brings its health along", () => {
    const world = running();
    world.docker.set("web", { health: { status: "unhealthy", output: "refused", exitCode: 1 } });
    world.look("web");
    expect(world.container("web").health).toMatchObject({ status: "UNHEALTHY", output: "refused", exitCode: 1 });
  });
});
