/**
 * What the simulator found, as small scenarios. The seeds are those of the day: the generator has drawn other plans since,
 * and the scenario is what was left of the plan after it was shortened.
 */
import { describe, expect, it } from "vitest";
import { asDockerName } from "../../src/core/brand.ts";
import { DEFAULT_MACHINE_CONFIG } from "../../src/core/machine/config.ts";
import type { StateStore } from "../../src/ports/state-store.ts";
import { FailingStateStore } from "../../src/store/failing-state-store.ts";
import { MemoryStateStore } from "../../src/store/memory-state-store.ts";
import { exits } from "../../src/testing/index.ts";
import { startedHost } from "./started-host.ts";

const CLEANUP_MS = 3 * 60 * 60_000;

describe("found by the simulator", () => {
  it("seed 274, store: a task that is added twice at once is one task", async () => {
    const rows = new MemoryStateStore();
    let commits = 0;
    const slow: StateStore = {
      load: () => rows.load(),
      close: () => rows.close(),
      commit: async (mutations) => {
        commits += 1;
        if (commits === 2) await host.clock.sleep(2_000);
        await rows.commit(mutations);
      },
    };
    const host = await startedHost({ store: slow });
    const seen: string[] = [];
    host.engine.subscribe((event) => {
      if (event.type === "task" && seen.at(-1) !== event.task.knownStatus) seen.push(event.task.knownStatus);
    });
    const task = host.task([{ name: "web" }]);
    await host.clock.resolve(Promise.all([host.engine.addTask(task), host.engine.addTask(task)]));
    await host.untilStatus(task, "RUNNING");
    await host.clock.advance(10_000);
    expect(seen).toEqual([...new Set(seen)]);
    expect(host.told(task).filter((each) => each === "web RUNNING")).toHaveLength(1);
  });

  it("seed 10, calm: a container that is pulled and never made gives its image back", async () => {
    const machine = { ...DEFAULT_MACHINE_CONFIG, pullDependentsUpfront: true };
    const host = await startedHost({ config: { machine } });
    host.docker.container("init", { run: exits(1, { afterMs: 5_000 }) });
    const task = host.task([
      { name: "init", essential: false },
      { name: "web", dependsOn: [{ containerName: "init", condition: "SUCCESS" }] },
    ]);
    await host.add(task);
    await host.untilStatus(task, "STOPPED");
    await host.clock.advance(2 * CLEANUP_MS);
    expect(host.engine.listTasks()).toEqual([]);
    expect(host.images.imageStates().flatMap(({ references }) => [...references])).toEqual([]);
  });

  it("seed 1919, store: after a restart an image is in use from its pull on", async () => {
    const machine = { ...DEFAULT_MACHINE_CONFIG, pullDependentsUpfront: true };
    const host = await startedHost({ config: { machine } });
    host.docker.image("other:1");
    const task = host.task([
      { name: "web", essential: false },
      { name: "late", image: "other:1", dependsOn: [{ containerName: "web", condition: "COMPLETE" }] },
    ]);
    await host.add(task);
    await host.clock.runUntil(() => host.container(task, "late").knownStatus === "PULLED");
    host.crash();
    await host.clock.advance(CLEANUP_MS);
    await host.start();
    await host.clock.resolve(host.images.removeUnusedImages());
    expect(host.docker.state.images.find("other:1")).toBeDefined();
  });

  it("seed 201, rough: what somebody else has put under our name is not removed", async () => {
    const host = await startedHost();
    const task = host.task([{ name: "web" }]);
    const name = asDockerName(task.containers[0]?.dockerName ?? "");
    await host.clock.resolve(host.docker.client().createContainer({ name, body: { Image: "app" } }));
    await host.add(task);
    await host.untilStatus(task, "STOPPED");
    await host.clock.advance(2 * CLEANUP_MS);
    expect(host.engine.listTasks()).toEqual([]);
    expect(host.docker.containers().map((each) => each.dockerName)).toEqual([name]);
  });

  it("seed 71, rough: a task whose volume is being removed says so", async () => {
    const host = await startedHost();
    host.docker.container("web", { run: exits(0) });
    const mountPoints = [{ sourceVolume: "data", containerPath: "/data" }];
    const task = host.task([{ name: "web", mountPoints }], { volumes: [{ name: "data" }] });
    host.docker.faults.next("removeVolume", { kind: "hang", forMs: 20_000 });
    await host.add(task);
    await host.untilStatus(task, "STOPPED");
    await host.clock.advance(CLEANUP_MS + 1_000);
    expect(host.engine.whyBlocked(task.arn)).toEqual([
      { type: "docker", containerName: "dockerVolume/data", action: "removeResource" },
    ]);
  });

  it("seed 4659, store: a task that was refused does not come back with a restart", async () => {
    const rows = new MemoryStateStore();
    let failures = 0;
    const store = new FailingStateStore(rows, ({ operation }) => {
      if (operation !== "commit" || failures === 0) return undefined;
      failures -= 1;
      return failures === 2 ? "failAfter" : "failBefore";
    });
    const host = await startedHost({ store });
    const task = host.task([{ name: "web" }]);
    failures = 3;
    await expect(host.add(task)).rejects.toThrow("failure of the script");
    await expect(host.add(task)).rejects.toThrow("is being undone");
    await host.clock.advance(5_000);
    expect(rows.snapshot().tasks).toEqual([]);
    await host.add(task);
    await host.untilStatus(task, "RUNNING");
  });

  it("seed 1244, store: an engine that ends while it forgets a task fails nowhere else", async () => {
    const rows = new MemoryStateStore();
    let isBroken = false;
    const store = new FailingStateStore(rows, ({ mutations }) =>
      isBroken && mutations.some(({ type }) => type === "deleteTask") ? "failBefore" : undefined,
    );
    const host = await startedHost({ store });
    const unheard: unknown[] = [];
    const listen = (error: unknown) => unheard.push(error);
    process.on("unhandledRejection", listen);
    host.docker.container("web", { run: exits(0) });
    const task = host.task([{ name: "web" }]);
    await host.add(task);
    await host.untilStatus(task, "STOPPED");
    isBroken = true;
    await host.clock.advance(2 * CLEANUP_MS);
    await host.shutdown();
    await host.clock.advance(10_000);
    process.off("unhandledRejection", listen);
    expect(unheard).toEqual([]);
    isBroken = false;
    await host.start();
    await host.clock.advance(10_000);
    expect(rows.snapshot().tasks).toEqual([]);
  });

  it("seed 20945, stuck: what a dead engine has started is not started again when nobody could look", async () => {
    const host = await startedHost();
    host.docker.container("job", { run: exits(0, { afterMs: 1_000 }) });
    host.docker.faults.next("startContainer", { kind: "hang", takesEffect: true });
    const task = host.task([{ name: "job" }]);
    await host.add(task);
    await host.clock.runUntil(() => host.docker.find("job")?.status === "running");
    host.crash();
    await host.clock.advance(5_000);
    host.docker.faults.next("inspectContainer", { kind: "errorBeforeEffect" });
    await host.start();
    const ended = await host.untilStatus(task, "STOPPED");
    expect(ended.containers[0]?.exitCode).toBe(0);
    expect([...host.docker.state.containers].map(({ starts }) => starts)).toEqual([1]);
  });
});
