/**
 * The normalised form of a definition in which the rules found nothing wrong: AWS's defaults filled in, sizes as plain
 * decimals, frozen. Source: interfaces 1.3.3, 1.2.
 */

import type { Members } from "../ecs-model/members.ts";
import { CONTAINER_DEFAULTS, restartPeriodOf, TASK_DEFAULTS, VOLUME_DEFAULTS } from "./defaults.ts";
import { deepFreeze } from "./freeze.ts";
import { CONTAINER_MEMBERS, copyKnown, copyMap, copyValue, TASK_MEMBERS, VOLUME_MEMBERS } from "./members.ts";
import { parseTaskCpu, parseTaskMemory } from "./sizes.ts";
import type {
  ContainerDefinition,
  KeyValuePair,
  MountPoint,
  NetworkMode,
  PlacementConstraint,
  PortMapping,
  RestartPolicy,
  SystemControl,
  TaskDefinition,
  Volume,
  VolumeFrom,
} from "./types.ts";
import type { WireContainer, WireTask, WireVolume } from "./wire.ts";

type WireHealthCheck = NonNullable<WireContainer["healthCheck"]>;

export function normalise(task: WireTask): TaskDefinition {
  const networkMode = task.networkMode ?? TASK_DEFAULTS.networkMode.value;
  const { taskRoleArn, executionRoleArn, cpu, memory, containerDefinitions, volumes, placementConstraints } = task;
  // The rules have seen every required member, which the wire type cannot say.
  const checked = copyKnown(task, TASK_MEMBERS, copyTaskMember) as Omit<TaskDefinition, MadeAnew>;
  return deepFreeze({
    ...checked,
    ...named("taskRoleArn", taskRoleArn),
    ...named("executionRoleArn", executionRoleArn),
    ...named("cpu", decimal(cpu, parseTaskCpu)),
    ...named("memory", decimal(memory, parseTaskMemory)),
    containerDefinitions: (containerDefinitions ?? []).map((container) => normaliseContainer(container, networkMode)),
    volumes: (volumes ?? TASK_DEFAULTS.volumes.value).map(normaliseVolume),
    placementConstraints: (placementConstraints ?? TASK_DEFAULTS.placementConstraints.value).map(normalisePlacement),
  });
}

type MadeAnew = "containerDefinitions" | "volumes" | "placementConstraints";

const MADE_ANEW: ReadonlySet<string> = new Set<keyof WireTask>([
  "taskRoleArn",
  "executionRoleArn",
  "cpu",
  "memory",
  "containerDefinitions",
  "volumes",
  "placementConstraints",
]);

function copyTaskMember(value: unknown, members: Members, name: string): unknown {
  return MADE_ANEW.has(name) ? undefined : copyValue(value, members);
}

function named<Name extends string>(name: Name, value: string | undefined): { [Key in Name]?: string } {
  const member: { [Key in Name]?: string } = {};
  if (value !== undefined) member[name] = value;
  return member;
}

function decimal(value: string | undefined, parse: (value: string) => number | undefined): string | undefined {
  const size = value === undefined ? undefined : parse(value);
  return size === undefined ? undefined : String(size);
}

function normaliseContainer(wire: WireContainer, networkMode: NetworkMode): ContainerDefinition {
  const known = copyKnown(wire, CONTAINER_MEMBERS, copyContainerMember);
  known.cpu ??= CONTAINER_DEFAULTS.cpu.value;
  known.essential ??= CONTAINER_DEFAULTS.essential.value;
  known.portMappings =
    wire.portMappings?.map((mapping) => normalisePort(mapping, networkMode)) ?? CONTAINER_DEFAULTS.portMappings.value;
  known.environment = wire.environment?.map(normaliseVariable) ?? CONTAINER_DEFAULTS.environment.value;
  known.mountPoints = wire.mountPoints?.map(normaliseMountPoint) ?? CONTAINER_DEFAULTS.mountPoints.value;
  known.volumesFrom = wire.volumesFrom?.map(normaliseVolumeFrom) ?? CONTAINER_DEFAULTS.volumesFrom.value;
  known.systemControls = wire.systemControls?.map(normaliseSystemControl) ?? CONTAINER_DEFAULTS.systemControls.value;
  if (wire.healthCheck !== undefined) known.healthCheck = normaliseHealthCheck(wire.healthCheck);
  return known as ContainerDefinition;
}

/** Frozen like everything here, so that all can share it. */
const NONE: readonly never[] = Object.freeze([]);

