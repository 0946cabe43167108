/** Start order. */
import { aRequest, twoContainers } from "../a-definition.ts";
import type { Case } from "./case.ts";
import { C0, depends } from "./case.ts";

export const DEPENDENCIES_CASES: readonly Case[] = [
  {
    rule: "depends-on-unknown",
    path: `${C0}.dependsOn[0].containerName`,
    input: aRequest({}, depends("db", "START")),
    aws: "Cannot depend on container + 'db' because it does not exist",
  },
  { rule: "dependency-cycle", path: `${C0}.dependsOn`, input: aRequest({}, depends("web", "START")) },
  {
    rule: "dependency-cycle",
    path: `${C0}.dependsOn`,
    input: twoContainers(depends("db", "START"), depends("web", "START")),
  },
  {
    rule: "dependency-cycle",
    path: `${C0}.links`,
    input: twoContainers({ links: ["db"] }, { volumesFrom: [{ sourceContainer: "web" }] }),
  },
  ...["SUCCESS", "COMPLETE"].map(
    (condition): Case => ({
      rule: "depends-on-essential",
      path: `${C0}.dependsOn[0].condition`,
      input: twoContainers(depends("db", condition), {}),
      aws: "A dependency container with SUCCESS or COMPLETE condition cannot be an essential container",
    }),
  ),
  {
    rule: "depends-on-health-check",
    path: `${C0}.dependsOn[0].condition`,
    input: twoContainers(depends("db", "HEALTHY"), {}),
    aws: "A dependency container with HEALTHY condition must have health check configured",
  },
  {
    rule: "depends-on-health-check",
    path: `${C0}.dependsOn[0].condition`,
    input: twoContainers(depends("db", "HEALTHY"), { healthCheck: { command: ["NONE"] } }),
  },
];
