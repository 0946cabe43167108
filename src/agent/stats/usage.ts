/**
 * What a container uses, from the daemon's samples. Docker's counters begin at zero with every run of a container; here
 * they go on over restarts. Pure. Source: engine-modern 24.
 */
import type { EpochMs } from "../../core/brand.ts";
import type { ContainerStats } from "../../ports/docker-client.ts";

const NS_PER_MS = 1_000_000;
const MS_PER_SECOND = 1_000;

/** Bytes since the container's first start, and how many a second since the sample before. */
export type Traffic = { readonly bytes: number; readonly bytesPerSecond?: number };

export type ContainerUsage = {
  readonly at: EpochMs;
  /** Of all CPUs of the host together: one of four that is busy is 25. Absent in the first sample of a run. */
  readonly cpuPercent?: number;
  /** Since the container's first start. */
  readonly cpuTotalNs: number;
  /** Without what the kernel would give back (page cache). */
  readonly memoryBytes: number;
  readonly memoryLimitBytes: number;
  readonly networkReceived: Traffic;
  readonly networkSent: Traffic;
  readonly blockRead: Traffic;
  readonly blockWritten: Traffic;
  readonly pids: number;
};

const COUNTERS = ["cpuTotalNs", "networkRxBytes", "networkTxBytes", "blockReadBytes", "blockWriteBytes"] as const;
type Counters = Readonly<Record<(typeof COUNTERS)[number], number>>;
const ZERO: Counters = { cpuTotalNs: 0, networkRxBytes: 0, networkTxBytes: 0, blockReadBytes: 0, blockWriteBytes: 0 };

/** Where a container's counters stand: the runs before, and the last sample of this one. */
export type Meter = { readonly before: Counters; readonly last?: ContainerStats };

export const NEW_METER: Meter = { before: ZERO };

/** The container was started again: what was counted so far is kept. */
export function meterNewRun({ before, last }: Meter): Meter {
  return { before: last === undefined ? before : sumOf(before, last) };
}

/** `usage` is undefined for a sample that tells nothing: not newer than the last one, or without CPU time. */
export function meterSample(
  meter: Meter,
  sample: ContainerStats,
): { readonly meter: Meter; readonly usage?: ContainerUsage } {
  if (sample.cpuTotalNs <= 0 || sample.onlineCpus <= 0) return { meter };
  if (meter.last !== undefined && sample.readAt <= meter.last.readAt) return { meter };
  // Counters that went back are those of another run, even when nobody told of it.
  const continued = isBehind(sample, meter.last) ? meterNewRun(meter) : meter;
  return { meter: { before: continued.before, last: sample }, usage: usageOf(continued, sample) };
}

function usageOf({ before, last }: Meter, sample: ContainerStats): ContainerUsage {
  const total = sumOf(before, sample);
  const elapsedMs = last === undefined ? undefined : sample.readAt - last.readAt;
  const traffic = (name: Exclude<keyof Counters, "cpuTotalNs">): Traffic => {
    if (elapsedMs === undefined || last === undefined) return { bytes: total[name] };
    return { bytes: total[name], bytesPerSecond: ((sample[name] - last[name]) * MS_PER_SECOND) / elapsedMs };
  };
  return {
    at: sample.readAt,
    ...(last === undefined || elapsedMs === undefined ? {} : { cpuPercent: cpuPercent(last, sample, elapsedMs) }),
    cpuTotalNs: total.cpuTotalNs,
    memoryBytes: Math.max(0, sample.memoryUsageBytes - sample.memoryCacheBytes),
    memoryLimitBytes: sample.memoryLimitBytes,
    networkReceived: traffic("networkRxBytes"),
    networkSent: traffic("networkTxBytes"),
    blockRead: traffic("blockReadBytes"),
    blockWritten: traffic("blockWriteBytes"),
    pids: sample.pids,
  };
}

function cpuPercent(last: ContainerStats, sample: ContainerStats, elapsedMs: number): number {
  return (100 * (sample.cpuTotalNs - last.cpuTotalNs)) / sample.onlineCpus / (elapsedMs * NS_PER_MS);
}

function isBehind(sample: Counters, last: Counters | undefined): boolean {
  return last !== undefined && COUNTERS.some((name) => sample[name] < last[name]);
}

function sumOf(a: Counters, b: Counters): Counters {
  return {
    cpuTotalNs: a.cpuTotalNs + b.cpuTotalNs,
    networkRxBytes: a.networkRxBytes + b.networkRxBytes,
    networkTxBytes: a.networkTxBytes + b.networkTxBytes,
    blockReadBytes: a.blockReadBytes + b.blockReadBytes,
    blockWriteBytes: a.blockWriteBytes + b.blockWriteBytes,
  };
}
