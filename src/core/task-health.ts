/** The health of a task as a whole. Source: engine-modern 10.2 (HEALTH-5). */
import type { HealthStatus } from "./status.ts";
import type { Task } from "./task.ts";

/**
 * Over the essential containers that have a health check: one that is UNHEALTHY makes the task so, and it is HEALTHY when
 * all of them are. A task without such a container is UNKNOWN. It ends nothing: whoever runs the task decides.
 */
export function taskHealthOf({ containers }: Task): HealthStatus {
  const checked = containers.filter(({ essential, hasHealthCheck }) => essential && hasHealthCheck);
  const statuses = checked.map(({ health }) => health.status);
  if (statuses.includes("UNHEALTHY")) return "UNHEALTHY";
  return statuses.length > 0 && statuses.every((status) => status === "HEALTHY") ? "HEALTHY" : "UNKNOWN";
}
