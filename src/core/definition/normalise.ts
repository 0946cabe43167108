/**
 * The normalised form of a definition in which the rules found nothing wrong: AWS's defaults filled in, sizes as plain
 * decimals, frozen. Source: interfaces 1.3.3, 1.2.
 */
import { deepFreeze } from "./freeze.ts";
import { present } from "./rule-context.ts";
import type { WireContainer, WireTask, WireVolume } from "./schema.ts";
import { parseTaskCpu, parseTaskMemory } from "./sizes.ts";
import type {
  ContainerDefinition,
  NetworkMode,
  PlacementConstraint,
  PortMapping,
  TaskDefinition,
  Volume,
} from "./types.ts";

/** Members without a value of their own, so that a default or nothing can stand in their place. */
type WithDefaults =
  | "cpu"
  | "portMappings"
  | "essential"
  | "environment"
  | "mountPoints"
  | "volumesFrom"
  | "systemControls"
  | "healthCheck";
type CheckedContainer = Omit<ContainerDefinition, WithDefaults> & Pick<WireContainer, WithDefaults>;
type WirePort = NonNullable<WireContainer["portMappings"]>[number];
type WireHealthCheck = NonNullable<WireContainer["healthCheck"]>;

const DEFAULT_CHECK = { interval: 30, timeout: 5, retries: 3 } as const;

export function normalise(task: WireTask): TaskDefinition {
  const { containerDefinitions, volumes, placementConstraints, cpu, memory, taskRoleArn, executionRoleArn, ...rest } =
    task;
  const networkMode = task.networkMode ?? "bridge";
  // The rules have seen every required member, which the wire type cannot say.
  const checked = rest as Omit<TaskDefinition, "containerDefinitions" | "volumes" | "placementConstraints">;
  return deepFreeze({
    ...checked,
    ...named("taskRoleArn", present(taskRoleArn)),
    ...named("executionRoleArn", present(executionRoleArn)),
    ...named("cpu", decimal(cpu, parseTaskCpu)),
    ...named("memory", decimal(memory, parseTaskMemory)),
    containerDefinitions: (containerDefinitions ?? []).map((container) => normaliseContainer(container, networkMode)),
    volumes: (volumes ?? []).map(normaliseVolume),
    placementConstraints: (placementConstraints ?? []).map(normalisePlacement),
  });
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
  const { healthCheck, ...container } = wire as CheckedContainer;
  return {
    ...container,
    cpu: container.cpu ?? 0,
    essential: container.essential ?? true,
    portMappings: (container.portMappings ?? []).map((mapping) => normalisePort(mapping, networkMode)),
    environment: (container.environment ?? []).map(({ name, value }) => ({ name: name ?? "", value: value ?? "" })),
    mountPoints: (container.mountPoints ?? []).map((mount) => ({
      sourceVolume: mount.sourceVolume ?? "",
      containerPath: mount.containerPath ?? "",
      readOnly: mount.readOnly ?? false,
    })),
    volumesFrom: (container.volumesFrom ?? []).map((from) => ({
      sourceContainer: from.sourceContainer ?? "",
      readOnly: from.readOnly ?? false,
    })),
    systemControls: (container.systemControls ?? []).map((control) => ({
      namespace: control.namespace ?? "",
      value: control.value ?? "",
    })),
    ...(healthCheck === undefined ? {} : { healthCheck: normaliseHealthCheck(healthCheck) }),
  };
}

function normalisePort(mapping: WirePort, networkMode: NetworkMode): PortMapping {
  const { containerPort, containerPortRange, name, appProtocol } = mapping;
  const isFixed = networkMode === "awsvpc" || networkMode === "host";
  const hostPort = mapping.hostPort || (isFixed ? containerPort : 0);
  return {
    ...(containerPort === undefined ? {} : { containerPort }),
    ...(containerPortRange !== undefined || hostPort === undefined ? {} : { hostPort }),
    protocol: mapping.protocol ?? "tcp",
    ...(name === undefined ? {} : { name }),
    ...(appProtocol === undefined ? {} : { appProtocol }),
    ...(containerPortRange === undefined ? {} : { containerPortRange }),
  };
}

function normaliseHealthCheck(check: WireHealthCheck): NonNullable<ContainerDefinition["healthCheck"]> {
  const { command, startPeriod } = check;
  return {
    command: command ?? [],
    interval: check.interval ?? DEFAULT_CHECK.interval,
    timeout: check.timeout ?? DEFAULT_CHECK.timeout,
    retries: check.retries ?? DEFAULT_CHECK.retries,
    ...(startPeriod === undefined ? {} : { startPeriod }),
  };
}

function normaliseVolume(volume: WireVolume): Volume {
  const { dockerVolumeConfiguration: docker, ...rest } = volume;
  const checked = rest as Omit<Volume, "dockerVolumeConfiguration">;
  if (docker === undefined) return checked;
  const { driverOpts, labels, autoprovision } = docker;
  return {
    ...checked,
    dockerVolumeConfiguration: {
      scope: docker.scope ?? "task",
      driver: present(docker.driver) ?? "local",
      ...(autoprovision === undefined ? {} : { autoprovision }),
      ...(driverOpts === undefined ? {} : { driverOpts }),
      ...(labels === undefined ? {} : { labels }),
    },
  };
}

function normalisePlacement({ expression }: { readonly expression?: string | undefined }): PlacementConstraint {
  return expression === undefined ? { type: "memberOf" } : { type: "memberOf", expression };
}
