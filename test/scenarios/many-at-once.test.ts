/** A burst of tasks: they begin a portion at a time, and each comes to its end whatever is asked of it before it begins. */
import { describe, expect, it } from "vitest";
import { DockerTaskEngine } from "../../src/index.ts";
import { MemoryLog, MemoryStateStore, SimulatedHost } from "../../src/testing/index.ts";

const COUNT = 100;

async function engineWithTasks() {
  const host = new SimulatedHost();
  const { clock, random } = host;
  const log = new MemoryLog();
  const engine = new DockerTaskEngine({
    client: host.docker.client(),
    store: new MemoryStateStore(),
    clock,
    random,
    log,
    dynamicPortRange: "32768-33767",
    probeHostPort: async () => true,
  });
  await clock.resolve(engine.init());
  const tasks = Array.from({ length: COUNT }, () => host.task([{ name: "web" }]));
  const statuses = () => tasks.map(({ arn }) => engine.getTaskByArn(arn)?.knownStatus);
  return { host, clock, engine, tasks, statuses };
}

describe("a hundred tasks at once", () => {
  it("all come to run", async () => {
    const { host, clock, engine, tasks, statuses } = await engineWithTasks();
    await clock.resolve(Promise.all(tasks.map((task) => engine.addTask(task))));
    await clock.runUntil(() => statuses().every((status) => status === "RUNNING"));
    expect(host.docker.containers()).toHaveLength(COUNT);
  });

  it("stop without a container when they are stopped before they begin", async () => {
    const { host, clock, engine, tasks, statuses } = await engineWithTasks();
    const [first] = tasks;
    const addAndStop = tasks.map(async (task) => {
      await engine.addTask(task);
      if (task !== first) await engine.stopTask(task.arn);
    });
    await clock.resolve(Promise.all(addAndStop));
    await clock.runUntil(() => statuses().every((status, index) => status === (index === 0 ? "RUNNING" : "STOPPED")));
    await clock.advance(1_000);
    // Those of the first portion were on their way; of the last nothing was made.
    const made = new Set(host.docker.containers().map(({ labels }) => labels["com.amazonaws.ecs.task-arn"]));
    expect(tasks.slice(40).filter(({ arn }) => made.has(arn))).toEqual([]);
    expect(statuses().slice(1)).toEqual(Array.from({ length: COUNT - 1 }, () => "STOPPED"));
  });

  it("are forgotten when they are stopped before they begin and removed", async () => {
    const { clock, engine, tasks, statuses } = await engineWithTasks();
    const gone = tasks.map(async (task) => {
      await engine.addTask(task);
      await engine.stopTask(task.arn);
    });
    await clock.resolve(Promise.all(gone));
    await clock.runUntil(() => statuses().every((status) => status === "STOPPED"));
    await clock.resolve(Promise.all(tasks.map(({ arn }) => engine.removeTask(arn))));
    expect(engine.listTasks()).toEqual([]);
  });
});
