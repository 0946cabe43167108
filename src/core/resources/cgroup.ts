/**
 * The control group that holds all containers of a task together: what limits it has, and the resource that stands for
 * it in the task's row. Source: engine-modern 16, engine-behaviour 10.1.
 */
import type { TaskDefinition } from "../definition/types.ts";
import { EngineError } from "../errors.ts";
import type { Task, TaskResource } from "../task.ts";

const CPU_UNITS_PER_CPU = 1024;
const BYTES_PER_MIB = 1024 * 1024;
/** Docker reads 0 as 1024 and the kernel refuses 1. */
const LOWEST_SHARES = 2;
const HIGHEST_SHARES = 262_144;
/** The kernel takes no smaller quota, µs. */
const LOWEST_QUOTA_US = 1_000;
/** Source: ECS_CGROUP_CPU_PERIOD. */
export const DEFAULT_CPU_PERIOD_US = 100_000;

export type CgroupSettings = {
  /** 8 000 to 100 000 µs. Source: ECS_CGROUP_CPU_PERIOD. */
  readonly cpuPeriodUs?: number;
  /** Processes and threads of the whole task. Source: ECS_TASK_PIDS_LIMIT. */
  readonly pidsLimit?: number;
};

export type CgroupLimits = {
  /** A hard limit when the task names its CPU; otherwise its weight among tasks. */
  readonly cpu:
    | { readonly type: "quota"; readonly quotaUs: number; readonly periodUs: number }
    | { readonly type: "shares"; readonly shares: number };
  /** On the sum of the task's containers; absent for no limit. */
  readonly memoryBytes?: number;
  readonly pids?: number;
};

/** @throws {EngineError} CgroupError when a container may use more memory than its task (CG-4) */
export function cgroupLimitsOf(definition: TaskDefinition, settings: CgroupSettings = {}): CgroupLimits {
  const memoryMiB = Number(definition.memory ?? 0);
  if (memoryMiB > 0) assertContainersFit(definition, memoryMiB);
  return {
    cpu: cpuLimit(definition, settings),
    ...(memoryMiB > 0 ? { memoryBytes: memoryMiB * BYTES_PER_MIB } : {}),
    ...(settings.pidsLimit === undefined ? {} : { pids: settings.pidsLimit }),
  };
}

/** Does the task itself, beside its containers, say what it may use? */
export function hasTaskLimits({ cpu, memory }: TaskDefinition): boolean {
  return Number(cpu ?? 0) > 0 || Number(memory ?? 0) > 0;
}

/** @param parent as Docker's `CgroupParent` takes it; saved, so that a restart with other settings still finds it */
export function cgroupResource(parent: string): TaskResource {
  return {
    id: "cgroup",
    type: "cgroup",
    gates: "PULLED",
    knownStatus: "NONE",
    createRequested: false,
    // A reboot of the host takes all control groups away, so that one that was made may have to be made again.
    volatile: true,
    spec: { parent },
  };
}

/** `CgroupParent` of the task's containers; `undefined` when the task has no control group of its own. */
export function cgroupParentOf(task: Task): string | undefined {
  const resource = task.resources.find(({ type }) => type === "cgroup");
  return resource === undefined ? undefined : readCgroupParent(resource);
}

/** @throws {EngineError} CgroupError when the saved form is not understood */
export function readCgroupParent({ id, spec }: TaskResource): string {
  if (typeof spec.parent === "string") return spec.parent;
  throw new EngineError("CgroupError", `Cannot read task resource "${id}": its saved form is not understood`);
}

function cpuLimit(definition: TaskDefinition, settings: CgroupSettings): CgroupLimits["cpu"] {
  const cpus = Number(definition.cpu ?? 0) / CPU_UNITS_PER_CPU;
  if (cpus <= 0) return { type: "shares", shares: sharesOf(definition) };
  const periodUs = settings.cpuPeriodUs ?? DEFAULT_CPU_PERIOD_US;
  return { type: "quota", periodUs, quotaUs: Math.max(LOWEST_QUOTA_US, Math.floor(cpus * periodUs)) };
}

function sharesOf({ containerDefinitions }: TaskDefinition): number {
  const sum = containerDefinitions.reduce((total, { cpu }) => total + Math.max(LOWEST_SHARES, cpu), 0);
  return Math.min(sum, HIGHEST_SHARES);
}

function assertContainersFit({ containerDefinitions }: TaskDefinition, memoryMiB: number): void {
  for (const { memory = 0 } of containerDefinitions) {
    if (memory <= memoryMiB) continue;
    const text = `container memory limit(${memory}) greater than task memory limit(${memoryMiB})`;
    throw new EngineError("CgroupError", `task memory spec builder: ${text}`);
  }
}
