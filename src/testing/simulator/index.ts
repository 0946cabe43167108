/** The simulator for programs: draw a plan from a seed, run it, look at what broke. */
export { drawPlan, type Plan, type ProfileName } from "./plan.ts";
export { PROFILES, profileFor } from "./profiles.ts";
export { type SimulationResult, simulate } from "./simulate.ts";
