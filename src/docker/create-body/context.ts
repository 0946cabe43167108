/** What a create body depends on beside the task itself. */
import type { ContainerDefinition } from "../../core/definition/types.ts";
import { definitionOf } from "../../core/host-ports.ts";
import type { Container, Task } from "../../core/task.ts";

export type CreateContext = {
  /** Marks every container with the engine that owns it. */
  readonly engineId: string;
  readonly region: string;
  readonly launchEnv: "AWS_ECS_EC2" | "AWS_ECS_FARGATE";
  /** Parent of the task's containers: `/ecs/TASKID` on v1, `ecstasks-TASKID.slice` on v2 with systemd. */
  readonly cgroupParent?: string | undefined;
  /** Of the daemon's host; version 2 knows no swappiness. */
  readonly cgroupVersion: "1" | "2";
  /** Without a parent cgroup: give containers that have no memory limit the task's. */
  readonly taskMemoryFallback: boolean;
  /** The operator does not allow privileged containers. Source: ECS_DISABLE_PRIVILEGED. */
  readonly privilegedDisabled?: boolean;

  /** `NAME=VALUE` entries of the image. */
  readonly imageEnv: readonly string[];
  /** Values of `secrets`, by variable. */
  readonly secrets: Readonly<Record<string, string>>;
  /** Entries of the environment files, in the order of the files. */
  readonly environmentFiles: readonly (readonly [name: string, value: string])[];

  /** Root of the metadata server, e.g. `http://169.254.170.2`; without it the metadata variables are left out. */
  readonly metadataBaseUrl?: string;
  /** Unguessable id of this container in the metadata URIs; needed with `metadataBaseUrl`. */
  readonly endpointId?: string;
  /** `/v2/credentials/ID` of the task role's credentials. */
  readonly credentialsPath?: string;
  /** `/v2/credentials/ID` of the execution role's credentials, for the awslogs driver. */
  readonly executionCredentialsPath?: string;
  /** Directory of the container's metadata file; `id` names its place inside the container. */
  readonly metadataFile?: { readonly hostDirectory: string; readonly id: string };

  /** `local`: logs meant for somewhere else are kept by the daemon; labels tell where they would have gone. */
  readonly remoteLogs: "local" | "passthrough";
  /** Values of `logConfiguration.secretOptions`, by option. */
  readonly logOptions: Readonly<Record<string, string>>;
  /** The task's log router, when it has one. */
  readonly firelens?: FirelensContext | undefined;

  /** Host directories that stand in for volumes of other services (EFS, EBS, ...), by the volume's name. */
  readonly volumePaths: Readonly<Record<string, string>>;
  /** Network that a task with its own address joins; the default bridge when absent. */
  readonly awsvpcNetwork?: string;
  /** GPUs that were given to this container. */
  readonly gpuDeviceIds?: readonly string[] | undefined;
  /** The daemon's runtime for containers with such GPUs; they are device requests without it. Source: ECS_NVIDIA_RUNTIME. */
  readonly nvidiaRuntime?: string | undefined;
};

export type FirelensContext = {
  /** The router's socket on the host. */
  readonly socketPath: string;
  /** Where applications reach the router by themselves. */
  readonly host?: string;
  /** Configuration and socket directory of the router. */
  readonly routerBinds: readonly string[];
  /** Variables of the router, such as secret options of the applications' outputs. */
  readonly routerEnvironment: Readonly<Record<string, string>>;
};

/** What the parts of a create body are made from. */
export type CreateInput = {
  readonly task: Task;
  readonly container: Container;
  readonly definition: ContainerDefinition;
  readonly context: CreateContext;
};

/** `undefined` for internal containers, which have no definition. */
export function createInput(task: Task, container: Container, context: CreateContext): CreateInput | undefined {
  const definition = definitionOf(task, container);
  return definition === undefined ? undefined : { task, container, definition, context };
}
