/** One task, one set of containers, whatever comes twice, dies or is only half known. */
import { describe, expect, it } from "vitest";
import { exits, handlesSigterm } from "../../src/testing/index.ts";
import type { SimulatedHost } from "../../src/testing/simulated-host.ts";
import { runningTask, startedHost } from "./started-host.ts";

describe("a task that is added again", () => {
  it("CORE-11: gets no second set of containers, neither while it starts nor when it runs", async () => {
    const host = await startedHost();
    const task = host.task([{ name: "web" }, { name: "side" }]);
    await Promise.all([host.add(task), host.add(task)]);
    await host.untilStatus(task, "RUNNING");
    await host.add(task);
    await host.clock.advance(60_000);
    expect(host.docker.containers()).toHaveLength(2);
    expect(host.engine.listTasks()).toHaveLength(1);
    expect(host.told(task).filter((each) => each === "task RUNNING")).toHaveLength(1);
  });
});

describe("a container that the engine knows by half", () => {
  it("EN-32, EN-81: created, with a name and no recorded id, is found by that name and not made again", async () => {
    const host = await startedHost();
    const task = host.task([{ name: "web" }]);
    const unwatch = host.docker.onEvent(({ action }) => {
      if (action !== "create") return;
      unwatch();
      host.crash();
    });
    const adding = host.engine.addTask(task);
    await Promise.race([host.clock.resolve(adding).catch(() => undefined), host.clock.advance(1_000)]);
    const [made] = host.docker.containers();
    await host.start();
    await host.untilStatus(task, "RUNNING");
    expect(host.docker.containers().map(({ dockerId }) => dockerId)).toEqual([made?.dockerId]);
    expect(host.container(task, "web")).toMatchObject({
      dockerId: made?.dockerId,
      dockerName: task.containers[0]?.dockerName,
      createdAt: made?.createdAt,
    });
  });

  it("EN-80: one that runs on keeps its times and its labels, and its image stays referred to", async () => {
    const host = await startedHost();
    host.docker.container("web", { run: handlesSigterm({ afterMs: 10, exitCode: 0 }) });
    const task = await runningTask(host, [{ name: "web" }]);
    await host.clock.advance(1_000);
    const [before, labels, images] = [host.container(task, "web"), host.docker.find("web")?.labels, imagesOf(host)];
    host.crash();
    await host.clock.advance(60_000);
    await host.start();
    await host.clock.advance(1_000);
    const { knownStatus, createdAt, startedAt } = host.container(task, "web");
    expect({ knownStatus, createdAt, startedAt }).toEqual({
      knownStatus: before.knownStatus,
      createdAt: before.createdAt,
      startedAt: before.startedAt,
    });
    expect(host.docker.find("web")?.labels).toEqual(labels);
    expect(imagesOf(host)).toEqual(images);
    expect(images[0]?.references).toEqual([`${task.arn}/web`]);
    await host.engine.stopTask(task.arn);
    await host.untilStatus(task, "STOPPED");
    expect(host.told(task).slice(-2)).toEqual(["web STOPPED", "task STOPPED"]);
  });
});

describe("what Docker is asked for", () => {
  it("EN-34, EN-41: create by name, everything after it by the id that the create returned", async () => {
    const host = await startedHost();
    host.docker.container("web", { run: exits(0, { afterMs: 10 }) });
    const asked: string[] = [];
    host.docker.onCall(({ operation, subject }) => asked.push(`${operation} ${subject}`));
    const task = host.task([{ name: "web" }]);
    await host.add(task);
    await host.untilStatus(task, "STOPPED");
    const { dockerId, dockerName } = host.container(task, "web");
    await host.clock.resolve(host.engine.removeTask(task.arn));
    const of = (operation: string) => asked.filter((each) => each.startsWith(`${operation} `));
    expect(of("createContainer")).toEqual([`createContainer ${dockerName}`]);
    expect(of("startContainer")).toEqual([`startContainer ${dockerId}`]);
    expect(of("removeContainer")).toEqual([`removeContainer ${dockerId}`]);
  });

  it("DC-23, EN-34: a start is waited for as long as is configured, and then fails as DockerTimeoutError", async () => {
    const host = await startedHost({
      config: { limits: { createTimeoutMs: 240_000, startTimeoutMs: 45_000, killTimeoutMs: 10_000 } },
    });
    host.docker.faults.always("startContainer", { kind: "hang" });
    const task = host.task([{ name: "web" }]);
    await host.add(task);
    const before = host.clock.elapsedMs;
    const ended = await host.untilStatus(task, "STOPPED", 600_000);
    expect(ended.containers[0]?.error?.name).toBe("DockerTimeoutError");
    expect(host.clock.elapsedMs - before).toBeGreaterThanOrEqual(45_000);
    expect(host.clock.elapsedMs - before).toBeLessThan(90_000);
  });
});

function imagesOf(host: SimulatedHost) {
  return host.images.imageStates().map(({ imageId, names, references }) => ({
    imageId,
    names: [...names],
    references: [...references],
  }));
}
