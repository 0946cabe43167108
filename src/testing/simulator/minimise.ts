/** Shortens a failing plan piece by piece while it still fails: what is left is what matters. */
import type { Plan } from "./plan.ts";
import { simulate } from "./simulate.ts";

/** Tries at most; each is one simulation. */
const MAX_TRIES = 200;

/** @param violation what the plan breaks; a shorter one must break the same */
export async function minimise(plan: Plan, violation: string): Promise<Plan> {
  let best = plan;
  let tries = 0;
  for (let shrunk = true; shrunk && tries < MAX_TRIES; ) {
    shrunk = false;
    for (const candidate of smallerPlans(best)) {
      tries += 1;
      if (tries > MAX_TRIES) break;
      if (kindOf((await simulate(candidate)).violation) !== kindOf(violation)) continue;
      best = candidate;
      shrunk = true;
      break;
    }
  }
  return best;
}

/** Every plan that lacks one operation, one task's containers from the end, or one task altogether. */
function* smallerPlans(plan: Plan): Iterable<Plan> {
  for (const index of plan.operations.keys()) yield { ...plan, operations: plan.operations.toSpliced(index, 1) };
  for (const [index, task] of plan.tasks.entries()) {
    // An emptied task keeps its number, which operations refer to.
    if (task.containers.length > 0) yield { ...plan, tasks: plan.tasks.with(index, { ...task, containers: [] }) };
    if (task.containers.length > 1) {
      yield { ...plan, tasks: plan.tasks.with(index, { ...task, containers: task.containers.slice(0, -1) }) };
    }
  }
}

/** The sentence without what varies: names, ids and numbers. */
function kindOf(violation: string | undefined): string | undefined {
  return violation
    ?.split("\n")[0]
    ?.replaceAll(/\S*\d\S*/g, "")
    .replaceAll("~internal~ecs~pause", "");
}
