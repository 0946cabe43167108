/** What a bundle with a bug is asked for. */
export { drawPlan } from "../../src/testing/arbitraries/index.ts";
export { profileFor, simulate } from "../../src/testing/simulator/index.ts";
