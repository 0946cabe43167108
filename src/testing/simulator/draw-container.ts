/** Draws one container: its definition, and what its process does. */
import type { SeededRandom } from "../seeded-random.ts";
import type { QuickContainer } from "../simulated-host.ts";
import type { NetworkMode } from "./draw-task.ts";
import type { Behaviour, HealthBehaviour, PlannedContainer } from "./plan.ts";
import { SECRET_ARN, UNKNOWN_SECRET_ARN } from "./secrecy.ts";
import { FIXED_PORTS, IMAGES } from "./world.ts";

const HEALTH_CHECK = { command: ["CMD", "check"], interval: 5, timeout: 2, retries: 2 };

export function drawContainer(
  random: SeededRandom,
  { taskIndex, networkMode }: { readonly taskIndex: number; readonly networkMode: NetworkMode },
  earlier: readonly PlannedContainer[],
): PlannedContainer {
  const health = drawHealth(random);
  const restarts = random.chance(0.3);
  const definition: QuickContainer = {
    name: `t${taskIndex}c${earlier.length}`,
    image: random.chance(0.05) ? "nowhere:1" : random.pick([IMAGES[0], ...IMAGES]),
    stopTimeout: random.pick([2, 5, 30]),
    ...(random.chance(0.3) ? { startTimeout: random.pick([5, 20, 60]) } : {}),
    ...drawOrder(random, networkMode, earlier),
    ...(health === undefined ? {} : { healthCheck: HEALTH_CHECK }),
    ...(restarts ? { restartPolicy: drawRestartPolicy(random) } : {}),
    ...(random.chance(0.35) ? { mountPoints: [drawMount(random)] } : {}),
    ...(random.chance(0.4) ? drawPorts(random, networkMode, earlier.length) : {}),
    ...(random.chance(0.15) ? { secrets: [drawSecret(random)] } : {}),
  };
  return {
    definition,
    behaviour: drawBehaviour(random),
    ...(health === undefined ? {} : { health }),
    ...(restarts && random.chance(0.6) ? { restartPeriodSeconds: random.pick([1, 10, 10]) } : {}),
  };
}

/** dependsOn, links and volumesFrom, each to containers further up only. */
function drawOrder(random: SeededRandom, networkMode: NetworkMode, earlier: readonly PlannedContainer[]) {
  const dependsOn = earlier.filter(() => random.chance(0.4)).map((each) => drawEdge(random, each));
  const hasLinks = networkMode === "bridge" || networkMode === undefined;
  const links = hasLinks ? earlier.filter(() => random.chance(0.1)).map((each) => each.definition.name) : [];
  const volumesFrom = earlier.filter(() => random.chance(0.1));
  return {
    ...(dependsOn.length === 0 ? {} : { dependsOn }),
    ...(links.length === 0 ? {} : { links }),
    ...(volumesFrom.length === 0
      ? {}
      : { volumesFrom: volumesFrom.map((each) => ({ sourceContainer: each.definition.name })) }),
  };
}

function drawEdge(random: SeededRandom, target: PlannedContainer) {
  const conditions = ["START", "COMPLETE", "SUCCESS", ...(target.health === undefined ? [] : ["HEALTHY", "HEALTHY"])];
  return { containerName: target.definition.name, condition: random.pick(conditions) };
}

function drawMount(random: SeededRandom) {
  const sourceVolume = random.chance(0.05) ? "absent" : random.pick(["data", "data", "scratch", "shared"]);
  return { sourceVolume, containerPath: "/data" };
}

/** A port of the host's own number in some, so that tasks want the same one. */
function drawPorts(random: SeededRandom, networkMode: NetworkMode, index: number): object {
  switch (networkMode) {
    case "awsvpc":
      return { portMappings: [{ containerPort: 8_000 + index }] };
    case "host":
      return random.chance(0.3) ? { portMappings: [{ containerPort: FIXED_PORTS[0] + index }] } : {};
    case "none":
      return {};
    default:
      return { portMappings: [drawBridgePort(random, index)] };
  }
}

function drawBridgePort(random: SeededRandom, index: number): object {
  const hostPort = FIXED_PORTS[index];
  switch (random.int(0, 4)) {
    case 0:
      // A task must not ask for one twice.
      return { containerPort: 80, ...(hostPort === undefined ? {} : { hostPort }) };
    case 1:
      return { containerPortRange: "9000-9002" };
    case 2:
      return { containerPort: 53, protocol: "udp" };
    default:
      return { containerPort: 80 };
  }
}

function drawSecret(random: SeededRandom) {
  return { name: "PASSWORD", valueFrom: random.chance(0.15) ? UNKNOWN_SECRET_ARN : SECRET_ARN };
}

function drawHealth(random: SeededRandom): HealthBehaviour | undefined {
  if (random.chance(0.65)) return undefined;
  switch (random.int(0, 4)) {
    case 0:
      return "never";
    case 1:
      return { unhealthyAfter: random.int(1, 3) };
    default:
      return { healthyAfter: random.int(1, 4) };
  }
}

function drawRestartPolicy(random: SeededRandom) {
  return { enabled: true, restartAttemptPeriod: 60, ...(random.chance(0.5) ? { ignoredExitCodes: [0] } : {}) };
}

function drawBehaviour(random: SeededRandom): Behaviour {
  const afterMs = random.pick([0, 50, 1_000, 20_000, 70_000, 150_000]);
  switch (random.int(0, 9)) {
    case 0:
    case 1:
      return { type: "exits", exitCode: 0, afterMs };
    case 2:
      return { type: "exits", exitCode: random.pick([1, 3, 137]), afterMs };
    case 3:
      return { type: "ignoresSigterm" };
    case 4:
    case 5:
      return { type: "handlesSigterm", afterMs: random.pick([0, 100, 3_000]), exitCode: random.pick([0, 0, 143]) };
    case 6:
      return random.chance(0.5) ? { type: "oomKilled", afterMs } : { type: "commandNotFound" };
    default:
      return { type: "runsForever" };
  }
}
