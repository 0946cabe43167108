/** Random task definitions: documents as a user would write them, all of them valid. */
import fc from "fast-check";
import type { DependencyCondition } from "../../core/definition/types.ts";
import { type ContainerDraw, containerDrawArbitrary } from "./container.ts";
import { sometimes } from "./odds.ts";

type NetworkMode = "bridge" | "awsvpc" | "host" | "none";

export type TaskDefinitionOptions = {
  readonly family?: string;
  /** Containers are `c0`, `c1`, … unless set. */
  readonly namePrefix?: string;
  /** 1 to 4 unless set. */
  readonly maxContainers?: number;
  readonly memoryMiB?: number;
  /** Images to choose from, the first one most of all; `app` unless set. */
  readonly images?: readonly [string, ...string[]];
  /** Images that nobody can pull, named by one container in twenty; none unless set. */
  readonly missingImages?: readonly string[];
  /** Host ports by number, the first for the first container of a task, and so on: tasks want the same ones. */
  readonly hostPorts?: readonly number[];
  /** What `valueFrom` of a secret names, which the container gets as `PASSWORD`; none unless set. */
  readonly secrets?: readonly string[];
  /** Also a shared volume that must be there already, and is not: the task fails. Not unless set. */
  readonly absentVolume?: boolean;
};

export type DrawnContainer = {
  readonly name: string;
  readonly image: string;
  readonly memory: number;
  readonly essential: boolean;
  readonly stopTimeout: number;
  readonly startTimeout?: number;
  readonly dependsOn?: readonly { readonly containerName: string; readonly condition: DependencyCondition }[];
  readonly links?: readonly string[];
  readonly volumesFrom?: readonly { readonly sourceContainer: string }[];
  readonly healthCheck?: object;
  readonly restartPolicy?: object;
  readonly mountPoints?: readonly { readonly sourceVolume: string; readonly containerPath: string }[];
  readonly portMappings?: readonly object[];
  readonly secrets?: readonly { readonly name: string; readonly valueFrom: string }[];
};

/** What `parseTaskDefinition` takes. */
export type DrawnDefinition = {
  readonly family: string;
  /** Named where there are secrets: ECS reads them with it. */
  readonly executionRoleArn?: string;
  readonly networkMode?: NetworkMode;
  readonly pidMode?: string;
  readonly ipcMode?: string;
  readonly volumes?: readonly object[];
  readonly containerDefinitions: readonly DrawnContainer[];
};

const VOLUMES: Readonly<Record<string, object>> = {
  data: { name: "data" },
  scratch: { name: "scratch", dockerVolumeConfiguration: { scope: "task", driver: "local" } },
  shared: { name: "shared", dockerVolumeConfiguration: { scope: "shared", driver: "local", autoprovision: true } },
  absent: { name: "absent", dockerVolumeConfiguration: { scope: "shared", driver: "local", autoprovision: false } },
};
const USUAL_VOLUMES = ["data", "data", "scratch", "shared"] as const;
/** One mount in twenty or so asks for what is not there. */
const VOLUMES_WITH_ABSENT = [...USUAL_VOLUMES, ...USUAL_VOLUMES, ...USUAL_VOLUMES, ...USUAL_VOLUMES, "absent"] as const;

/**
 * Definitions of one to four containers with dependencies of every condition (never in a circle), links, volumesFrom,
 * volumes of each kind, network modes, shared namespaces, host ports, health checks, restart policies and secrets.
 *
 * ```ts
 * fc.assert(fc.property(taskDefinitionArbitrary(), (input) => myConverter(parseTaskDefinition(input)) !== undefined));
 * ```
 */
export function taskDefinitionArbitrary(options: TaskDefinitionOptions = {}): fc.Arbitrary<DrawnDefinition> {
  const { images = ["app"], missingImages = [], secrets = [], maxContainers = 4, absentVolume = false } = options;
  const volumes = absentVolume ? VOLUMES_WITH_ABSENT : USUAL_VOLUMES;
  return fc
    .record({
      draws: fc.array(containerDrawArbitrary({ images, missingImages, volumes, secrets, maxContainers }), {
        minLength: 1,
        maxLength: maxContainers,
      }),
      networkMode: fc.constantFrom<(NetworkMode | undefined)[]>(
        "bridge",
        "bridge",
        "bridge",
        "awsvpc",
        "host",
        "none",
        undefined,
      ),
      essentialOne: fc.nat({ max: 999 }),
      pidMode: sometimes(15, fc.constantFrom("task", "task", "host")),
      ipcMode: sometimes(15, fc.constantFrom("task", "task", "host", "none")),
    })
    .map((drawn) => buildDefinition(drawn, options));
}

type DefinitionDraw = {
  readonly draws: readonly ContainerDraw[];
  readonly networkMode: NetworkMode | undefined;
  readonly essentialOne: number;
  readonly pidMode: string | undefined;
  readonly ipcMode: string | undefined;
};

