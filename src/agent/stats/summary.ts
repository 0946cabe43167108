/** Samples of an interval in four numbers, the form in which ECS publishes them. Source: engine-modern 24. */
import type { ContainerUsage } from "./usage.ts";

export type StatisticSet = {
  readonly min: number;
  readonly max: number;
  readonly sum: number;
  readonly sampleCount: number;
};

export type UsageSummary = {
  readonly cpuPercent?: StatisticSet;
  readonly memoryBytes?: StatisticSet;
  readonly networkReceivedPerSecond?: StatisticSet;
  readonly networkSentPerSecond?: StatisticSet;
  readonly blockReadPerSecond?: StatisticSet;
  readonly blockWrittenPerSecond?: StatisticSet;
};

/** A member is absent when no sample has its value. */
export function summarise(samples: readonly ContainerUsage[]): UsageSummary {
  return {
    ...member("cpuPercent", samples, ({ cpuPercent }) => cpuPercent),
    ...member("memoryBytes", samples, ({ memoryBytes }) => memoryBytes),
    ...member("networkReceivedPerSecond", samples, ({ networkReceived }) => networkReceived.bytesPerSecond),
    ...member("networkSentPerSecond", samples, ({ networkSent }) => networkSent.bytesPerSecond),
    ...member("blockReadPerSecond", samples, ({ blockRead }) => blockRead.bytesPerSecond),
    ...member("blockWrittenPerSecond", samples, ({ blockWritten }) => blockWritten.bytesPerSecond),
  };
}

function member(
  name: keyof UsageSummary,
  samples: readonly ContainerUsage[],
  pick: (usage: ContainerUsage) => number | undefined,
): UsageSummary {
  const values = samples.map(pick).filter((value) => value !== undefined);
  if (values.length === 0) return {};
  const sum = values.reduce((total, value) => total + value, 0);
  return { [name]: { min: Math.min(...values), max: Math.max(...values), sum, sampleCount: values.length } };
}
