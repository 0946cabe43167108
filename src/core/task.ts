/**
 * A task and its containers as plain, frozen data: the state that the machine folds inputs into and the store keeps.
 *
 * INVARIANTS
 * - `knownStatus` never goes back; a restart by policy is counted in `restart` and leaves the status RUNNING.
 * - `desiredStatus` only moves towards STOPPED.
 * - `dockerName` is set and saved before the container is created; it never changes afterwards.
 * - No value of a secret is in here.
 */
import type { ContainerName, DockerId, DockerName, EpochMs, TaskArn } from "./brand.ts";
import type { RestartPolicy, TaskDefinition, TransportProtocol } from "./definition/types.ts";
import type { NamedError } from "./errors.ts";
import type { ContainerStatus, HealthStatus, SteadyStatus, TaskStatus } from "./status.ts";

/** Internal containers belong to the engine: never reported, stopped last. */
export type ContainerType = "NORMAL" | "CNI_PAUSE" | "NAMESPACE_PAUSE";

/** CREATE comes from `volumesFrom` only; links become START. Source: engine-modern 5.3. */
export type DependencyCondition = "CREATE" | "START" | "COMPLETE" | "SUCCESS" | "HEALTHY";
export type Dependency = {
  readonly containerName: ContainerName;
  readonly condition: DependencyCondition;
  readonly source: "dependsOn" | "links" | "volumesFrom" | "firelens" | "pause";
};

/** What is under way for a container in Docker. Memory only: after a restart nothing is in flight. */
export type ContainerAction =
  | "resolveManifest"
  | "pull"
  | "create"
  | "start"
  | "restart"
  | "stop"
  | "kill"
  | "provision"
  | "remove";

/** An action that was handed out and has not been answered. Its `id` tells its answer from late ones. */
export type InFlight = {
  readonly action: ContainerAction;
  readonly id: number;
  /** A start or restart before it was never answered: that this one fails proves nothing about the other. */
  readonly again?: boolean;
};

export type Health = {
  readonly status: HealthStatus;
  readonly since?: EpochMs;
  /** Text of the last check, at most 1024 characters. */
  readonly output?: string;
  /** Exit code of the last check, kept only while UNHEALTHY. */
  readonly exitCode?: number;
};

/** A container's port and where it is reached on the host. */
export type NetworkBinding = {
  readonly bindIP: string;
  readonly containerPort?: number;
  readonly hostPort?: number;
  readonly containerPortRange?: string;
  readonly hostPortRange?: string;
  readonly protocol: TransportProtocol;
};

/** A host port given to a container before it is created. */
export type HostPortLease = {
  readonly containerPort: number;
  readonly hostPort: number;
  readonly protocol: TransportProtocol;
};

/** Tries of an action that failed in a way that may pass. */
export type Retry = {
  readonly action: ContainerAction;
  readonly attempts: number;
  readonly notBefore: EpochMs;
  /** The failure that led to this wait, for `whyBlocked`. */
  readonly error: NamedError;
};

export type RestartState = {
  readonly count: number;
  readonly lastRestartAt?: EpochMs;
  /** The run that ended last. Its Docker start time tells old news from the exit of a later run. */
  readonly endedRun?: {
    readonly startedAt?: EpochMs | undefined;
    readonly finishedAt?: EpochMs | undefined;
    readonly exitCode: number;
  };
  /** The restart is recorded and has not been confirmed: after a crash it is still to be done. */
  readonly pending: boolean;
};

// What most containers have all their life is one object for all of them: with a hundred thousand tasks it counts.
export const UNKNOWN_HEALTH: Health = { status: "UNKNOWN" };
export const NO_RESTARTS: RestartState = { count: 0, pending: false };
export const NO_HOST_PORTS: readonly HostPortLease[] = [];

