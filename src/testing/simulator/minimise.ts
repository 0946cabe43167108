/** Shortens a failing plan piece by piece while it still fails: what is left is what matters. */
import type { Plan, PlannedContainer, PlannedTask } from "./plan.ts";
import { simulate } from "./simulate.ts";

/** Tries at most; each is one simulation. */
const MAX_TRIES = 300;

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

/** Every plan that lacks one operation, one task, the last container of one, or a member of a container's definition. */
function* smallerPlans(plan: Plan): Iterable<Plan> {
  for (const index of plan.operations.keys()) yield { ...plan, operations: plan.operations.toSpliced(index, 1) };
  for (const [index, task] of plan.tasks.entries()) {
    for (const smaller of smallerTasks(task)) yield { ...plan, tasks: plan.tasks.with(index, smaller) };
  }
}

function* smallerTasks(task: PlannedTask): Iterable<PlannedTask> {
  // An emptied task keeps its number, which operations refer to.
  if (task.containers.length > 0) yield { ...task, containers: [] };
  if (task.containers.length > 1) yield { ...task, containers: task.containers.slice(0, -1) };
  for (const [index, container] of task.containers.entries()) {
    for (const smaller of smallerContainers(container)) {
      yield { ...task, containers: task.containers.with(index, smaller) };
    }
  }
}

const DISPENSABLE = ["portMappings", "mountPoints", "secrets", "links", "volumesFrom", "restartPolicy", "dependsOn"];

function* smallerContainers(container: PlannedContainer): Iterable<PlannedContainer> {
  for (const member of DISPENSABLE) {
    if (container.definition[member] === undefined) continue;
    const { [member]: _dropped, ...rest } = container.definition;
    yield { ...container, definition: { ...rest, name: container.definition.name } };
  }
}

/** The sentence without what varies: names, ids and numbers. */
function kindOf(violation: string | undefined): string | undefined {
  return violation
    ?.split("\n")[0]
    ?.replaceAll(/\S*\d\S*/g, "")
    .replaceAll("~internal~ecs~pause", "");
}
