/** The engine leaves and comes back, its reader is away, and others make noise. */
import { describe, expect, it } from "vitest";
import { asDockerName } from "../../src/core/brand.ts";
import { ENGINE_ID_LABEL } from "../../src/core/labels.ts";
import { exits, handlesSigterm } from "../../src/testing/index.ts";
import { SimulatedHost } from "../../src/testing/simulated-host.ts";
import { runningTask, startedHost } from "./started-host.ts";

// The daemon's SIGTERM comes down to this call.
describe("shutdown()", () => {
  it("SHUT-1: with three running tasks ends within 10 s and leaves them running; the next engine picks them up", async () => {
    const host = await startedHost();
    const tasks = [1, 2, 3].map(() => host.task([{ name: "web" }]));
    for (const task of tasks) {
      await host.add(task);
      await host.untilStatus(task, "RUNNING");
    }
    const before = host.clock.elapsedMs;
    await host.shutdown();
    expect(host.clock.elapsedMs - before).toBeLessThan(10_000);
    expect(host.docker.containers().map(({ status }) => status)).toEqual(["running", "running", "running"]);
    await host.start();
    expect(tasks.map((task) => host.now(task).knownStatus)).toEqual(["RUNNING", "RUNNING", "RUNNING"]);
    for (const task of tasks) {
      await host.engine.stopTask(task.arn);
      await host.untilStatus(task, "STOPPED");
    }
    expect(host.docker.containers()).toHaveLength(3);
  });

  it.each(["pullImage", "createContainer"] as const)(
    "SHUT-2: while %s is under way: the next engine ends up with exactly one container",
    async (operation) => {
      const host = await startedHost();
      host.docker.image("slow:1", { where: "registry" });
      host.docker.faults.next(operation, { kind: "hang", forMs: 60_000, takesEffect: operation === "createContainer" });
      const task = host.task([{ name: "web", image: "slow:1" }]);
      await host.add(task);
      await host.clock.advance(5_000);
      expect(host.now(task).knownStatus).not.toBe("RUNNING");
      await host.shutdown();
      await host.clock.advance(1_000);
      await host.start();
      await host.untilStatus(task, "RUNNING");
      await host.clock.advance(120_000);
      expect(host.docker.containers().map(({ status }) => status)).toEqual(["running"]);
    },
  );
});

describe("disable()", () => {
  it("DRAIN-1: lets no new task in; those that run go on, and end in their own time", async () => {
    const host = await startedHost();
    host.docker.container("job", { run: exits(0, { afterMs: 60_000 }) });
    const running = host.task([{ name: "job" }]);
    await host.add(running);
    await host.untilStatus(running, "RUNNING");
    host.engine.disable();
    await expect(host.add(host.task([{ name: "late" }]))).rejects.toMatchObject({ name: "EngineDisabledError" });
    expect(host.docker.find("late")).toBeUndefined();
    const ended = await host.untilStatus(running, "STOPPED");
    expect(ended.containers[0]?.exitCode).toBe(0);
  });
});

describe("a reader that is away", () => {
  it("DISC-1: for ten minutes in which a task ends is told of it once, in order, and never again", async () => {
    const host = await startedHost();
    host.docker.container("web", { run: exits(0, { afterMs: 60_000 }) });
    const task = await runningTask(host, [{ name: "web" }]);
    await host.clock.advance(1_000);
    host.disconnect();
    await host.clock.advance(10 * 60_000);
    host.reconnect();
    await host.clock.advance(1_000);
    const told = host.told(task).filter((each) => !each.includes("MANIFEST"));
    expect(told).toEqual(["web RUNNING", "task RUNNING", "web STOPPED", "task STOPPED"]);
    const { length } = host.told(task);
    host.crash();
    await host.start();
    await host.clock.advance(60_000);
    expect(host.told(task)).toHaveLength(length);
  });
});

describe("a daemon that is away", () => {
  it("DC-30: fails init; the same host can be started when it is there", async () => {
    const host = new SimulatedHost();
    host.docker.stopDaemon();
    await expect(host.start()).rejects.toMatchObject({ retryable: true });
    host.docker.startDaemon();
    await host.start();
    expect(host.engine.listTasks()).toEqual([]);
  });
});

describe("events of others", () => {
  it("EVT-6, EN-19: change nothing, also those of containers that carry the engine's label", async () => {
    const host = await startedHost();
    const task = await runningTask(host, [{ name: "web" }]);
    const [told, known] = [host.told(task).length, host.now(task)];
    await liveAndDie(host, 3);
    expect(host.told(task)).toHaveLength(told);
    expect(host.now(task)).toEqual(known);
    expect(host.engine.listTasks()).toHaveLength(1);
  });

  it("EVT-5: ten thousand of them delay the news of an exit by no more than a second", async () => {
    const host = await startedHost();
    host.docker.container("web", { run: handlesSigterm({ afterMs: 0, exitCode: 5 }) });
    const task = await runningTask(host, [{ name: "web" }]);
    let events = 0;
    host.docker.onEvent(({ type }) => {
      events += type === "container" ? 1 : 0;
    });
    const began = host.clock.elapsedMs;
    // Four each: create, start, die, destroy; all in the moment in which the container of the task is told to end.
    const noise = liveAndDie(host, 2_500);
    host.docker.signal("web", "SIGTERM");
    await noise;
    const ended = await host.untilStatus(task, "STOPPED", 1_000);
    expect(ended.containers[0]?.exitCode).toBe(5);
    expect(events).toBeGreaterThanOrEqual(10_000);
    expect(host.clock.elapsedMs - began).toBeLessThanOrEqual(1_000);
  });
});

/** So many containers that nobody has in his books are made, started, killed and removed. */
async function liveAndDie(host: SimulatedHost, count: number): Promise<void> {
  const client = host.docker.client();
  const body = { Image: "app", Labels: { [ENGINE_ID_LABEL]: "simulated" } };
  for (let number = 0; number < count; number += 1) {
    const name = asDockerName(`theirs-${number}`);
    const { dockerId } = await host.clock.resolve(client.createContainer({ name, body }));
    await host.clock.resolve(client.startContainer(dockerId));
    await host.clock.resolve(client.removeContainer(dockerId, { force: true, removeVolumes: true }));
  }
}
