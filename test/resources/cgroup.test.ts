import { existsSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { hostname } from "node:os";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Task } from "../../src/core/task.ts";
import { createDockerClient, MemoryStateStore } from "../../src/index.ts";
import { realDaemon } from "../docker-client/real-daemon.ts";
import { RealEngine } from "./real-engine.ts";

const ROOT = "/sys/fs/cgroup";
const LOOP = "while true; do sleep 1; done";
/** Fills memory with what cannot be thrown away, then tells. */
const fill = (mebibytes: number) =>
  `x=$(head -c ${mebibytes * 1024 * 1024} /dev/zero | tr '\\0' a); echo filled; sleep 60`;

const info = await (async () => {
  const client = createDockerClient({ endpoint: realDaemon() });
  try {
    return await client.info();
  } finally {
    client.close();
  }
})();
const isOurHost = process.getuid?.() === 0 && realDaemon().startsWith("unix:") && info.name === hostname();
const isVersion1 = isOurHost && info.cgroupVersion === "1" && info.cgroupDriver === "cgroupfs";

describe.runIf(isVersion1)("task control groups of version 1 on the real daemon", () => {
  let real: RealEngine;

  beforeEach(async () => {
    real = new RealEngine({ taskCpuMemLimit: "on", taskPidsLimit: 20 });
    await real.open();
  });
  afterEach(() => real.close());

  const setting = async (task: Task, controller: string, file: string) =>
    (await readFile(`${ROOT}/${controller}/ecs/${task.id}/${file}`, "utf8")).trim();

  it("CG-2, CG-5: limits are those of the task, its containers are in it, and nothing is left", async () => {
    const task = await real.run([{ name: "a", script: LOOP }], { cpu: "512", memory: "128" });
    await real.untilRunning(task);
    expect(await setting(task, "cpu", "cpu.cfs_quota_us")).toBe("50000");
    expect(await setting(task, "cpu", "cpu.cfs_period_us")).toBe("100000");
    expect(await setting(task, "memory", "memory.limit_in_bytes")).toBe(String(128 * 1024 * 1024));
    const { pid, raw } = await real.inspect(task, "a");
    expect(raw).toMatchObject({ HostConfig: { CgroupParent: `/ecs/${task.id}` } });
    expect(await readFile(`/proc/${pid}/cgroup`, "utf8")).toMatch(new RegExp(`:memory:/ecs/${task.id}/`));
    await real.remove(task);
    const controllers = await readdir(ROOT);
    expect(controllers.filter((name) => existsSync(`${ROOT}/${name}/ecs/${task.id}`))).toEqual([]);
  });

  it("CG-3: without a task CPU its weight is the sum of its containers'", async () => {
    const task = await real.run([
      { name: "a", script: LOOP, cpu: 0 },
      { name: "b", script: LOOP, cpu: 256 },
    ]);
    await real.untilRunning(task);
    expect(await setting(task, "cpu", "cpu.shares")).toBe("258");
    expect(await setting(task, "cpu", "cpu.cfs_quota_us")).toBe("-1");
  });

  it("CG-1: two containers that are each within their limit cannot have more than the task together", async () => {
    const task = await real.run(
      [
        { name: "a", script: fill(60), memory: 100 },
        { name: "b", script: fill(60), memory: 100 },
      ],
      { memory: "100" },
    );
    const ended = await real.untilStopped(task);
    expect(ended.containers.map(({ exitCode }) => exitCode)).toContain(137);
    const alone = await real.run([{ name: "a", script: fill(20), memory: 100 }], { memory: "100" });
    await real.untilRunning(alone);
    expect((await real.inspect(alone, "a")).status).toBe("running");
  });

  it("CG-4: a container larger than its task ends it before any container is created", async () => {
    const fits = await real.run([{ name: "a", script: LOOP, memory: 64 }], { memory: "128" });
    const definition = { ...fits.definition, memory: "32" };
    const id = "f".repeat(31).concat("0");
    const task = { ...fits, id, arn: fits.arn.replace(fits.id, id) as Task["arn"], definition };
    await real.engine.addTask(task);
    const ended = await real.untilStopped(task);
    expect(ended.stoppedReason).toBe(
      "CgroupError: task memory spec builder: container memory limit(64) greater than task memory limit(32)",
    );
    expect(ended.containers.map(({ createRequestedAt }) => createRequestedAt)).toEqual([undefined]);
    await real.engine.removeTask(task.arn);
  });

  it("CG-6: the process beyond the limit cannot be made", async () => {
    const script = "for i in $(seq 30); do sleep 30 & done; echo all; wait";
    const task = await real.run([{ name: "a", script }]);
    const lines = await real.untilStopped(task).then(() => real.output(task, "a"));
    expect(lines.join("\n")).toMatch(/can't fork|Resource temporarily unavailable/);
  });
});

describe.runIf(isVersion1)("a task control group over a crash of the engine", () => {
  it("CG-5: the next engine removes what the last one made", async () => {
    const kept = { taskCpuMemLimit: "on", engineId: "test-cgroup-crash", store: new MemoryStateStore() } as const;
    const crashed = new RealEngine(kept);
    await crashed.open();
    const task = await crashed.run([{ name: "a", script: LOOP }], { memory: "128" });
    await crashed.untilRunning(task);
    crashed.engine.abandon();
    crashed.client.close();

    const next = new RealEngine(kept);
    await next.open();
    try {
      expect((await next.inspect(task, "a")).status).toBe("running");
      expect(existsSync(`${ROOT}/memory/ecs/${task.id}`)).toBe(true);
      await next.remove(task);
      expect(existsSync(`${ROOT}/memory/ecs/${task.id}`)).toBe(false);
    } finally {
      await next.close();
    }
  });
});

describe("task control groups on a daemon of which they cannot be made", () => {
  it("CG-7: off, tasks run with limits on their containers only", async () => {
    const real = new RealEngine({ taskCpuMemLimit: "off" });
    await real.open();
    try {
      const task = await real.run([{ name: "a", script: LOOP }], { memory: "128" });
      await real.untilRunning(task);
      expect((await real.inspect(task, "a")).raw).toMatchObject({ HostConfig: { CgroupParent: "" } });
    } finally {
      await real.close();
    }
  });
});
