/** Health checks, in nanoseconds. Source: interfaces 1.5, engine-modern 10.1. */
import { CONTAINER_DEFAULTS } from "../../core/definition/defaults.ts";
import { healthTest } from "../../core/definition/health-command.ts";
import type { HealthCheck } from "../../core/definition/types.ts";
import type { CreateBody } from "../../ports/docker-client.ts";
import { putTogether } from "./present.ts";

const NANOSECONDS = 1_000_000_000;

/** Without a check in the definition the image's own runs, and ECS does not look at it. */
export function healthCheckOf(healthCheck: HealthCheck | undefined): CreateBody["Healthcheck"] {
  if (healthCheck === undefined) return undefined;
  // NONE switches the image's check off; its times would mean nothing.
  if (healthCheck.command[0] === "NONE") return { Test: ["NONE"] };
  const startPeriod = healthCheck.startPeriod ?? CONTAINER_DEFAULTS["healthCheck.startPeriod"].value;
  return putTogether<NonNullable<CreateBody["Healthcheck"]>>({
    Test: healthTest(healthCheck.command),
    Interval: healthCheck.interval * NANOSECONDS,
    Timeout: healthCheck.timeout * NANOSECONDS,
    Retries: healthCheck.retries,
    StartPeriod: startPeriod === 0 ? undefined : startPeriod * NANOSECONDS,
  });
}
