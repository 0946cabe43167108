/**
 * Version 1: a hierarchy of directories for each controller. The runtime makes the task's directory in every one of
 * them, so that it is removed from all, not only from those that have limits. Source: engine-modern 16.2, engine-behaviour 10.1.
 */
import type { CgroupLimits } from "../../core/resources/cgroup.ts";
import { type CgroupFiles, type CgroupHierarchy, ROOT_NAME, removeTree } from "./hierarchy.ts";

const LIMITING = ["cpu", "memory", "pids"] as const;

type Setting = readonly [controller: (typeof LIMITING)[number], file: string, value: string];

export class CgroupVersion1 implements CgroupHierarchy {
  readonly #root: string;
  readonly #files: CgroupFiles;

  /** @param root where the controllers are mounted, `/sys/fs/cgroup` */
  constructor(root: string, files: CgroupFiles) {
    this.#root = root;
    this.#files = files;
  }

  async prepare(): Promise<void> {
    const mounted = new Set(await this.#controllers());
    const missing = LIMITING.filter((name) => !mounted.has(name));
    if (missing.length > 0) throw new Error(`${this.#root} has no controller ${missing.join(", ")}`);
    for (const controller of LIMITING) await this.#files.make(`${this.#root}/${controller}/${ROOT_NAME}`);
  }

  parentOf(taskId: string): string {
    return `/${ROOT_NAME}/${taskId}`;
  }

  async create(parent: string, limits: CgroupLimits): Promise<void> {
    for (const controller of LIMITING) await this.#files.make(`${this.#root}/${controller}${parent}`);
    for (const [controller, file, value] of settings(limits)) {
      await this.#files.write(`${this.#root}/${controller}${parent}/${file}`, value);
    }
  }

  async remove(parent: string): Promise<void> {
    for (const controller of await this.#controllers()) {
      await removeTree(this.#files, `${this.#root}/${controller}${parent}`);
    }
  }

  /** Two controllers that share a hierarchy have one directory, and a link from the other name. */
  async #controllers(): Promise<readonly string[]> {
    const names = await this.#files.directoriesIn(this.#root);
    return [...new Set(names.flatMap((name) => [name, ...name.split(",")]))];
  }
}

function settings({ cpu, memoryBytes, pids }: CgroupLimits): readonly Setting[] {
  return [
    ...cpuSettings(cpu),
    // Newer kernels always count what is below, and take this as a confirmation.
    ["memory", "memory.use_hierarchy", "1"],
    ...(memoryBytes === undefined ? [] : [["memory", "memory.limit_in_bytes", String(memoryBytes)] as const]),
    ...(pids === undefined ? [] : [["pids", "pids.max", String(pids)] as const]),
  ];
}

function cpuSettings(cpu: CgroupLimits["cpu"]): readonly Setting[] {
  if (cpu.type === "shares") return [["cpu", "cpu.shares", String(cpu.shares)]];
  return [
    ["cpu", "cpu.cfs_period_us", String(cpu.periodUs)],
    ["cpu", "cpu.cfs_quota_us", String(cpu.quotaUs)],
  ];
}
