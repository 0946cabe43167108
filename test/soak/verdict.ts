/** Has anything grown? Medians of an early window are compared with those of a late one; what is left at the end is counted. */
import { median } from "../../bench/lib/stats.ts";
import type { Reading } from "./gauges.ts";

/** How much more a late median may be than an early one. */
type Allowance = { readonly part: number; readonly more: number };

/** What goes up and down with the tasks in flight may differ by a part; caches of the process by some megabytes. */
const ALLOWANCES: Readonly<Record<string, Allowance>> = {
  heapMb: { part: 0.1, more: 2 },
  rssMb: { part: 0.15, more: 25 },
  externalMb: { part: 0.1, more: 2 },
  descriptors: { part: 0.25, more: 5 },
};
const COUNTED: Allowance = { part: 0.25, more: 20 };

/** What a process may keep for itself when the engine is gone. */
const NOT_COUNTED = new Set(["heapMb", "rssMb", "externalMb"]);

export type Windows = Readonly<Record<string, { readonly early: number; readonly late: number }>>;

/** The first tenth is warm-up; of the rest the first and the last third are compared. @throws {RangeError} with fewer than 10 readings */
export function windowsOf(readings: readonly Reading[]): Windows {
  if (readings.length < 10) throw new RangeError(`Cannot compare: ${readings.length} readings are too few`);
  const warm = readings.slice(Math.ceil(readings.length / 10));
  const third = Math.floor(warm.length / 3);
  const [early, late] = [warm.slice(0, third), warm.slice(-third)];
  const names = Object.keys(warm[0] ?? {});
  return Object.fromEntries(
    names.map((name) => [name, { early: medianOf(early, name), late: medianOf(late, name) }] as const),
  );
}

/** Names of what has grown, with the figures. */
export function grown(windows: Windows): readonly string[] {
  return Object.entries(windows).flatMap(([name, { early, late }]) => {
    const { part, more } = ALLOWANCES[name] ?? COUNTED;
    return late > early * (1 + part) + more ? [`${name} grew from ${early} to ${late}`] : [];
  });
}

/** Of what the garbage collector decides, the last few may still be held by the call that used them last. */
const LAST_FEW: Readonly<Record<string, number>> = { abortSignals: 3 };

/** What there is more of than before; memory aside, which {@link grown} judges. */
export function left(before: Reading, after: Reading, when: string): readonly string[] {
  return Object.entries(after).flatMap(([name, count]) => {
    const was = before[name] ?? 0;
    return NOT_COUNTED.has(name) || count <= was + (LAST_FEW[name] ?? 0)
      ? []
      : [`${when}: ${name} ${count}, was ${was}`];
  });
}

function medianOf(readings: readonly Reading[], name: string): number {
  return round(median(readings.map((reading) => reading[name] ?? 0)));
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
