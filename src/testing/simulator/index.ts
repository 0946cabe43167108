/** The simulator for programs: run a plan, look at what broke. `berth/testing/arbitraries` draws plans from seeds. */
export type {
  Behaviour,
  HealthBehaviour,
  Manner,
  Operation,
  Plan,
  PlannedContainer,
  PlannedOperation,
  PlannedTask,
  ProfileName,
} from "./plan.ts";
export { PROFILES, profileFor } from "./profiles.ts";
export { type SimulationResult, simulate } from "./simulate.ts";
