/** Somebody renames a container behind the engine's back. Found on the real daemon by test/faults. */
import { describe, expect, it } from "vitest";
import { asDockerName } from "../../src/core/brand.ts";
import { ENGINE_ID_LABEL, TASK_ARN_LABEL } from "../../src/core/labels.ts";
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

  it("is removed without a restart when its task has gone, whatever its name", async () => {
    const host = await startedHost();
    const client = host.docker.client();
    const create = (name: string, labels: Readonly<Record<string, string>>) =>
      host.clock.resolve(client.createContainer({ name: asDockerName(name), body: { Image: "app", Labels: labels } }));
    await create("left", { [ENGINE_ID_LABEL]: "simulated", [TASK_ARN_LABEL]: "arn:gone" });
    await create("theirs", { [ENGINE_ID_LABEL]: "another engine", [TASK_ARN_LABEL]: "arn:gone" });
    await host.clock.advance(60_000);
    expect(host.docker.containers().map((each) => each.dockerName)).toEqual(["theirs"]);
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
