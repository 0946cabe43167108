/**
 * `berth/testing/arbitraries`: random task definitions for properties, and the plans of the simulator that are drawn from
 * them. The only part of Berth that needs fast-check, which is why it has an entry of its own.
 */
export { drawPlan } from "./draw-plan.ts";
export { type PlannedTaskOptions, plannedTaskArbitrary } from "./planned-task.ts";
export { behaviourArbitrary, healthBehaviourArbitrary } from "./process-behaviour.ts";
export {
  type DrawnContainer,
  type DrawnDefinition,
  type TaskDefinitionOptions,
  taskDefinitionArbitrary,
} from "./task-definition.ts";