/** A container of a task: what it is to become, and what is known of it. Source: engine-modern 3. */
export type Container = {
  readonly name: ContainerName;
  readonly type: ContainerType;
  readonly containerArn: string;
  readonly essential: boolean;
  readonly steadyStatus: SteadyStatus;
  /** Image reference as written (with `:latest` when neither tag nor digest was given). */
  readonly image: string;
  readonly dependencies: readonly Dependency[];
  readonly hasHealthCheck: boolean;
  readonly restartPolicy?: RestartPolicy | undefined;
  /** How long dependants wait for this container to become complete, successful or healthy; 0 is for ever. */
  readonly startTimeoutMs: number;
  /** When that is over; set with its first start. */
  readonly startTimeoutAt?: EpochMs | undefined;
  /** Between the stop signal and SIGKILL. */
  readonly stopTimeoutMs: number;

  readonly knownStatus: ContainerStatus;
  readonly desiredStatus: ContainerStatus;
  /** Highest status that was put into the outbox. */
  readonly emittedStatus: ContainerStatus;
  /** Highest status that was acknowledged by the reader of state changes. */
  readonly sentStatus: ContainerStatus;
  readonly inFlight?: InFlight | undefined;
  readonly retry?: Retry | undefined;
  /**
   * It may run although its known status says otherwise (a start without an answer, a start from outside after the
   * stop): one more stop is due. Source: CORE-13, W-23.
   */
  readonly stopOwed: boolean;

  readonly dockerName: DockerName;
  /** Set when a create was handed out, or may have been before a crash: an object under `dockerName` may exist. */
  readonly createRequestedAt?: EpochMs | undefined;
  /**
   * A start or restart was handed out and has not been answered: it may run although nobody has seen it do so. Outlives
   * the engine, so that a stop after a crash is a real one.
   */
  readonly startRequestedAt?: EpochMs | undefined;
  readonly dockerId?: DockerId | undefined;
  readonly imageDigest?: string | undefined;
  /** The digest came from asking a registry, not from the reference or the local image: reported early. */
  readonly digestResolved: boolean;
  readonly imageId?: string | undefined;
  readonly hostPorts: readonly HostPortLease[];
  /** GPUs of the host that are this container's alone; given out when the task is let in. */
  readonly gpuIds?: readonly string[] | undefined;
  readonly networkBindings?: readonly NetworkBinding[] | undefined;
  readonly ipAddress?: string | undefined;

  readonly createdAt?: EpochMs | undefined;
  /** First start; a restart by policy does not change it. */
  readonly startedAt?: EpochMs | undefined;
  readonly finishedAt?: EpochMs | undefined;
  readonly exitCode?: number | undefined;
  /** The failure that ended the container, set once. */
  readonly error?: NamedError | undefined;
  /** A pull that failed while a cached image was used instead. Shown by `whyBlocked` and the log, never a reason. */
  readonly pullError?: NamedError | undefined;
  readonly health: Health;
  readonly restart: RestartState;
  /** Confirmed gone from Docker by our clean-up. */
  readonly removed: boolean;
};

/** Something that a task needs beside containers; made before them and removed after them. */
export type TaskResourceType =
  | "dockerVolume"
  | "secrets"
  | "environmentFiles"
  | "cgroup"
  | "registryAuth"
  | "firelens"
  | "pauseImage";
/** What a task needs beside its containers: a volume, secrets, a control group. */
export type TaskResource = {
  /** Unique within the task, e.g. `dockerVolume/data`. */
  readonly id: string;
  readonly type: TaskResourceType;
  /** Before which container status it must exist. */
  readonly gates: "MANIFEST_PULLED" | "PULLED" | "CREATED";
  readonly knownStatus: "NONE" | "CREATED" | "REMOVED";
  /** Values that live in memory only must be fetched again after a restart, unless all containers exist. */
  readonly volatile: boolean;
  /** Plain data that the adapter of this type understands. Never a secret's value. */
  readonly spec: Readonly<Record<string, unknown>>;
  /** A create was handed out, or may have been before a crash: something may exist, so that its removal is due. */
  readonly createRequested: boolean;
  readonly inFlight?: { readonly action: "create" | "remove"; readonly id: number } | undefined;
  readonly retry?: { readonly attempts: number; readonly notBefore: EpochMs; readonly error: NamedError } | undefined;
};

/** Source: engine-modern 7.2. */
export type StopCode =
  | "UserInitiated"
  | "ServiceSchedulerInitiated"
  | "TaskFailedToStart"
  | "EssentialContainerExited"
  | "SpotInterruption"
  | "TerminationNotice";

/** A task as the engine holds and saves it: a snapshot, never changed in place. Source: engine-modern 3. */
export type Task = {
  readonly arn: TaskArn;
  /** Last part of the ARN: 32 hex digits. */
  readonly id: string;
  readonly cluster: string;
  readonly family: string;
  readonly revision: number;
  /** With overrides merged in. */
  readonly definition: TaskDefinition;
  readonly containers: readonly Container[];
  readonly resources: readonly TaskResource[];

  readonly knownStatus: TaskStatus;
  readonly knownStatusAt: EpochMs;
  readonly desiredStatus: TaskStatus;
  readonly emittedStatus: TaskStatus;
  readonly sentStatus: TaskStatus;
  /** Host resources (CPU, memory, ports, GPUs) are accounted to this task. Memory only: recomputed after a restart. */
  readonly admitted: boolean;

  readonly createdAt: EpochMs;
  readonly startedAt?: EpochMs | undefined;
  readonly stoppingAt?: EpochMs | undefined;
  readonly stoppedAt?: EpochMs | undefined;
  /** When the first essential container stopped. */
  readonly executionStoppedAt?: EpochMs | undefined;
  readonly pullStartedAt?: EpochMs | undefined;
  readonly pullStoppedAt?: EpochMs | undefined;

  readonly stopCode?: StopCode | undefined;
  /** Set once, by what is no single container's fault or by the caller of a stop. */
  readonly stoppedReason?: string | undefined;
  /** SIGKILL instead of the stop signal, and no stop order: asked for by `stopTask({force: true})`. */
  readonly forceStop: boolean;
  /** When the containers and resources of the stopped task are to be removed. */
  readonly cleanupAt?: EpochMs | undefined;
  /** Source of action ids; memory only. */
  readonly nextActionId: number;
  /** Number of the next state change of this task, from 1. */
  readonly nextChange: number;
  /** Number of the last acknowledged state change, 0 for none. */
  readonly acknowledgedChange: number;
};

export function findContainer(task: Task, name: string): Container | undefined {
  return task.containers.find((container) => container.name === name);
}

/** Internal containers are never reported. */
export function isInternal(container: Container): boolean {
  return container.type !== "NORMAL";
}
