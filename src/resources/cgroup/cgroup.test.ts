import { describe, expect, it } from "vitest";
import { EngineError } from "../../core/errors.ts";
import { NotOwnError } from "../../core/resources/own.ts";
import type { TaskResource } from "../../core/task.ts";
import type { DaemonInfo } from "../../ports/docker-client.ts";
import { aDefinition, aTask, TASK_ID } from "../../testing/builders.ts";
import { MemoryLog } from "../../testing/memory-log.ts";
import type { CgroupFiles, CgroupHierarchy } from "./hierarchy.ts";
import { type TaskCgroupOptions, TaskCgroups } from "./index.ts";
import { type RunCommand, SystemdSlices } from "./systemd.ts";
import { CgroupVersion1 } from "./version-1.ts";
import { CgroupVersion2 } from "./version-2.ts";

const ROOT = "/cg";

/** Directories that vanish with their files, as the kernel's do. */
class MemoryFiles implements CgroupFiles {
  readonly written: string[] = [];
  readonly directories = new Set<string>();
  readonly busy = new Set<string>();

  constructor(directories: readonly string[]) {
    for (const path of directories) this.directories.add(path);
  }

  async directoriesIn(path: string): Promise<readonly string[]> {
    const names = [...this.directories].filter((each) => each.startsWith(`${path}/`));
    return [...new Set(names.map((each) => each.slice(path.length + 1).split("/")[0] ?? ""))];
  }
  async make(path: string): Promise<void> {
    this.directories.add(path);
  }
  async write(path: string, value: string): Promise<void> {
    this.written.push(`${path} = ${value}`);
  }
  async removeDirectory(path: string): Promise<void> {
    if (this.busy.has(path) || (await this.directoriesIn(path)).length > 0) throw new Error(`EBUSY: ${path}`);
    this.directories.delete(path);
  }
}

const INFO: DaemonInfo = {
  id: "d",
  name: "host-1",
  cpus: 2,
  memoryMiB: 1024,
  cgroupDriver: "cgroupfs",
  cgroupVersion: "1",
  logDrivers: [],
  liveRestore: false,
  dockerRootDir: "/var/lib/docker",
  securityOptions: [],
};
const SELF = { platform: "linux", uid: 0, hostname: "host-1" };
const LIMITED = aTask({ definition: aDefinition({ cpu: "512", memory: "128" }) });

function options(hierarchy: CgroupHierarchy, partial: Partial<TaskCgroupOptions> = {}): TaskCgroupOptions {
  const log = new MemoryLog();
  return { setting: "auto", info: INFO, endpoint: "unix:///d.sock", log, self: SELF, hierarchy, ...partial };
}

const version1 = () => new MemoryFiles(["cpu", "memory", "pids", "devices"].map((name) => `${ROOT}/${name}`));

function planned(cgroups: TaskCgroups): TaskResource {
  const [resource] = cgroups.plan(LIMITED);
  if (resource === undefined) throw new Error("the task gets a control group");
  return resource;
}

