/** Somebody renames a container behind the engine's back. Found on the real daemon by test/faults. */
import { describe, expect, it } from "vitest";
import type { Task } from "../../src/core/task.ts";
import { handlesSigterm } from "../../src/testing/index.ts";
import type { SimulatedHost } from "../../src/testing/simulated-host.ts";
import { runningTask, startedHost } from "./started-host.ts";

async function renamed(): Promise<{ readonly host: SimulatedHost; readonly task: Task }> {
  const host = await startedHost();
  host.docker.container("web", { run: handlesSigterm({ afterMs: 10, exitCode: 0 }) });
  const task = await runningTask(host, [{ name: "web" }]);
  host.docker.rename("web", "a-name-of-somebody-else");
  return { host, task };
}

describe("a container that was renamed", () => {
  it("is removed with its task all the same", async () => {
    const { host, task } = await renamed();
    await host.clock.resolve(host.engine.stopTask(task.arn));
    await host.untilStatus(task, "STOPPED");
    await host.clock.resolve(host.engine.removeTask(task.arn));
    expect(host.docker.containers()).toEqual([]);
  });

  it("is not taken for a stray by the next start of the engine", async () => {
    const { host, task } = await renamed();
    host.crash();
    await host.start();
    await host.clock.advance(60_000);
    expect(host.now(task).knownStatus).toBe("RUNNING");
    expect(host.docker.find("a-name-of-somebody-else")?.status).toBe("running");
  });

  it("leaves its old name to somebody else, whose container is left alone", async () => {
    const { host, task } = await renamed();
    const { dockerName } = host.container(task, "web");
    const body = { Image: "app", Labels: {} };
    await host.clock.resolve(host.docker.client().createContainer({ name: dockerName, body }));
    await host.clock.resolve(host.engine.stopTask(task.arn));
    await host.untilStatus(task, "STOPPED");
    await host.clock.resolve(host.engine.removeTask(task.arn));
    expect(host.docker.containers().map((each) => each.dockerName)).toEqual([dockerName]);
  });
});
