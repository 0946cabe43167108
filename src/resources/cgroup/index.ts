/** The task resource "cgroup": one parent of all containers of a task. Source: engine-modern 16. */
import { hostname } from "node:os";
import { EngineError } from "../../core/errors.ts";
import {
  type CgroupSettings,
  cgroupLimitsOf,
  cgroupResource,
  hasTaskLimits,
  readCgroupParent,
} from "../../core/resources/cgroup.ts";
import { directoryNameOf, requireOwn } from "../../core/resources/own.ts";
import type { Task, TaskResource } from "../../core/task.ts";
import type { DaemonInfo } from "../../ports/docker-client.ts";
import type { Log } from "../../ports/log.ts";
import type { TaskResourceAdapter } from "../../ports/task-resource.ts";
import type { CgroupHierarchy } from "./hierarchy.ts";
import { kernelFiles } from "./kernel-files.ts";
import { runCommand, SystemdSlices } from "./systemd.ts";
import { CgroupVersion1 } from "./version-1.ts";
import { CgroupVersion2 } from "./version-2.ts";

const CGROUP_ROOT = "/sys/fs/cgroup";

/** "auto" unless set. Source: ECS_ENABLE_TASK_CPU_MEM_LIMIT. */
export type TaskCpuMemLimit = "auto" | "on" | "off";

export type TaskCgroupOptions = CgroupSettings & {
  /** "auto": where it cannot be done, tasks run with limits on their containers only, and that is said once. */
  readonly setting: TaskCpuMemLimit;
  readonly info: DaemonInfo;
  /** Of the daemon, as `DockerClient.endpoint` has it. */
  readonly endpoint: string;
  readonly log: Log;
  /** Made for the daemon's driver and version when absent. */
  readonly hierarchy?: CgroupHierarchy;
  /** Of this process and host; the real ones when absent. */
  readonly self?: CgroupUser;
};

type CgroupUser = { readonly platform: string; readonly uid: number; readonly hostname: string };

function hierarchyFor({ cgroupDriver, cgroupVersion }: DaemonInfo): CgroupHierarchy {
  if (cgroupDriver === "systemd") return new SystemdSlices(runCommand);
  const Hierarchy = cgroupVersion === "2" ? CgroupVersion2 : CgroupVersion1;
  return new Hierarchy(CGROUP_ROOT, kernelFiles);
}

/** A socket file may lead into a virtual machine: only a daemon that gives our own host name is on our host. */
async function findProblem(hierarchy: CgroupHierarchy, options: TaskCgroupOptions): Promise<string | undefined> {
  const { endpoint, info, self = thisUser() } = options;
  if (self.platform !== "linux") return "this host has no control groups";
  if (!endpoint.startsWith("unix:")) return `the daemon at ${endpoint} may be on another host`;
  if (info.name !== self.hostname) return `the daemon is on host ${info.name}, this is ${self.hostname}`;
  if (info.cgroupDriver === "none") return "the daemon does not use control groups";
  if (info.securityOptions.some((option) => option.includes("rootless"))) return "the daemon runs without root";
  if (self.uid !== 0) return "this needs root";
  return await hierarchy.prepare().then(
    () => undefined,
    (error: unknown) => textOf(error),
  );
}

function thisUser(): CgroupUser {
  return { platform: process.platform, uid: process.getuid?.() ?? -1, hostname: hostname() };
}

export class TaskCgroups implements TaskResourceAdapter {
  readonly type = "cgroup";
  readonly #hierarchy: CgroupHierarchy;
  readonly #options: TaskCgroupOptions;
  #problem: string | undefined = "they are switched off";
  #warned = false;

  constructor(options: TaskCgroupOptions) {
    this.#options = options;
    this.#hierarchy = options.hierarchy ?? hierarchyFor(options.info);
  }

  /** @throws {EngineError} CgroupError when the setting is "on" and it cannot be done here (CG-7) */
  async open(): Promise<void> {
    const { setting } = this.#options;
    if (setting === "off") return;
    this.#problem = await findProblem(this.#hierarchy, this.#options);
    if (this.#problem === undefined || setting === "auto") return;
    throw new EngineError("CgroupError", `Cannot limit tasks as a whole: ${this.#problem}`);
  }

  plan(task: Task): readonly TaskResource[] {
    if (this.#problem === undefined) return [cgroupResource(this.#parentOf(task))];
    if (hasTaskLimits(task.definition)) this.#warnOnce(this.#problem);
    return [];
  }

  /** A task that was planned under other settings runs without, as new ones do. */
  async create(task: Task, resource: TaskResource): Promise<void> {
    const limits = cgroupLimitsOf(task.definition, this.#options);
    const parent = this.#ownParent(task, resource);
    if (this.#problem !== undefined) return this.#warnOnce(this.#problem);
    try {
      await this.#hierarchy.create(parent, limits);
    } catch (error) {
      throw cannot("create", parent, error);
    }
  }

  /** Who may not make control groups any more cannot remove one either, and the task must not wait for that. */
  async remove(task: Task, resource: TaskResource): Promise<void> {
    const parent = this.#ownParent(task, resource);
    try {
      await this.#hierarchy.remove(parent);
    } catch (error) {
      if (this.#problem === undefined) throw cannot("remove", parent, error);
      this.#options.log.warn("Cannot remove the control group of a task", { taskArn: task.arn, parent, error });
    }
  }

  #parentOf(task: Task): string {
    return this.#hierarchy.parentOf(directoryNameOf(task));
  }

  /** What is in a group is killed with it. @throws {NotOwnError} for a row that names another one */
  #ownParent(task: Task, resource: TaskResource): string {
    const parent = readCgroupParent(resource);
    requireOwn("Control group", parent, this.#parentOf(task));
    return parent;
  }

  #warnOnce(problem: string): void {
    if (this.#warned || this.#options.setting === "off") return;
    this.#warned = true;
    this.#options.log.warn("Cannot limit tasks as a whole, each container is limited by itself", { error: problem });
  }
}

function cannot(what: "create" | "remove", parent: string, cause: unknown): EngineError {
  return new EngineError("CgroupError", `Cannot ${what} control group ${parent}: ${textOf(cause)}`, { cause });
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
