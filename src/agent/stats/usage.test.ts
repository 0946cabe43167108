import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { asEpochMs } from "../../core/brand.ts";
import type { ContainerStats } from "../../ports/docker-client.ts";
import { summarise } from "./summary.ts";
import { type ContainerUsage, type Meter, meterNewRun, meterSample, NEW_METER } from "./usage.ts";

const SECOND_NS = 1_000_000_000;

function aSample(atMs: number, partial: Partial<ContainerStats> = {}): ContainerStats {
  return {
    readAt: asEpochMs(atMs),
    cpuTotalNs: 1,
    systemCpuNs: 1,
    onlineCpus: 4,
    memoryUsageBytes: 0,
    memoryCacheBytes: 0,
    memoryLimitBytes: 100,
    networkRxBytes: 0,
    networkTxBytes: 0,
    blockReadBytes: 0,
    blockWriteBytes: 0,
    pids: 1,
    ...partial,
  };
}

function measured(samples: readonly (ContainerStats | "restart")[]): readonly ContainerUsage[] {
  const seen: ContainerUsage[] = [];
  let meter: Meter = NEW_METER;
  for (const sample of samples) {
    if (sample === "restart") {
      meter = meterNewRun(meter);
      continue;
    }
    const next = meterSample(meter, sample);
    meter = next.meter;
    if (next.usage !== undefined) seen.push(next.usage);
  }
  return seen;
}

describe("meterSample()", () => {
  it("STAT-1: one busy CPU of four is 25 %", () => {
    const samples = [aSample(1_000, { cpuTotalNs: SECOND_NS }), aSample(3_000, { cpuTotalNs: 3 * SECOND_NS })];
    expect(measured(samples).map(({ cpuPercent }) => cpuPercent)).toEqual([undefined, 25]);
  });

  it("STAT-5: page cache is not memory in use", () => {
    const [usage] = measured([aSample(0, { memoryUsageBytes: 100, memoryCacheBytes: 60 })]);
    expect(usage?.memoryBytes).toBe(40);
  });

  it("gives bytes a second from the second sample on", () => {
    const [first, second] = measured([
      aSample(0, { networkRxBytes: 100, blockWriteBytes: 10 }),
      aSample(500, { networkRxBytes: 300, blockWriteBytes: 10 }),
    ]);
    expect(first?.networkReceived).toEqual({ bytes: 100 });
    expect(second?.networkReceived).toEqual({ bytes: 300, bytesPerSecond: 400 });
    expect(second?.blockWritten).toEqual({ bytes: 10, bytesPerSecond: 0 });
  });

  it("drops samples that are not newer, or have no CPU time", () => {
    const samples = [aSample(5), aSample(5), aSample(4), aSample(6, { cpuTotalNs: 0 }), aSample(7, { onlineCpus: 0 })];
    expect(measured(samples).map(({ at }) => at)).toEqual([5]);
  });

  it("STAT-2: counters go on over a restart, with no rate across it", () => {
    const usages = measured([
      aSample(0, { cpuTotalNs: 10, networkTxBytes: 7 }),
      aSample(1_000, { cpuTotalNs: 20, networkTxBytes: 9 }),
      "restart",
      aSample(2_000, { cpuTotalNs: 30, networkTxBytes: 50 }),
    ]);
    expect(usages.at(-1)).toMatchObject({ cpuTotalNs: 50, networkSent: { bytes: 59 } });
    expect(usages.at(-1)).not.toHaveProperty("cpuPercent");
  });

  it("STAT-2: no rate is ever negative and no counter goes back, whatever the daemon says", () => {
    const counter = fc.integer({ min: 0, max: 1_000 });
    const aRecord = fc.record({ at: counter, cpuTotalNs: counter, networkRxBytes: counter, blockReadBytes: counter });
    const aStep = fc.oneof(fc.constant("restart" as const), aRecord);
    fc.assert(
      fc.property(fc.array(aStep), (steps) => {
        const usages = measured(steps.map((step) => (step === "restart" ? step : aSample(step.at, step))));
        for (const [index, usage] of usages.entries()) {
          expect(usage.cpuPercent ?? 0).toBeGreaterThanOrEqual(0);
          expect(usage.networkReceived.bytesPerSecond ?? 0).toBeGreaterThanOrEqual(0);
          expect(usage.blockRead.bytes).toBeGreaterThanOrEqual(usages[index - 1]?.blockRead.bytes ?? 0);
        }
      }),
    );
  });
});

describe("summarise()", () => {
  it("has minimum, maximum, sum and count of what there is", () => {
    const usages = measured([
      aSample(0, { memoryUsageBytes: 10, cpuTotalNs: SECOND_NS }),
      aSample(1_000, { memoryUsageBytes: 30, cpuTotalNs: 2 * SECOND_NS }),
    ]);
    expect(summarise(usages)).toMatchObject({
      cpuPercent: { min: 25, max: 25, sum: 25, sampleCount: 1 },
      memoryBytes: { min: 10, max: 30, sum: 40, sampleCount: 2 },
    });
    expect(summarise([])).toEqual({});
  });
});
