/**
 * CPU, memory and swap of a container. Source: interfaces 1.5, engine-modern 16.2 and 19, engine-behaviour 8.3.
 */
import type { HostConfig } from "../../ports/docker-client.ts";
import type { CreateInput } from "./context.ts";
import { type Members, mibToBytes } from "./present.ts";

/** Docker reads 0 as 1024, and the kernel refuses 1. */
export const LOWEST_CPU_SHARES = 2;
const HIGHEST_CPU_SHARES = 262_144;
/** The daemon refuses less (ECS raises to 4, which today's daemons do not take). */
const LOWEST_MEMORY_MIB = 6;

type SwapMembers = Partial<Members<Pick<HostConfig, "MemorySwap" | "MemorySwappiness">>>;
type ResourceMembers = Members<Pick<HostConfig, "CpuShares" | "Memory" | "MemoryReservation">> & SwapMembers;

export function resourceMembers(input: CreateInput): ResourceMembers {
  const { definition } = input;
  return {
    CpuShares: cpuShares(definition.cpu),
    Memory: memoryBytes(definition.memory) ?? taskMemoryBytes(input),
    MemoryReservation: memoryBytes(definition.memoryReservation),
    ...swapMembers(input),
  };
}

/** CPU units as Docker's shares. */
export function cpuShares(cpuUnits: number): number {
  return Math.min(Math.max(cpuUnits, LOWEST_CPU_SHARES), HIGHEST_CPU_SHARES);
}

/** 0 and absent are no limit. */
function memoryBytes(memoryMiB: number | undefined): number | undefined {
  if (memoryMiB === undefined || memoryMiB === 0) return undefined;
  return mibToBytes(Math.max(memoryMiB, LOWEST_MEMORY_MIB));
}

/** Where no parent cgroup holds the task's limit, each container without its own gets the task's. */
function taskMemoryBytes({ task, context }: CreateInput): number | undefined {
  if (!context.taskMemoryFallback || context.cgroupParent !== undefined) return undefined;
  if (task.definition.memory === undefined) return undefined;
  return memoryBytes(Number(task.definition.memory));
}

/** Swap is counted on top of the container's own memory limit, and means nothing without one. */
function swapMembers({ definition, context }: CreateInput): SwapMembers {
  const { maxSwap, swappiness } = definition.linuxParameters ?? {};
  const memory = memoryBytes(definition.memory);
  if (maxSwap === undefined || memory === undefined) return {};
  return {
    MemorySwap: memory + mibToBytes(maxSwap),
    MemorySwappiness: context.cgroupVersion === "1" ? swappiness : undefined,
  };
}
