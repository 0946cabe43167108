/** Medians and their kin. */
import { round } from "./report.ts";

/** The value below which a share of the others lie, by nearest rank. @throws {RangeError} when there are none */
export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  const value = sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)];
  if (value === undefined) throw new RangeError("Cannot take a percentile: there are no values");
  return value;
}

/** Of an even number of values it is half-way between the middle two. */
export function median(values: readonly number[]): number {
  return (
    (percentile(values, 0.5) +
      -percentile(
        values.map((value) => -value),
        0.5,
      )) /
    2
  );
}

export type Spread = { readonly median: number; readonly min: number; readonly max: number; readonly runs: number };

/** Of several runs of one measurement. */
export function spreadOf(values: readonly number[]): Spread {
  return {
    median: round(median(values)),
    min: round(percentile(values, 0)),
    max: round(percentile(values, 1)),
    runs: values.length,
  };
}

export type Ratio = {
  readonly ofMedians: number;
  /** Of each round by itself: a machine that is slow for a while is so for both sides. */
  readonly byRound: Spread;
};

/** What one figure of two variants that ran in turns comes to; `undefined` when one of them was not run. */
export function ratioOf<Result>(
  figure: (result: Result) => number,
  own: readonly Result[] | undefined,
  other: readonly Result[] | undefined,
): Ratio | undefined {
  if (own === undefined || other === undefined) return undefined;
  const [owns, others] = [own.map(figure), other.map(figure)];
  return {
    ofMedians: round(median(owns) / median(others)),
    byRound: spreadOf(owns.map((value, index) => value / (others[index] ?? value))),
  };
}

/** Of many samples of one run. */
export function quantilesOf(values: readonly number[]): Readonly<Record<"p50" | "p99" | "max" | "count", number>> {
  return {
    p50: round(median(values)),
    p99: round(percentile(values, 0.99)),
    max: round(percentile(values, 1)),
    count: values.length,
  };
}

/** Runs the variants one after the other, round by round, so that a change of the machine's load meets all of them. */
export async function interleaved<Name extends string, Result>(
  rounds: number,
  variants: Readonly<Record<Name, (round: number) => Promise<Result>>>,
): Promise<Readonly<Record<Name, readonly Result[]>>> {
  const names = Object.keys(variants) as Name[];
  const results = Object.fromEntries(names.map((name) => [name, [] as Result[]])) as Record<Name, Result[]>;
  for (let index = 0; index < rounds; index += 1) {
    // Each goes first as often as the others.
    const order = names.map((_, place) => names[(place + index) % names.length] as Name);
    for (const name of order) results[name].push(await variants[name](index));
  }
  return results;
}
