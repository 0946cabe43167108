import { describe, expect, it } from "vitest";
import { aContainer, aTask } from "../testing/builders.ts";
import type { HealthStatus } from "./status.ts";
import { taskHealthOf } from "./task-health.ts";

const checked = (name: string, status: HealthStatus, essential = true) =>
  aContainer({ name, essential, hasHealthCheck: true, health: { status } });
const unchecked = aContainer({ name: "plain" });

describe("taskHealthOf()", () => {
  it.each([
    ["one healthy and one without a check", [checked("a", "HEALTHY"), unchecked], "HEALTHY"],
    ["one healthy and one starting", [checked("a", "HEALTHY"), checked("b", "UNKNOWN")], "UNKNOWN"],
    ["one unhealthy and one starting", [checked("a", "UNKNOWN"), checked("b", "UNHEALTHY")], "UNHEALTHY"],
    ["an unhealthy one that is not essential", [checked("a", "HEALTHY"), checked("b", "UNHEALTHY", false)], "HEALTHY"],
    ["no check at all", [unchecked], "UNKNOWN"],
  ] as const)("HEALTH-5: %s", (_, containers, health) => {
    expect(taskHealthOf(aTask({ containers: [...containers] }))).toBe(health);
  });
});