describe("CgroupVersion1", () => {
  it("CG-1, CG-2, CG-6: writes limits into the directories of the controllers", async () => {
    const files = version1();
    const cgroups = new TaskCgroups(options(new CgroupVersion1(ROOT, files), { pidsLimit: 20 }));
    await cgroups.open();
    const resource = planned(cgroups);
    expect(resource.spec).toEqual({ parent: `/ecs/${TASK_ID}` });
    await cgroups.create(LIMITED, resource);
    const path = `ecs/${TASK_ID}`;
    expect(files.written).toEqual([
      `/cg/cpu/${path}/cpu.cfs_period_us = 100000`,
      `/cg/cpu/${path}/cpu.cfs_quota_us = 50000`,
      `/cg/memory/${path}/memory.use_hierarchy = 1`,
      `/cg/memory/${path}/memory.limit_in_bytes = 134217728`,
      `/cg/pids/${path}/pids.max = 20`,
    ]);
  });

  it("CG-5: removes the task's directory from every controller, with what a runtime left in it, and again", async () => {
    const files = version1();
    const cgroups = new TaskCgroups(options(new CgroupVersion1(ROOT, files)));
    await cgroups.open();
    const resource = planned(cgroups);
    await cgroups.create(LIMITED, resource);
    await files.make(`/cg/devices/ecs/${TASK_ID}`);
    await files.make(`/cg/devices/ecs/${TASK_ID}/left`);
    await cgroups.remove(LIMITED, resource);
    expect([...files.directories].filter((path) => path.includes(TASK_ID))).toEqual([]);
    await cgroups.remove(LIMITED, resource);
  });

  it("CG-5: a group with processes is an error, so that its removal is tried again", async () => {
    const files = version1();
    const cgroups = new TaskCgroups(options(new CgroupVersion1(ROOT, files)));
    await cgroups.open();
    const resource = planned(cgroups);
    await cgroups.create(LIMITED, resource);
    files.busy.add(`/cg/memory/ecs/${TASK_ID}`);
    await expect(cgroups.remove(LIMITED, resource)).rejects.toMatchObject({ name: "CgroupError" });
  });

  it.each([
    ["the group of everything", "/", {}],
    ["all tasks' groups", "/ecs", {}],
    ["the group of another task", "/ecs/another", {}],
    ["a group that is not a task's", "/system.slice/ssh.service", {}],
    ["a way out of its own", `/ecs/${TASK_ID}/../..`, {}],
    ["an id that is a path", "/ecs/..", { id: ".." }],
    ["the id of another task", "/ecs/another", { id: "another" }],
  ])("CG-5: removes, kills and makes nothing for a row that names %s", async (_what, parent, changed) => {
    const files = version1();
    for (const path of ["ecs", "ecs/another", "system.slice/ssh.service"]) await files.make(`/cg/memory/${path}`);
    const cgroups = new TaskCgroups(options(new CgroupVersion1(ROOT, files)));
    await cgroups.open();
    const before = [...files.directories];
    const task = { ...LIMITED, ...changed };
    const resource = { ...planned(cgroups), spec: { parent } };
    await expect(cgroups.remove(task, resource)).rejects.toThrow(NotOwnError);
    await expect(cgroups.create(task, resource)).rejects.toThrow(NotOwnError);
    expect([...files.directories]).toEqual(before);
  });

  it("says which controller a host lacks", async () => {
    const files = new MemoryFiles([`${ROOT}/cpu`, `${ROOT}/memory`]);
    await expect(new CgroupVersion1(ROOT, files).prepare()).rejects.toThrow("/cg has no controller pids");
  });
});

describe("CgroupVersion2", () => {
  it("CG-2: half a CPU shows in cpu.max as 50000 100000", async () => {
    const files = new MemoryFiles([]);
    const cgroups = new TaskCgroups(options(new CgroupVersion2(ROOT, files), { pidsLimit: 20 }));
    await cgroups.open();
    await cgroups.create(LIMITED, planned(cgroups));
    const path = `/cg/ecs/${TASK_ID}`;
    expect(files.written).toEqual([
      "/cg/cgroup.subtree_control = +cpu +memory +pids",
      "/cg/ecs/cgroup.subtree_control = +cpu +memory +pids",
      `${path}/cpu.max = 50000 100000`,
      `${path}/memory.max = 134217728`,
      `${path}/pids.max = 20`,
      `${path}/cgroup.subtree_control = +cpu +memory +pids`,
    ]);
  });

  it("CG-3: shares become a weight", async () => {
    const files = new MemoryFiles([]);
    await new CgroupVersion2(ROOT, files).create("/ecs/1", { cpu: { type: "shares", shares: 1024 } });
    expect(files.written[0]).toBe("/cg/ecs/1/cpu.weight = 39");
  });
});

