/**
 * What tasks get from the daemon's host beside containers: control groups, a log router's files, metadata files. All of
 * it needs the engine to be on that host. Source: engine-modern 16, 21, 23.
 */
import { resolve } from "node:path";
import { EngineError, InvalidInputError } from "../core/errors.ts";
import { cgroupParentOf } from "../core/resources/cgroup.ts";
import { firelensFilesOf, routerEnvironment } from "../core/resources/firelens.ts";
import type { Container, Task } from "../core/task.ts";
import type { CreateContext, FirelensContext } from "../docker/create-body/index.ts";
import type { EngineFacts } from "../engine/engine-options.ts";
import type { DockerClient } from "../ports/docker-client.ts";
import type { Log } from "../ports/log.ts";
import { type MetadataManager, NO_METADATA } from "../ports/metadata-manager.ts";
import type { Random } from "../ports/random.ts";
import type { TaskEnvironment, TaskResourceAdapter } from "../ports/task-resource.ts";
import { TaskCgroups, type TaskCpuMemLimit } from "../resources/cgroup/index.ts";
import { FirelensAdapter } from "../resources/firelens/index.ts";
import { MetadataFiles } from "../resources/metadata-file/index.ts";
import type { ReadObject } from "../resources/s3-objects.ts";

export type HostFeatureOptions = {
  /**
   * Whether a task's CPU and memory limit all its containers together. "auto", the default: where this process can set
   * it up, and otherwise limits are on each container only, which is said once. "on": `init` rejects with CgroupError
   * where it cannot. Source: ECS_ENABLE_TASK_CPU_MEM_LIMIT.
   */
  readonly taskCpuMemLimit?: TaskCpuMemLimit;
  /** 8 000 to 100 000 µs; 100 000 unless set. Source: ECS_CGROUP_CPU_PERIOD. */
  readonly cgroupCpuPeriodUs?: number;
  /** Processes and threads of a whole task; needs `taskCpuMemLimit`. Source: ECS_TASK_PIDS_LIMIT. */
  readonly taskPidsLimit?: number;
  /**
   * Runs log routers with a configuration made from the definition, and sends them the logs of driver awsfirelens. When
   * not, as by default, those logs stay with the daemon, unless all are passed on (`remoteLogs`).
   */
  readonly firelens?: boolean;
  /** Gives each container a file that says what it is. Off unless set. Source: ECS_ENABLE_CONTAINER_METADATA. */
  readonly containerMetadata?: boolean;
  /** Lets containers read their files under SELinux. Source: ECS_SELINUX_CAPABLE. */
  readonly selinux?: boolean;
  /** Folder on the daemon's host for files that containers mount; `dataDir` unless set. Source: ECS_HOST_DATA_DIR. */
  readonly hostDataDir?: string;
  /**
   * NFS exports that stand in for volumes of other services (EFS, FSx, ...), by the volume's name: `SERVER:/PATH`. Mounted
   * by the daemon's own driver, wherever it is.
   */
  readonly nfsExports?: Readonly<Record<string, string>>;
  /**
   * Runtime of the daemon for containers that have GPUs of `hostTotals.gpus`, such as "nvidia". Without it their GPUs are
   * device requests, which need the NVIDIA container toolkit as well. Source: ECS_NVIDIA_RUNTIME.
   */
  readonly nvidiaRuntime?: string;
  /** Text of S3 objects that log routers include in their configuration. */
  readonly readObject?: ReadObject;
};

type Ports = HostFeatureOptions & {
  readonly client: DockerClient;
  readonly dataDir?: string;
  readonly remoteLogs?: "local" | "passthrough";
};

/** @throws {InvalidInputError} when there is no folder for a log router's files */
export function hostAdapters(options: Ports, { info }: EngineFacts, log: Log): readonly TaskResourceAdapter[] {
  const { client, taskCpuMemLimit: setting = "auto", cgroupCpuPeriodUs, taskPidsLimit, readObject } = options;
  const cgroups = new TaskCgroups({
    setting,
    info,
    log,
    endpoint: client.endpoint,
    ...(cgroupCpuPeriodUs === undefined ? {} : { cpuPeriodUs: cgroupCpuPeriodUs }),
    ...(taskPidsLimit === undefined ? {} : { pidsLimit: taskPidsLimit }),
  });
  const directory = dataDirectoryOf(options);
  const routes = options.firelens ?? (options.remoteLogs === "passthrough" && directory !== undefined);
  if (!routes) return [cgroups];
  const dataDirectory = onThisHost(options, "firelens");
  return [cgroups, new FirelensAdapter({ dataDirectory, ...(readObject === undefined ? {} : { readObject }) })];
}

/** @throws {InvalidInputError} when there is no folder for the files */
export function metadataFiles(options: Ports, random: Random): MetadataManager {
  if (options.containerMetadata !== true) return NO_METADATA;
  const dataDirectory = onThisHost(options, "containerMetadata");
  return new MetadataFiles({ client: options.client, random, dataDirectory, selinux: options.selinux === true });
}

/** What a create body gets of it: of what was made for this very task, whatever the settings are by now. */
export function hostContext(
  task: Task,
  { gpuIds }: Pick<Container, "gpuIds">,
  { nvidiaRuntime, environment }: Pick<HostFeatureOptions, "nvidiaRuntime"> & { readonly environment: TaskEnvironment },
): Pick<CreateContext, "cgroupParent" | "firelens" | "gpuDeviceIds" | "nvidiaRuntime"> {
  const files = firelensFilesOf(task);
  return {
    cgroupParent: cgroupParentOf(task),
    gpuDeviceIds: gpuIds,
    nvidiaRuntime,
    firelens: files === undefined ? undefined : { ...files, routerEnvironment: routerVariables(task, environment) },
  };
}

function routerVariables(
  { arn, definition }: Task,
  environment: TaskEnvironment,
): FirelensContext["routerEnvironment"] {
  return routerEnvironment(definition, (containerName) => environment.environmentOf(arn, containerName).logOptions);
}

function dataDirectoryOf({ hostDataDir, dataDir }: Ports): string | undefined {
  const directory = hostDataDir ?? dataDir;
  return directory === undefined ? undefined : resolve(directory);
}

function onThisHost(options: Ports, feature: "firelens" | "containerMetadata"): string {
  const directory = dataDirectoryOf(options);
  const needs = `${feature} needs files that containers mount`;
  if (directory === undefined) throw new InvalidInputError("hostDataDir", `Cannot set up the engine: ${needs}`);
  const { endpoint } = options.client;
  if (endpoint.startsWith("unix:")) return directory;
  throw new EngineError("HostConfigError", `Cannot set up the engine: ${needs}, and the daemon is at ${endpoint}`);
}
