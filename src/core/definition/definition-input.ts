/**
 * A task definition as it is written: what has a default may be left out. For the compiler; at run time all is checked, and
 * what comes as JSON goes through `parseTaskDefinition`.
 */
import type {
  ContainerDefinition,
  DockerVolumeConfiguration,
  HealthCheck,
  MountPoint,
  PortMapping,
  TaskDefinition,
  Volume,
  VolumeFrom,
} from "./types.ts";

/** `Whole`, of which `Defaulted` may be left out. */
type Written<Whole, Defaulted extends keyof Whole> = {
  readonly [Member in keyof Whole as Exclude<Member, Defaulted>]: Whole[Member];
} & { readonly [Member in Defaulted]?: Whole[Member] };

/** As `Whole`, but with members of other types. */
type Changed<Whole, Members> = {
  readonly [Member in keyof Whole as Exclude<Member, keyof Members>]: Whole[Member];
} & Members;

type Defaulted =
  | "cpu"
  | "essential"
  | "portMappings"
  | "environment"
  | "mountPoints"
  | "volumesFrom"
  | "systemControls";

/** A container as it is written. */
export type ContainerDefinitionInput = Changed<
  Written<ContainerDefinition, Defaulted>,
  {
    readonly portMappings?: readonly Written<PortMapping, "protocol">[];
    readonly mountPoints?: readonly Written<MountPoint, "readOnly">[];
    readonly volumesFrom?: readonly Written<VolumeFrom, "readOnly">[];
    readonly healthCheck?: Written<HealthCheck, "interval" | "timeout" | "retries">;
  }
>;

/** A volume as it is written. */
export type VolumeInput = Changed<
  Volume,
  { readonly dockerVolumeConfiguration?: Written<DockerVolumeConfiguration, "scope" | "driver"> }
>;

/** A task definition as it is written: AWS's own member names and units, `TaskDefinition` with its defaults left out. */
export type TaskDefinitionInput = Changed<
  Written<TaskDefinition, "volumes" | "placementConstraints">,
  { readonly containerDefinitions: readonly ContainerDefinitionInput[]; readonly volumes?: readonly VolumeInput[] }
>;
