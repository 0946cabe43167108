/**
 * `npm run sim`: runs the real engine on simulated time, seed after seed, and says what it went through. A seed that
 * breaks an invariant is shortened, printed with its trace, and can be run again with one line. With `--jobs` all seeds
 * are run, several at a time, and those that broke one are listed at the end.
 */
import { parseArgs } from "node:util";
import { drawPlan } from "../arbitraries/draw-plan.ts";
import { minimise } from "./minimise.ts";
import { type Assignment, answerAssignments, simulateInParallel } from "./parallel.ts";
import type { Plan, ProfileName } from "./plan.ts";
import { PROFILES, profileFor } from "./profiles.ts";
import { type SimulationResult, simulate } from "./simulate.ts";
import { Totals } from "./totals.ts";

const USAGE = `npm run sim -- [options]
  --seed N         one seed, with its trace when an invariant is broken
  --seeds N        how many seeds, 2000 unless set
  --from N         the first of them, 1 unless set
  --profile NAME   ${PROFILES.join(", ")}; each seed has its own unless set, "all" runs all of them
  --steps N        tasks added and operations done from outside, together; drawn from the seed unless set
  --trace          print the trace also when all invariants hold (with --seed)
  --keep-going     name every seed that breaks an invariant instead of explaining the first
  --jobs N         so many processes at a time, which keep going
  --until-stopped  seed after seed until it is interrupted`;

/** What was asked for makes no sense: the text says what, and no stack is of any use. */
class UsageError extends Error {
  override readonly name = "UsageError";
}

function parse() {
  try {
    return parseArgs({
      options: {
        seed: { type: "string" },
        seeds: { type: "string", default: "2000" },
        from: { type: "string", default: "1" },
        profile: { type: "string" },
        steps: { type: "string" },
        trace: { type: "boolean", default: false },
        "keep-going": { type: "boolean", default: false },
        jobs: { type: "string" },
        /** Of the processes that `jobs` starts. */
        "one-of-many": { type: "boolean", default: false },
        "until-stopped": { type: "boolean", default: false },
        help: { type: "boolean", default: false },
      },
    }).values;
  } catch (error) {
    return complain(error);
  }
}

/** Whoever mistypes an option gets the list of them. Anything else is a failure of ours, and has its stack. */
function complain(error: unknown): never {
  const isTheirs = error instanceof UsageError || (error instanceof TypeError && "code" in error);
  if (!isTheirs) throw error;
  console.error(`Cannot run the simulator: ${error.message}\n\n${USAGE}`);
  process.exit(2);
}

const values = parse();

/** How often a run without an end says how far it is. */
const PROGRESS_SEEDS = 500;
const PROGRESS_RUNS = 5_000;

function number(option: "seed" | "seeds" | "from" | "steps" | "jobs"): number {
  const value = Number(values[option]);
  const least = option === "jobs" ? 1 : 0;
  if (!Number.isInteger(value) || value < least)
    throw new UsageError(`--${option} is to be a whole number from ${least} on, and is "${values[option]}"`);
  return value;
}

function profilesOf(seed: number): readonly ProfileName[] {
  const name = values.profile;
  if (name === undefined) return [profileFor(seed)];
  if (name === "all") return PROFILES;
  const known = PROFILES.find((profile) => profile === name);
  if (known === undefined)
    throw new UsageError(`--profile is to be one of ${PROFILES.join(", ")}, all, and is "${name}"`);
  return [known];
}

function plan(seed: number, profile: ProfileName): Plan {
  return drawPlan(seed, profile, values.steps === undefined ? undefined : number("steps"));
}

async function runOne(seed: number): Promise<number> {
  let code = 0;
  for (const profile of profilesOf(seed)) {
    const drawn = plan(seed, profile);
    const result = await simulate(drawn, { trace: values.trace });
    if (values.trace) console.log(result.trace.join("\n"));
    if (result.violation === undefined) console.log(`seed ${seed}, profile ${profile}: all invariants hold`);
    else await explain(drawn, result.violation);
    if (result.violation !== undefined) code = 1;
  }
  return code;
}

/** All that were asked for, one after the other. */
function* assignments(): Iterable<Assignment> {
  const from = number("from");
  const last = values["until-stopped"] ? Number.POSITIVE_INFINITY : from + number("seeds") - 1;
  const steps = values.steps === undefined ? {} : { steps: number("steps") };
  for (let seed = from; seed <= last; seed += 1)
    for (const profile of profilesOf(seed)) yield { seed, profile, ...steps };
}

/** @returns the exit code: 1 when a seed breaks an invariant */
async function runMany(): Promise<number> {
  const totals = new Totals();
  for (const { seed, profile } of assignments()) {
    const drawn = plan(seed, profile);
    const result = await simulate(drawn);
    totals.add(result);
    if (result.violation !== undefined) {
      if (!values["keep-going"]) {
        await explain(drawn, result.violation);
        return 1;
      }
      console.log(named(result));
    }
    if (values["until-stopped"] && seed % PROGRESS_SEEDS === 0) console.log(totals.lines().join("\n"));
  }
  return conclude(totals);
}

async function runInParallel(): Promise<number> {
  const totals = new Totals();
  let seen = 0;
  await simulateInParallel(assignments(), number("jobs"), (result) => {
    totals.add(result);
    if (result.violation !== undefined) console.log(named(result));
    seen += 1;
    if (seen % PROGRESS_RUNS === 0) console.log(totals.lines()[0]);
  });
  return conclude(totals);
}

/** @returns the exit code */
function conclude(totals: Totals): number {
  console.log(totals.lines().join("\n"));
  const { broken } = totals;
  for (const { seed, profile } of broken) console.log(again(seed, profile));
  const outcome = broken.length === 0 ? "all invariants hold" : `invariants are broken by ${broken.length} of them`;
  console.log(`seeds ${values.from} to ${number("from") + number("seeds") - 1}: ${outcome}`);
  return broken.length === 0 ? 0 : 1;
}

function named({ seed, profile, violation = "" }: SimulationResult): string {
  return `seed ${seed}, profile ${profile}: ${violation.split("\n", 2).join(" ")}`;
}

function again(seed: number, profile: ProfileName): string {
  const steps = values.steps === undefined ? "" : ` --steps ${values.steps}`;
  return `Run it again: npm run sim -- --seed ${seed} --profile ${profile}${steps}`;
}

async function explain(plan: Plan, violation: string): Promise<void> {
  const least = await minimise(plan, violation);
  const { trace, violation: shortened } = await simulate(least, { trace: true });
  const { tasks, operations, world } = least;
  console.log(trace.join("\n"));
  console.log(`Shortest plan found: ${JSON.stringify({ world, tasks, operations })}`);
  console.log(`BROKEN by seed ${plan.seed}, profile ${plan.profile}: ${violation}`);
  if (shortened !== violation) console.log(`In the shortest plan: ${shortened}`);
  console.log(again(plan.seed, plan.profile));
}

async function main(): Promise<number> {
  if (values.help) {
    console.log(USAGE);
    return 0;
  }
  if (values["one-of-many"]) return await answerAssignments();
  if (values.seed !== undefined) return await runOne(number("seed"));
  return values.jobs === undefined ? await runMany() : await runInParallel();
}

process.exitCode = await main().catch(complain);
