/** A task of a simulation: a random definition, what its processes do, and how it is given to the engine. */
import fc from "fast-check";
import type { Behaviour, HealthBehaviour, Manner, PlannedContainer, PlannedTask } from "../simulator/plan.ts";
import { ACTIVE_MS } from "../simulator/world.ts";
import { sometimes } from "./odds.ts";
import { behaviourArbitrary, healthBehaviourArbitrary } from "./process-behaviour.ts";
import {
  type DrawnContainer,
  type DrawnDefinition,
  type TaskDefinitionOptions,
  taskDefinitionArbitrary,
} from "./task-definition.ts";

export type PlannedTaskOptions = TaskDefinitionOptions & {
  /** Share of tasks that are added twice or stopped at once, in percent; 22 unless set. */
  readonly unusualPercent?: number;
};

type ContainerPlan = {
  readonly behaviour: Behaviour;
  readonly health: HealthBehaviour;
  readonly restartPeriodSeconds: number | undefined;
};

const containerPlanArbitrary: fc.Arbitrary<ContainerPlan> = fc.record({
  behaviour: behaviourArbitrary,
  health: healthBehaviourArbitrary,
  restartPeriodSeconds: sometimes(60, fc.constantFrom(1, 10, 10)),
});

export function plannedTaskArbitrary(options: PlannedTaskOptions = {}): fc.Arbitrary<PlannedTask> {
  const { maxContainers = 4, unusualPercent = 22 } = options;
  return fc
    .record({
      definition: taskDefinitionArbitrary(options),
      plans: fc.array(containerPlanArbitrary, { minLength: maxContainers, maxLength: maxContainers }),
      addAtMs: fc.integer({ min: 0, max: ACTIVE_MS / 2 }),
      unusual: sometimes(unusualPercent, fc.constantFrom<Manner[]>("twiceAtOnce", "stoppedAtOnce")),
    })
    .map(({ definition, plans, addAtMs, unusual }) => ({
      addAtMs,
      manner: unusual ?? "once",
      ...taskPartsOf(definition, plans),
    }));
}

function taskPartsOf(
  { containerDefinitions, family: _family, ...members }: DrawnDefinition,
  plans: readonly ContainerPlan[],
): Pick<PlannedTask, "containers" | "members"> {
  const containers = containerDefinitions.map((each, index) => planFor(each, plans[index] as ContainerPlan));
  return { containers, members };
}

/** Only what the definition asks for. */
function planFor(definition: DrawnContainer, plan: ContainerPlan): PlannedContainer {
  const { behaviour, health, restartPeriodSeconds } = plan;
  const hasPeriod = definition.restartPolicy !== undefined && restartPeriodSeconds !== undefined;
  return {
    definition,
    behaviour,
    ...(definition.healthCheck === undefined ? {} : { health }),
    ...(hasPeriod ? { restartPeriodSeconds } : {}),
  };
}