/** Lists that are made anew keep their place; the health check stands last. */
function copyContainerMember(value: unknown, members: Members, name: string): unknown {
  switch (name) {
    case "restartPolicy":
      return normaliseRestartPolicy(value as NonNullable<WireContainer["restartPolicy"]>);
    case "healthCheck":
      return undefined;
    case "portMappings":
    case "environment":
    case "mountPoints":
    case "volumesFrom":
    case "systemControls":
      return value;
    default:
      return copyValue(value, members);
  }
}

type Entry<Member extends keyof WireContainer> =
  NonNullable<WireContainer[Member]> extends readonly (infer Item)[] ? Item : never;

function normaliseVariable({ name, value }: Entry<"environment">): KeyValuePair {
  return { name: name ?? "", value: value ?? "" };
}

function normaliseMountPoint({ sourceVolume, containerPath, readOnly }: Entry<"mountPoints">): MountPoint {
  return {
    sourceVolume: sourceVolume ?? "",
    containerPath: containerPath ?? "",
    readOnly: readOnly ?? CONTAINER_DEFAULTS["mountPoints[].readOnly"].value,
  };
}

function normaliseVolumeFrom({ sourceContainer, readOnly }: Entry<"volumesFrom">): VolumeFrom {
  return {
    sourceContainer: sourceContainer ?? "",
    readOnly: readOnly ?? CONTAINER_DEFAULTS["volumesFrom[].readOnly"].value,
  };
}

function normaliseSystemControl({ namespace, value }: Entry<"systemControls">): SystemControl {
  return { namespace: namespace ?? "", value: value ?? "" };
}

function normalisePort(mapping: Entry<"portMappings">, networkMode: NetworkMode): PortMapping {
  const { containerPort, containerPortRange, name, appProtocol } = mapping;
  const byMode = CONTAINER_DEFAULTS["portMappings[].hostPort"].value[networkMode];
  const hostPort = mapping.hostPort ?? (typeof byMode === "number" ? byMode : containerPort);
  return {
    ...(containerPort === undefined ? {} : { containerPort }),
    ...(containerPortRange !== undefined || hostPort === undefined ? {} : { hostPort }),
    protocol: mapping.protocol ?? CONTAINER_DEFAULTS["portMappings[].protocol"].value,
    ...(name === undefined ? {} : { name }),
    ...(appProtocol === undefined ? {} : { appProtocol }),
    ...(containerPortRange === undefined ? {} : { containerPortRange }),
  };
}

function normaliseRestartPolicy(policy: NonNullable<WireContainer["restartPolicy"]>): RestartPolicy {
  const { enabled, ignoredExitCodes, restartAttemptPeriod } = policy;
  return {
    enabled: enabled === true,
    ...(ignoredExitCodes === undefined ? {} : { ignoredExitCodes: [...ignoredExitCodes] }),
    restartAttemptPeriod: restartAttemptPeriod ?? restartPeriodOf({}),
  };
}

function normaliseHealthCheck(check: WireHealthCheck): NonNullable<ContainerDefinition["healthCheck"]> {
  const { command, startPeriod } = check;
  return {
    command: command === undefined ? NONE : [...command],
    interval: check.interval ?? CONTAINER_DEFAULTS["healthCheck.interval"].value,
    timeout: check.timeout ?? CONTAINER_DEFAULTS["healthCheck.timeout"].value,
    retries: check.retries ?? CONTAINER_DEFAULTS["healthCheck.retries"].value,
    ...(startPeriod === undefined ? {} : { startPeriod }),
  };
}

function normaliseVolume(wire: WireVolume): Volume {
  const volume = copyKnown(wire, VOLUME_MEMBERS, copyVolumeMember);
  const docker = wire.dockerVolumeConfiguration;
  if (docker !== undefined) volume.dockerVolumeConfiguration = normaliseDockerVolume(docker);
  return volume as Volume;
}

function copyVolumeMember(value: unknown, members: Members, name: string): unknown {
  return name === "dockerVolumeConfiguration" ? undefined : copyValue(value, members);
}

function normaliseDockerVolume(
  docker: NonNullable<WireVolume["dockerVolumeConfiguration"]>,
): NonNullable<Volume["dockerVolumeConfiguration"]> {
  const { driverOpts, labels, autoprovision } = docker;
  return {
    scope: docker.scope ?? VOLUME_DEFAULTS["dockerVolumeConfiguration.scope"].value,
    driver: docker.driver ?? "",
    ...(autoprovision === undefined ? {} : { autoprovision }),
    ...(driverOpts === undefined ? {} : { driverOpts: copyMap(driverOpts) }),
    ...(labels === undefined ? {} : { labels: copyMap(labels) }),
  };
}

function normalisePlacement({ expression }: { readonly expression?: string | undefined }): PlacementConstraint {
  return expression === undefined ? { type: "memberOf" } : { type: "memberOf", expression };
}