describe("SystemdSlices", () => {
  function recorder(answer: (command: string) => Error | undefined = () => undefined) {
    const calls: string[] = [];
    const run: RunCommand = async (command, args) => {
      calls.push([command, ...args].join(" "));
      const error = answer(args.join(" "));
      if (error !== undefined) throw error;
    };
    return { calls, slices: new SystemdSlices(run) };
  }

  it("CG-2: asks for a transient slice with the task's limits", async () => {
    const { calls, slices } = recorder();
    const cpu = { type: "quota", quotaUs: 50_000, periodUs: 100_000 } as const;
    await slices.create("ecstasks-1.slice", { cpu, memoryBytes: 1_048_576, pids: 20 });
    expect(calls).toEqual([
      "busctl call org.freedesktop.systemd1 /org/freedesktop/systemd1 org.freedesktop.systemd1.Manager " +
        "StartTransientUnit ssa(sv)a(sa(sv)) ecstasks-1.slice fail 6 Description s Amazon ECS task ecstasks-1.slice " +
        "CPUQuotaPerSecUSec t 500000 CPUQuotaPeriodUSec t 100000 MemoryAccounting b true MemoryMax t 1048576 TasksMax t 20 0",
    ]);
  });

  it("names a slice without dashes of the id, which systemd would read as levels", () => {
    expect(recorder().slices.parentOf("ab-cd")).toBe("ecstasks-ab_cd.slice");
  });

  it("CG-5: an existing slice is reused, an absent one counts as removed, other failures are passed on", async () => {
    const cpu = { type: "shares", shares: 2 } as const;
    const existing = recorder(() => new Error("Call failed: Unit ecstasks-1.slice already exists."));
    await existing.slices.create("ecstasks-1.slice", { cpu });
    const absent = recorder(() => new Error("Failed to stop ecstasks-1.slice: Unit ecstasks-1.slice not loaded."));
    await absent.slices.remove("ecstasks-1.slice");
    const denied = recorder(() => new Error("Access denied"));
    await expect(denied.slices.create("ecstasks-1.slice", { cpu })).rejects.toThrow("Access denied");
    await expect(denied.slices.remove("ecstasks-1.slice")).rejects.toThrow("Access denied");
  });
});

describe("TaskCgroups", () => {
  const unusable: readonly (readonly [string, Partial<TaskCgroupOptions>])[] = [
    ["this needs root", { self: { ...SELF, uid: 1000 } }],
    ["this host has no control groups", { self: { ...SELF, platform: "darwin" } }],
    ["the daemon at tcp://10.0.0.1:2375 may be on another host", { endpoint: "tcp://10.0.0.1:2375" }],
    ["the daemon is on host vm, this is host-1", { info: { ...INFO, name: "vm" } }],
    ["the daemon runs without root", { info: { ...INFO, securityOptions: ["name=rootless"] } }],
    ["the daemon does not use control groups", { info: { ...INFO, cgroupDriver: "none" } }],
  ];

  it.each(unusable)("CG-7: %s: by default tasks run without and that is said once", async (problem, partial) => {
    const log = new MemoryLog();
    const cgroups = new TaskCgroups(options(new CgroupVersion1(ROOT, version1()), { ...partial, log }));
    await cgroups.open();
    expect(cgroups.plan(aTask())).toEqual([]);
    expect(log.lines).toEqual([]);
    expect([...cgroups.plan(LIMITED), ...cgroups.plan(LIMITED)]).toEqual([]);
    expect(log.lines.map(({ fields }) => fields)).toEqual([{ error: problem }]);
  });

  it.each(unusable)("CG-7: %s: told to, the engine does not begin", async (problem, partial) => {
    const hierarchy = new CgroupVersion1(ROOT, version1());
    const cgroups = new TaskCgroups(options(hierarchy, { ...partial, setting: "on" }));
    await expect(cgroups.open()).rejects.toEqual(
      new EngineError("CgroupError", `Cannot limit tasks as a whole: ${problem}`),
    );
  });

  it("switched off, makes nothing and says nothing", async () => {
    const log = new MemoryLog();
    const cgroups = new TaskCgroups(options(new CgroupVersion1(ROOT, version1()), { setting: "off", log }));
    await cgroups.open();
    expect(cgroups.plan(LIMITED)).toEqual([]);
    expect(log.lines).toEqual([]);
  });

  it("CG-4: a container larger than its task fails before anything is made", async () => {
    const files = version1();
    const cgroups = new TaskCgroups(options(new CgroupVersion1(ROOT, files)));
    await cgroups.open();
    const task = aTask({ definition: aDefinition({ memory: "64", containerDefinitions: [{ memory: 65 }] }) });
    await expect(cgroups.create(task, planned(cgroups))).rejects.toThrow(
      "container memory limit(65) greater than task memory limit(64)",
    );
    expect(files.written).toEqual([]);
  });

  it("lets go of a group that was made under other settings and cannot be removed", async () => {
    const files = version1();
    const before = new TaskCgroups(options(new CgroupVersion1(ROOT, files)));
    await before.open();
    const resource = planned(before);
    await before.create(LIMITED, resource);
    files.busy.add(`/cg/memory/ecs/${TASK_ID}`);
    const log = new MemoryLog();
    const after = new TaskCgroups(options(new CgroupVersion1(ROOT, files), { setting: "off", log }));
    await after.remove(LIMITED, resource);
    expect(log.lines).toHaveLength(1);
  });
});
