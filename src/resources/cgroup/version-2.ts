/** Version 2 with the daemon's `cgroupfs` driver: one tree of directories. Source: engine-modern 16.2, 16.4. */
import type { CgroupLimits } from "../../core/resources/cgroup.ts";
import { type CgroupFiles, type CgroupHierarchy, ROOT_NAME, removeTree } from "./hierarchy.ts";
import { weightOf } from "./weight.ts";

const CONTROLLERS = "+cpu +memory +pids";

export class CgroupVersion2 implements CgroupHierarchy {
  readonly #root: string;
  readonly #files: CgroupFiles;

  /** @param root where the tree is mounted, `/sys/fs/cgroup` */
  constructor(root: string, files: CgroupFiles) {
    this.#root = root;
    this.#files = files;
  }

  async prepare(): Promise<void> {
    const parent = `${this.#root}/${ROOT_NAME}`;
    await this.#files.write(`${this.#root}/cgroup.subtree_control`, CONTROLLERS);
    await this.#files.make(parent);
    await this.#files.write(`${parent}/cgroup.subtree_control`, CONTROLLERS);
  }

  parentOf(taskId: string): string {
    return `/${ROOT_NAME}/${taskId}`;
  }

  async create(parent: string, limits: CgroupLimits): Promise<void> {
    const path = `${this.#root}${parent}`;
    await this.#files.make(path);
    for (const [file, value] of settings(limits)) await this.#files.write(`${path}/${file}`, value);
    await this.#files.write(`${path}/cgroup.subtree_control`, CONTROLLERS);
  }

  async remove(parent: string): Promise<void> {
    await removeTree(this.#files, `${this.#root}${parent}`);
  }
}

function settings({ cpu, memoryBytes, pids }: CgroupLimits): readonly (readonly [file: string, value: string])[] {
  return [
    cpu.type === "quota" ? ["cpu.max", `${cpu.quotaUs} ${cpu.periodUs}`] : ["cpu.weight", String(weightOf(cpu.shares))],
    ...(memoryBytes === undefined ? [] : [["memory.max", String(memoryBytes)] as const]),
    ...(pids === undefined ? [] : [["pids.max", String(pids)] as const]),
  ];
}
