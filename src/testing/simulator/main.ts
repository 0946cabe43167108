/**
 * `npm run sim`: runs the real engine on simulated time, seed after seed, and says what it went through. A seed that
 * breaks an invariant is shortened, printed with its trace, and can be run again with one line.
 */
import { parseArgs } from "node:util";
import { minimise } from "./minimise.ts";
import { drawPlan, type Plan, type ProfileName } from "./plan.ts";
import { PROFILES } from "./profiles.ts";
import { type SimulationResult, simulate } from "./simulate.ts";

const { values } = parseArgs({
  options: {
    seed: { type: "string" },
    seeds: { type: "string", default: "400" },
    from: { type: "string", default: "1" },
    profile: { type: "string" },
    trace: { type: "boolean", default: false },
    "until-stopped": { type: "boolean", default: false },
  },
});

const profiles = chosenProfiles(values.profile);

function chosenProfiles(name: string | undefined): readonly ProfileName[] {
  if (name === undefined) return PROFILES;
  const known = PROFILES.find((profile) => profile === name);
  if (known === undefined) throw new Error(`Cannot use profile "${name}": known are ${PROFILES.join(", ")}`);
  return [known];
}

async function runOne(seed: number): Promise<number> {
  let code = 0;
  for (const profile of profiles) {
    const result = await simulate(drawPlan(seed, profile), { trace: true });
    if (values.trace || result.violation !== undefined) console.log(result.trace.join("\n"));
    console.log(`seed ${seed}, profile ${profile}: ${result.violation ?? "all invariants hold"}`);
    if (result.violation !== undefined) code = 1;
  }
  return code;
}

/** @returns the exit code: 1 at the first seed that breaks an invariant */
async function runMany(): Promise<number> {
  const total = new Totals();
  const first = Number(values.from);
  const last = values["until-stopped"] ? Number.POSITIVE_INFINITY : first + Number(values.seeds) - 1;
  for (let seed = first; seed <= last; seed += 1) {
    for (const profile of profiles) {
      const plan = drawPlan(seed, profile);
      const result = await simulate(plan);
      total.add(result);
      if (result.violation === undefined) continue;
      await explain(plan, result.violation);
      return 1;
    }
    if (values["until-stopped"] && seed % 100 === 0) total.print();
  }
  total.print();
  return 0;
}

async function explain(plan: Plan, violation: string): Promise<void> {
  const least = await minimise(plan, violation);
  const { trace, violation: again } = await simulate(least, { trace: true });
  console.log(trace.join("\n"));
  console.log(`Shortest plan found: ${JSON.stringify({ tasks: least.tasks, operations: least.operations })}`);
  console.log(`BROKEN by seed ${plan.seed}, profile ${plan.profile}: ${again ?? violation}`);
  console.log(`Run it again: npm run sim -- --seed ${plan.seed} --profile ${plan.profile}`);
}

class Totals {
  #runs = 0;
  #steps = 0;
  #virtualMs = 0;
  readonly #faults = new Map<string, number>();
  readonly #transitions = new Map<string, number>();
  readonly #begunAt = performance.now();

  add(result: SimulationResult): void {
    this.#runs += 1;
    this.#steps += result.steps;
    this.#virtualMs += result.virtualMs;
    for (const [kind, count] of Object.entries(result.faults))
      this.#faults.set(kind, (this.#faults.get(kind) ?? 0) + count);
    for (const each of result.transitions) this.#transitions.set(each, (this.#transitions.get(each) ?? 0) + 1);
  }

  print(): void {
    const seconds = (performance.now() - this.#begunAt) / 1000;
    const list = (counts: ReadonlyMap<string, number>) =>
      [...counts]
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([name, count]) => `${name} ${count}`)
        .join(", ");
    console.log(
      `${this.#runs} simulations, ${this.#steps} steps, ${(this.#virtualMs / 3_600_000).toFixed(1)} virtual hours in ${seconds.toFixed(1)} s`,
    );
    console.log(`faults injected: ${list(this.#faults)}`);
    console.log(`transitions covered: ${list(this.#transitions)}`);
  }
}

process.exitCode = values.seed === undefined ? await runMany() : await runOne(Number(values.seed));
