/**
 * Task sizes: the strings of the API, and the pairs that Fargate has.
 * Source: interfaces 1.1.
 */

const UNITS_PER_VCPU = 1024;
const MIB_PER_GB = 1024;
const PLAIN = /^\s{0,9}(\d{1,9})\s{0,9}$/;
const VCPU = /^\s{0,9}(\d{0,6}\.?\d{1,9})\s{0,9}vcpus?\s{0,9}$/i;
const GIGABYTES = /^\s{0,9}(\d{0,6}\.?\d{1,9})\s{0,9}gb\s{0,9}$/i;

/** CPU units of `"1024"`, `"1 vCPU"`, `".5 vcpu"`. */
export function parseTaskCpu(value: string): number | undefined {
  return parseSize(value, VCPU, UNITS_PER_VCPU);
}

/** MiB of `"2048"`, `"2GB"`, `"0.5 GB"`. */
export function parseTaskMemory(value: string): number | undefined {
  return parseSize(value, GIGABYTES, MIB_PER_GB);
}

function parseSize(value: string, withUnit: RegExp, factor: number): number | undefined {
  const plain = PLAIN.exec(value)?.[1];
  if (plain !== undefined) return Number(plain);
  const amount = withUnit.exec(value)?.[1];
  return amount === undefined ? undefined : Math.round(Number(amount) * factor);
}

/** CPU units of a task on EC2 or an external instance. */
export const TASK_CPU_RANGE = { min: 128, max: 196_608 } as const;

type MemoryRange = { readonly min: number; readonly max: number; readonly step: number };

const FARGATE_MEMORY: ReadonlyMap<number, MemoryRange> = new Map([
  [512, { min: 1024, max: 4096, step: 1024 }],
  [1024, { min: 2048, max: 8192, step: 1024 }],
  [2048, { min: 4096, max: 16_384, step: 1024 }],
  [4096, { min: 8192, max: 30_720, step: 1024 }],
  [8192, { min: 16_384, max: 61_440, step: 4096 }],
  [16_384, { min: 32_768, max: 122_880, step: 8192 }],
]);

/** Memory sizes (MiB) that Fargate has for a CPU size; empty when it has no such CPU size. */
export function fargateMemorySizes(cpuUnits: number): number[] {
  if (cpuUnits === 256) return [512, 1024, 2048];
  const range = FARGATE_MEMORY.get(cpuUnits);
  if (range === undefined) return [];
  const count = (range.max - range.min) / range.step + 1;
  return Array.from({ length: count }, (_, index) => range.min + index * range.step);
}

export const FARGATE_CPU_SIZES = [256, ...FARGATE_MEMORY.keys()] as const;

/** The smallest pair of Fargate with at least so much of both; undefined when there is none. */
export function fargateSizeFor(
  cpuUnits: number,
  memoryMiB: number,
): { readonly cpu: number; readonly memory: number } | undefined {
  for (const cpu of FARGATE_CPU_SIZES) {
    if (cpu < cpuUnits) continue;
    const memory = fargateMemorySizes(cpu).find((size) => size >= memoryMiB);
    if (memory !== undefined) return { cpu, memory };
  }
  return undefined;
}
