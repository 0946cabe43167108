/**
 * The daemon's `systemd` driver: a transient slice for each task, asked for over the system bus. It is systemd's alone
 * to make directories there. Source: engine-modern 16.2, 16.4.
 */
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import type { CgroupLimits } from "../../core/resources/cgroup.ts";
import type { CgroupHierarchy } from "./hierarchy.ts";
import { weightOf } from "./weight.ts";

const MANAGER = ["org.freedesktop.systemd1", "/org/freedesktop/systemd1", "org.freedesktop.systemd1.Manager"] as const;
const COMMAND_LIMIT_MS = 30_000;

/** Rejects with an error whose message has what the command said. */
export type RunCommand = (command: string, args: readonly string[]) => Promise<void>;

export const runCommand: RunCommand = async (command, args) => {
  await promisify(execFile)(command, args, { timeout: COMMAND_LIMIT_MS });
};

export class SystemdSlices implements CgroupHierarchy {
  readonly #run: RunCommand;

  constructor(run: RunCommand) {
    this.#run = run;
  }

  /** The parent slice comes with the first task's; this only proves that there is a systemd to talk to. */
  async prepare(): Promise<void> {
    await this.#run("busctl", ["call", ...MANAGER, "GetUnit", "s", "system.slice"]);
  }

  /** systemd reads each dash of a slice's name as a level. */
  parentOf(taskId: string): string {
    return `ecstasks-${taskId.replaceAll("-", "_")}.slice`;
  }

  async create(parent: string, limits: CgroupLimits): Promise<void> {
    const list = properties(parent, limits);
    const values = list.flat();
    const args = ["ssa(sv)a(sa(sv))", parent, "fail", String(list.length), ...values, "0"];
    await this.#run("busctl", ["call", ...MANAGER, "StartTransientUnit", ...args]).catch(unlessSaid(/already exists/i));
  }

  async remove(parent: string): Promise<void> {
    await this.#run("systemctl", ["stop", parent]).catch(unlessSaid(/not loaded|not found/i));
  }
}

type Property = readonly [name: string, signature: "s" | "t" | "b", value: string];

function properties(parent: string, { cpu, memoryBytes, pids }: CgroupLimits): readonly Property[] {
  return [
    ["Description", "s", `Amazon ECS task ${parent}`],
    ...cpuProperties(cpu),
    ["MemoryAccounting", "b", "true"],
    ...(memoryBytes === undefined ? [] : [["MemoryMax", "t", String(memoryBytes)] as const]),
    ...(pids === undefined ? [] : [["TasksMax", "t", String(pids)] as const]),
  ];
}

function cpuProperties(cpu: CgroupLimits["cpu"]): readonly Property[] {
  if (cpu.type === "shares") return [["CPUWeight", "t", String(weightOf(cpu.shares))]];
  return [
    ["CPUQuotaPerSecUSec", "t", String(Math.floor((cpu.quotaUs * 1_000_000) / cpu.periodUs))],
    ["CPUQuotaPeriodUSec", "t", String(cpu.periodUs)],
  ];
}

function unlessSaid(harmless: RegExp): (error: Error) => void {
  return (error) => {
    if (!harmless.test(error.message)) throw error;
  };
}
