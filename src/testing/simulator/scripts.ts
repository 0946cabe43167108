/** From planned behaviour to what the simulated daemon plays. */
import {
  becomesUnhealthy,
  type ContainerScript,
  commandNotFound,
  exits,
  type HealthScript,
  handlesSigterm,
  healthyAfter,
  ignoresSigterm,
  neverHealthy,
  oomKilled,
  type RunScript,
  runsForever,
} from "../simulated-docker/index.ts";
import type { Behaviour, HealthBehaviour, PlannedContainer } from "./plan.ts";
import { SECRET_VALUE } from "./secrecy.ts";

/** @param onMissingSecret called when a container starts that was promised a secret and does not have it */
export function scriptOf(planned: PlannedContainer, onMissingSecret: () => void): ContainerScript {
  const { behaviour, health, definition } = planned;
  const run = runScript(behaviour);
  const check: RunScript = (process) => {
    if (process.env.PASSWORD !== SECRET_VALUE) onMissingSecret();
  };
  return {
    run: definition.secrets === undefined ? run : [check, run],
    ...(health === undefined ? {} : { health: healthScript(health) }),
  };
}

function healthScript(health: HealthBehaviour): HealthScript {
  if (health === "never") return neverHealthy();
  return "healthyAfter" in health
    ? healthyAfter(health.healthyAfter)
    : becomesUnhealthy({ afterChecks: health.unhealthyAfter });
}

function runScript(behaviour: Behaviour): RunScript {
  switch (behaviour.type) {
    case "exits":
      return exits(behaviour.exitCode, { afterMs: behaviour.afterMs });
    case "runsForever":
      return runsForever();
    case "ignoresSigterm":
      return ignoresSigterm();
    case "handlesSigterm":
      return handlesSigterm({ afterMs: behaviour.afterMs, exitCode: behaviour.exitCode });
    case "oomKilled":
      return oomKilled({ afterMs: behaviour.afterMs });
    case "commandNotFound":
      return commandNotFound();
  }
}