function buildDefinition(drawn: DefinitionDraw, options: TaskDefinitionOptions): DrawnDefinition {
  const { draws, networkMode, essentialOne, pidMode, ipcMode } = drawn;
  const containers = draws.map((_, index) => buildContainer(draws, index, networkMode, options));
  const mounted = new Set(draws.flatMap(({ volume }) => volume ?? []));
  return {
    family: options.family ?? "drawn",
    ...(draws.some(({ secret }) => secret !== undefined) ? { executionRoleArn: "ecsTaskExecutionRole" } : {}),
    ...present({ networkMode, pidMode, ipcMode }),
    ...(mounted.size === 0 ? {} : { volumes: [...mounted].flatMap((name) => VOLUMES[name] ?? []) }),
    containerDefinitions: chooseEssential(containers, essentialOne),
  };
}

function buildContainer(
  draws: readonly ContainerDraw[],
  index: number,
  networkMode: NetworkMode | undefined,
  options: TaskDefinitionOptions,
): DrawnContainer {
  const draw = draws[index] as ContainerDraw;
  const earlier = draws.slice(0, index).map((target, at) => ({ name: nameOf(at, options), target, at }));
  const hasLinks = networkMode === "bridge" || networkMode === undefined;
  const links = hasLinks ? earlier.filter(({ at }) => draw.links[at]).map(({ name }) => name) : [];
  const volumesFrom = earlier.filter(({ at }) => draw.volumesFrom[at]).map(({ name }) => ({ sourceContainer: name }));
  const dependsOn = earlier.flatMap(({ name, target, at }) => edgeTo(name, target, draw.edges[at]));
  const { image, essential, stopTimeout, startTimeout, healthCheck, restartPolicy, volume, secret } = draw;
  return {
    name: nameOf(index, options),
    image,
    memory: options.memoryMiB ?? 64,
    essential,
    stopTimeout,
    ...present({ startTimeout, healthCheck, restartPolicy }),
    ...filled({ dependsOn, links, volumesFrom, portMappings: portsOf(draw, index, networkMode, options) }),
    ...(volume === undefined ? {} : { mountPoints: [{ sourceVolume: volume, containerPath: "/data" }] }),
    ...(secret === undefined ? {} : { secrets: [{ name: "PASSWORD", valueFrom: secret }] }),
  };
}

function nameOf(index: number, { namePrefix = "c" }: TaskDefinitionOptions): string {
  return `${namePrefix}${index}`;
}

/** HEALTHY may only be asked of what has a health check. */
function edgeTo(containerName: string, target: ContainerDraw, wanted: DependencyCondition | undefined) {
  if (wanted === undefined) return [];
  const condition = wanted === "HEALTHY" && target.healthCheck === undefined ? "START" : wanted;
  return [{ containerName, condition }];
}

function portsOf(
  { port }: ContainerDraw,
  index: number,
  networkMode: NetworkMode | undefined,
  { hostPorts = [] }: TaskDefinitionOptions,
): readonly object[] {
  if (port === undefined || networkMode === "none") return [];
  if (networkMode === "awsvpc") return [{ containerPort: 8_000 + index }];
  // There the container's port is the host's.
  if (networkMode === "host") return port === "udp" ? [{ containerPort: (hostPorts[0] ?? 8_000) + index }] : [];
  return [bridgePort(port, hostPorts[index])];
}

function bridgePort(port: NonNullable<ContainerDraw["port"]>, hostPort: number | undefined): object {
  switch (port) {
    case "fixed":
      return { containerPort: 80, ...present({ hostPort }) };
    case "range":
      return { containerPortRange: "9000-9002" };
    case "udp":
      return { containerPort: 53, protocol: "udp" };
    case "dynamic":
      return { containerPort: 80 };
  }
}

/** At least one is essential, and none whose end somebody waits for. */
function chooseEssential(containers: readonly DrawnContainer[], choice: number): readonly DrawnContainer[] {
  const able = containers.filter((each) => canBeEssential(each, containers));
  const always = able[choice % able.length];
  return containers.map((each) => ({ ...each, essential: each === always || (each.essential && able.includes(each)) }));
}

function canBeEssential({ name }: DrawnContainer, all: readonly DrawnContainer[]): boolean {
  const edges = all.flatMap(({ dependsOn = [] }) => dependsOn).filter(({ containerName }) => containerName === name);
  return edges.every(({ condition }) => condition !== "COMPLETE" && condition !== "SUCCESS");
}

type Present<Members> = { [Key in keyof Members]?: Exclude<Members[Key], undefined> };

/** Without the members that are undefined. */
function present<Members extends object>(members: Members): Present<Members> {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as Present<Members>;
}

/** Without the members that are empty. */
function filled<Members extends Readonly<Record<string, readonly unknown[]>>>(members: Members): Partial<Members> {
  return Object.fromEntries(Object.entries(members).filter(([, list]) => list.length > 0)) as Partial<Members>;
}
