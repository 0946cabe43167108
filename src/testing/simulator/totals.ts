/** Adds up what many simulations went through, for the last lines of a run. */
import { addTo, type Counts } from "./coverage.ts";
import type { SimulationResult } from "./simulate.ts";

export class Totals {
  #runs = 0;
  #steps = 0;
  #virtualMs = 0;
  readonly #faults = new Map<string, number>();
  readonly #transitions = new Map<string, number>();
  readonly #statuses = new Map<string, number>();
  readonly #broken: SimulationResult[] = [];
  readonly #begunAt = performance.now();

  add(result: SimulationResult): void {
    this.#runs += 1;
    if (result.violation !== undefined) this.#broken.push(result);
    this.#steps += result.steps;
    this.#virtualMs += result.virtualMs;
    addAll(this.#faults, result.faults);
    addAll(this.#transitions, result.transitions);
    addAll(this.#statuses, result.statuses);
  }

  /** Runs that broke an invariant, in the order of their seeds. */
  get broken(): readonly SimulationResult[] {
    return this.#broken.toSorted((a, b) => a.seed - b.seed);
  }

  lines(): readonly string[] {
    const seconds = (performance.now() - this.#begunAt) / 1000;
    const pace = (this.#runs / seconds).toFixed(1);
    const hours = (this.#virtualMs / 3_600_000).toFixed(1);
    return [
      `${this.#runs} simulations, ${this.#steps} steps, ${hours} virtual hours in ${seconds.toFixed(1)} s (${pace} a second)`,
      `faults and operations: ${listed(this.#faults)}`,
      `statuses: ${listed(this.#statuses)}`,
      `transitions: ${listed(this.#transitions)}`,
    ];
  }
}

function addAll(totals: Map<string, number>, counts: Counts): void {
  for (const [key, count] of Object.entries(counts)) addTo(totals, key, count);
}

function listed(counts: ReadonlyMap<string, number>): string {
  const sorted = [...counts].sort(([a], [b]) => (a < b ? -1 : 1));
  return sorted.map(([name, count]) => `${name} ${count}`).join(", ");
}
