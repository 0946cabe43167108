/**
 * What a task gets for a member that its definition leaves out, each default stated once. Normalisation, plan, engine,
 * create body and `docs/field-matrix.md` read this table.
 * Source: interfaces 1.1, 1.2, 1.3.3, 1.5; engine-modern 5.2, 11.1, 21.2; the parameters' pages at AWS.
 */

/** Who fills it in on ECS. */
type FilledInBy = "AWS" | "agent" | "Docker" | "kernel";

/** What becomes of it here. */
type Here =
  /** Stands in the normalised definition. */
  | "filled in"
  /** Stays absent there, as in AWS's answers; whoever needs the member reads the default. */
  | "applied"
  /** Docker or the kernel does the same by itself: nothing is sent. */
  | "left out"
  /** Has no effect here, see `when`. */
  | "not applied";

export type Default<Value = unknown> = {
  readonly value: Value;
  readonly by: FilledInBy;
  readonly here: Here;
  readonly unit?: "s" | "MiB" | "GiB" | "CPU units";
  /** In which tasks, and what it means, where that is not all or plain. */
  readonly when?: string;
};

/** A default that is another member's value. */
export type SameAs = { readonly sameAs: string };

export function isSameAs(value: unknown): value is SameAs {
  return typeof value === "object" && value !== null && "sameAs" in value;
}

function filledIn<const Value>(value: Value, about: Partial<Default> = {}): Default<Value> {
  return { by: "AWS", here: "filled in", ...about, value };
}

function applied<const Value>(value: Value, by: FilledInBy, about: Partial<Default> = {}): Default<Value> {
  return { ...about, value, by, here: "applied" };
}

function leftOut<const Value>(value: Value, by: "Docker" | "kernel", about: Partial<Default> = {}): Default<Value> {
  return { ...about, value, by, here: "left out" };
}

function notApplied<const Value>(value: Value, when: string, about: Partial<Default> = {}): Default<Value> {
  return { by: "AWS", ...about, value, here: "not applied", when };
}

export const TASK_DEFAULTS = {
  networkMode: applied("bridge", "AWS", { when: "Fargate has awsvpc only" }),
  placementConstraints: filledIn([]),
  volumes: filledIn([]),
  "proxyConfiguration.type": notApplied("APPMESH", "App Mesh does not run here"),
  "ephemeralStorage.sizeInGiB": notApplied(20, "on Fargate; no limit is set here", { unit: "GiB" }),
  "runtimePlatform.cpuArchitecture": notApplied("X86_64", "on Fargate; here it is the host's"),
  "runtimePlatform.operatingSystemFamily": applied("LINUX", "AWS"),
  enableFaultInjection: applied(false, "AWS"),
} as const;

export const CONTAINER_DEFAULTS = {
  cpu: filledIn(0, { unit: "CPU units" }),
  portMappings: filledIn([]),
  "portMappings[].hostPort": filledIn(
    {
      bridge: 0,
      none: 0,
      awsvpc: { sameAs: "containerPort" },
      host: { sameAs: "containerPort" },
    },
    { when: "not with a range" },
  ),
  "portMappings[].protocol": filledIn("tcp"),
  essential: filledIn(true),
  "restartPolicy.restartAttemptPeriod": filledIn(300, { unit: "s" }),
  environment: filledIn([]),
  mountPoints: filledIn([]),
  "mountPoints[].readOnly": filledIn(false),
  volumesFrom: filledIn([]),
  "volumesFrom[].readOnly": filledIn(false),
  "linuxParameters.devices[].containerPath": applied<SameAs>({ sameAs: "hostPath" }, "Docker"),
  "linuxParameters.devices[].permissions": applied(["read", "write", "mknod"], "agent"),
  "linuxParameters.initProcessEnabled": applied(false, "Docker"),
  "linuxParameters.sharedMemorySize": leftOut(64, "Docker", { unit: "MiB" }),
  "linuxParameters.swappiness": leftOut(60, "kernel", { when: "with maxSwap" }),
  // AWS's page speaks of 3 minutes: that is the limit of Docker's start call, ECS_CONTAINER_START_TIMEOUT.
  startTimeout: applied(0, "agent", { unit: "s", when: "0: others wait for the container without a limit" }),
  stopTimeout: applied(30, "agent", { unit: "s", when: "an engine may have another, as ECS_CONTAINER_STOP_TIMEOUT" }),
  versionConsistency: applied("enabled", "AWS"),
  disableNetworking: applied(false, "Docker"),
  privileged: applied(false, "Docker"),
  readonlyRootFilesystem: applied(false, "Docker"),
  interactive: applied(false, "Docker"),
  pseudoTerminal: applied(false, "Docker"),
  "healthCheck.interval": filledIn(30, { unit: "s" }),
  "healthCheck.timeout": filledIn(5, { unit: "s" }),
  "healthCheck.retries": filledIn(3),
  "healthCheck.startPeriod": applied(0, "AWS", { unit: "s", when: "0: no such period" }),
  systemControls: filledIn([]),
} as const;

export const VOLUME_DEFAULTS = {
  "dockerVolumeConfiguration.scope": filledIn("task"),
  "dockerVolumeConfiguration.autoprovision": applied(false, "agent"),
  "efsVolumeConfiguration.rootDirectory": applied("/", "AWS", { when: "below the NFS export in its place" }),
  "efsVolumeConfiguration.transitEncryption": notApplied("DISABLED", "nothing is encrypted here"),
  "efsVolumeConfiguration.authorizationConfig.iam": notApplied("DISABLED", "no role is used here"),
  "s3filesVolumeConfiguration.rootDirectory": applied("/", "AWS", { when: "below the NFS export in its place" }),
  configuredAtLaunch: applied(false, "AWS"),
} as const;

/**
 * Options of `logConfiguration`, which the schema does not know one by one. Logs that are captured on this host are handed
 * over blocking, so that none is lost.
 */
export const LOG_OPTION_DEFAULTS = {
  // Since 25 June 2025; before, and by the account setting defaultLogDriverMode, it was blocking.
  mode: applied("non-blocking", "AWS", { when: "for drivers that send the logs off the host" }),
  "max-buffer-size": applied("10m", "agent", { when: "with non-blocking" }),
} as const;

/** All of them, by the field's name as in the field matrix. */
export const DEFAULTS: ReadonlyMap<string, Default> = new Map<string, Default>([
  ...Object.entries(TASK_DEFAULTS),
  ...prefixed("containerDefinitions[].", CONTAINER_DEFAULTS),
  ...prefixed("volumes[].", VOLUME_DEFAULTS),
]);

function prefixed(prefix: string, table: Readonly<Record<string, Default>>): readonly (readonly [string, Default])[] {
  return Object.entries(table).map(([member, each]) => [prefix + member, each]);
}

/** Grace between the stop signal and SIGKILL for containers that name none. */
export const DEFAULT_STOP_TIMEOUT_MS = CONTAINER_DEFAULTS.stopTimeout.value * 1000;

/**
 * Seconds a container must have run before it is restarted. The agent takes an absent period for 0, because AWS has filled
 * it in before; here a definition may come straight from a program.
 */
export function restartPeriodOf({
  restartAttemptPeriod: period = CONTAINER_DEFAULTS["restartPolicy.restartAttemptPeriod"].value,
}: {
  readonly restartAttemptPeriod?: number;
}): number {
  return period;
}

/** A time in seconds that counts only above 0, as the agent reads `stopTimeout`. */
export function stopTimeoutOf({ stopTimeout = 0 }: { readonly stopTimeout?: number | undefined }): number | undefined {
  return stopTimeout > 0 ? stopTimeout : undefined;
}
