/**
 * What becomes of every member of a task definition on a Docker host. `docs/field-matrix.md` is printed from this table, and
 * a test compares it with the schema in both directions.
 * Source: interfaces 1.5, engine-modern 18 to 25 and 37.
 */

type Support =
  /** As on ECS. */
  | "honoured"
  /** The effect is there, by other means. */
  | "emulated"
  /** Accepted and kept, without effect here. */
  | "ignored"
  /** Accepted and kept; a task with it does not start here. */
  | "refused";

export type FieldSupport = {
  /** As in `containerDefinitions[].portMappings[].hostPort`. */
  readonly field: string;
  readonly support: Support;
  readonly how: string;
};

type Row = readonly [field: string, support: Support, how: string];

const TASK_ROWS: readonly Row[] = [
  ["family", "honoured", "Part of the names of containers, volumes and the task definition ARN, and a label"],
  [
    "taskRoleArn",
    "ignored",
    "Kept and shown; no role is assumed. Credentials come from the host, if it is told to hand any out",
  ],
  [
    "executionRoleArn",
    "emulated",
    "No role is assumed. An engine with `ecr` asks for logins with the credentials that it is given for the role (`executionCredentials`); `berth run` uses the host's with --aws, else Docker's own logins",
  ],
  [
    "networkMode",
    "honoured",
    "bridge, host and none are Docker's own; awsvpc is a pause container whose network all containers share",
  ],
  ["placementConstraints[].type", "ignored", "There is one host, so nothing is placed"],
  ["placementConstraints[].expression", "ignored", "There is one host, so nothing is placed"],
  ["requiresCompatibilities[]", "honoured", "FARGATE brings Fargate's rules: sizes, awsvpc, what it does not have"],
  [
    "cpu",
    "honoured",
    "Limit of the task's parent cgroup where there is one; counted when the host's resources are given out",
  ],
  [
    "memory",
    "emulated",
    "Limit of the task's parent cgroup where there is one, else of every container without one of its own; counted when the host's resources are given out",
  ],
  ["tags[].key", "ignored", "Kept and shown; nothing is billed or filtered by them"],
  ["tags[].value", "ignored", "Kept and shown; nothing is billed or filtered by them"],
  ["pidMode", "honoured", "host is Docker's own; task shares the processes of a pause container"],
  ["ipcMode", "honoured", "host and none are Docker's own; task shares the memory of a pause container"],
  ["proxyConfiguration.type", "ignored", "App Mesh does not run here: traffic is not redirected"],
  [
    "proxyConfiguration.containerName",
    "ignored",
    "App Mesh does not run here: the container starts, but gets no redirected traffic",
  ],
  ["proxyConfiguration.properties[].name", "ignored", "App Mesh does not run here"],
  ["proxyConfiguration.properties[].value", "ignored", "App Mesh does not run here"],
  ["inferenceAccelerators[].deviceName", "ignored", "Withdrawn by AWS"],
  ["inferenceAccelerators[].deviceType", "ignored", "Withdrawn by AWS"],
  ["ephemeralStorage.sizeInGiB", "ignored", "No limit is set on what a task writes; Docker's storage is used"],
  ["runtimePlatform.cpuArchitecture", "ignored", "Docker takes the host's architecture, or the image's only one"],
  [
    "runtimePlatform.operatingSystemFamily",
    "ignored",
    "LINUX needs nothing; a WINDOWS_SERVER family does not start on a Linux host",
  ],
  ["enableFaultInjection", "ignored", "No faults are injected"],
];

const CONTAINER_ROWS: readonly Row[] = [
  ["name", "honoured", "Part of the container's Docker name, and a label"],
  ["image", "honoured", "Pulled as written; another one can be put in its place with --image CONTAINER=REFERENCE"],
  [
    "repositoryCredentials.credentialsParameter",
    "emulated",
    "A secret with username and password, looked up where secrets are; the task does not start without it",
  ],
  ["cpu", "honoured", "CpuShares, at least 2"],
  ["memory", "honoured", "Memory, in MiB, at least 6"],
  ["memoryReservation", "honoured", "MemoryReservation, in MiB"],
  ["links[]", "honoured", "Links with alias; the target starts first; in bridge only, as on ECS"],
  [
    "portMappings[].containerPort",
    "honoured",
    "ExposedPorts and PortBindings; in awsvpc published on the host by the pause container; in host the host's own port",
  ],
  ["portMappings[].hostPort", "honoured", "PortBindings; 0 takes a free port of the host"],
  ["portMappings[].protocol", "honoured", "tcp or udp"],
  ["portMappings[].name", "ignored", "Service Connect does not run here"],
  ["portMappings[].appProtocol", "ignored", "Service Connect does not run here"],
  ["portMappings[].containerPortRange", "honoured", "As many free consecutive ports of the host"],
  ["essential", "honoured", "The task ends when an essential container does"],
  ["restartPolicy.enabled", "honoured", "The engine starts the container again; Docker's own restart policy stays off"],
  ["restartPolicy.ignoredExitCodes[]", "honoured", "Exits that are final"],
  ["restartPolicy.restartAttemptPeriod", "honoured", "Seconds that a container must have run, else it stays stopped"],
  ["entryPoint[]", "honoured", "Entrypoint"],
  ["command[]", "honoured", "Cmd"],
  ["environment[].name", "honoured", "Env"],
  ["environment[].value", "honoured", "Env"],
  ["environmentFiles[].value", "emulated", "Read from a local folder laid out as BUCKET/KEY, or from S3 with --aws"],
  ["environmentFiles[].type", "emulated", "s3: a local folder laid out as BUCKET/KEY, or S3 with --aws"],
  ["mountPoints[].sourceVolume", "honoured", "Binds"],
  ["mountPoints[].containerPath", "honoured", "Binds"],
  ["mountPoints[].readOnly", "honoured", "Binds with :ro"],
  ["volumesFrom[].sourceContainer", "honoured", "VolumesFrom; the source is created first"],
  ["volumesFrom[].readOnly", "honoured", "VolumesFrom with :ro"],
  ["linuxParameters.capabilities.add[]", "honoured", "CapAdd"],
  ["linuxParameters.capabilities.drop[]", "honoured", "CapDrop"],
  ["linuxParameters.devices[].hostPath", "honoured", "Devices"],
  ["linuxParameters.devices[].containerPath", "honoured", "Devices"],
  ["linuxParameters.devices[].permissions[]", "honoured", "Devices"],
  ["linuxParameters.initProcessEnabled", "honoured", "Init"],
  ["linuxParameters.sharedMemorySize", "honoured", "ShmSize, in MiB"],
  ["linuxParameters.tmpfs[].containerPath", "honoured", "Tmpfs"],
  ["linuxParameters.tmpfs[].size", "honoured", "Tmpfs, in MiB"],
  ["linuxParameters.tmpfs[].mountOptions[]", "honoured", "Tmpfs"],
  ["linuxParameters.maxSwap", "honoured", "MemorySwap: memory and swap together; needs memory"],
  ["linuxParameters.swappiness", "honoured", "MemorySwappiness with maxSwap; Docker ignores it on cgroup v2"],
  ["secrets[].name", "honoured", "Env; values never reach a log, a label or the store"],
  ["secrets[].valueFrom", "emulated", "Looked up in a secrets file, then in the environment, or in AWS with --aws"],
  ["dependsOn[].containerName", "honoured", "Start order, and the reverse on the way down"],
  ["dependsOn[].condition", "honoured", "START, COMPLETE, SUCCESS and HEALTHY"],
  ["startTimeout", "honoured", "Seconds that others wait for this container"],
  ["stopTimeout", "honoured", "Seconds between SIGTERM and SIGKILL, also above Fargate's 120"],
  [
    "versionConsistency",
    "honoured",
    "enabled: the digest is settled before the pull, and pulled; disabled: the tag is pulled, whatever it means by then",
  ],
  ["hostname", "honoured", "Hostname; not in awsvpc, as on ECS"],
  ["user", "honoured", "User"],
  ["workingDirectory", "honoured", "WorkingDir"],
  ["disableNetworking", "honoured", "NetworkDisabled, in each network mode: nothing but lo, also in host and awsvpc"],
  ["privileged", "honoured", "Privileged"],
  ["readonlyRootFilesystem", "honoured", "ReadonlyRootfs"],
  ["dnsServers[]", "honoured", "Dns; in awsvpc on the pause container, for Fargate only, as on ECS"],
  ["dnsSearchDomains[]", "honoured", "DnsSearch; in awsvpc on the pause container, for Fargate only, as on ECS"],
  ["extraHosts[].hostname", "honoured", "ExtraHosts; not in awsvpc, as on ECS"],
  ["extraHosts[].ipAddress", "honoured", "ExtraHosts; not in awsvpc, as on ECS"],
  ["dockerSecurityOptions[]", "honoured", "SecurityOpt; credentialspec: entries are refused"],
  ["interactive", "honoured", "OpenStdin"],
  ["pseudoTerminal", "honoured", "Tty"],
  ["dockerLabels", "honoured", "Labels; the engine's own win"],
  ["ulimits[].name", "honoured", "Ulimits"],
  ["ulimits[].softLimit", "honoured", "Ulimits; -1 is no limit"],
  ["ulimits[].hardLimit", "honoured", "Ulimits; -1 is no limit"],
  [
    "logConfiguration.logDriver",
    "emulated",
    'json-file is Docker\'s own. An engine with `remoteLogs: "passthrough"` uses the other drivers too; else, as with `berth run`, their logs are captured on this host and sent nowhere',
  ],
  [
    "logConfiguration.options",
    "emulated",
    "Options of a driver that is used reach Docker; group and stream names of awslogs are shown with captured logs",
  ],
  ["logConfiguration.secretOptions[].name", "emulated", "Option of a driver or log router that is used"],
  [
    "logConfiguration.secretOptions[].valueFrom",
    "emulated",
    "Looked up where secrets are, and the task does not start without it, also where the logs stay on this host",
  ],
  ["healthCheck.command[]", "honoured", "Healthcheck"],
  ["healthCheck.interval", "honoured", "Healthcheck, in seconds"],
  ["healthCheck.timeout", "honoured", "Healthcheck, in seconds"],
  ["healthCheck.retries", "honoured", "Healthcheck"],
  ["healthCheck.startPeriod", "honoured", "Healthcheck, in seconds"],
  [
    "systemControls[].namespace",
    "honoured",
    "Sysctls; with a shared namespace on the pause container; net.* not in host",
  ],
  ["systemControls[].value", "honoured", "Sysctls"],
  [
    "resourceRequirements[].type",
    "emulated",
    "With the host's GPU ids in `hostTotals.gpus` each container gets its own GPUs, by `NVIDIA_VISIBLE_DEVICES` and a runtime or device request; without them, as `berth run`, Docker is asked for a number. The choice and what Docker is told are tested, no GPU was ever at hand. InferenceAccelerator is withdrawn by AWS and ignored, and so is NeuronDevice",
  ],
  ["resourceRequirements[].value", "emulated", "Number of GPUs"],
  [
    "resourceRequirements[].sharingStrategy.nvidiaMps.maxComputePercent",
    "ignored",
    "A container gets whole GPUs for itself: nothing shares them",
  ],
  [
    "resourceRequirements[].sharingStrategy.nvidiaMps.memory",
    "ignored",
    "A container gets whole GPUs for itself: nothing shares them",
  ],
  [
    "firelensConfiguration.type",
    "emulated",
    "The router starts first and stops last. An engine with `firelens` gives it a configuration and sends it the logs of its users; with `berth run` these are captured on this host, not routed",
  ],
  [
    "firelensConfiguration.options",
    "emulated",
    "An engine with `firelens` puts them into the router's configuration; ignored by `berth run`, which makes none",
  ],
  ["credentialSpecs[]", "refused", "gMSA needs Active Directory: the task does not start"],
];

const NFS_HOW =
  "The task does not start, unless --volume NAME=PATH puts a host directory in its place, or an engine's `nfsExports` an NFS export";
const MAPPED_HOW = "Ignored when a host directory or an NFS export is put in its place";
const NFS_ROOT_HOW = "Looked for below the NFS export in its place; ignored when a host directory is";

const VOLUME_ROWS: readonly Row[] = [
  ["name", "honoured", "Part of the Docker volume's name"],
  ["host.sourcePath", "honoured", "Bind mount; without a path an empty volume that lives with the task"],
  ["dockerVolumeConfiguration.scope", "honoured", "task: made for the task and removed with it; shared: kept"],
  ["dockerVolumeConfiguration.autoprovision", "honoured", "A shared volume is made when it is missing"],
  ["dockerVolumeConfiguration.driver", "honoured", "Driver of the Docker volume"],
  ["dockerVolumeConfiguration.driverOpts", "honoured", "Options of the Docker volume"],
  ["dockerVolumeConfiguration.labels", "honoured", "Labels of the Docker volume"],
  ["efsVolumeConfiguration.fileSystemId", "refused", NFS_HOW],
  ["efsVolumeConfiguration.rootDirectory", "emulated", NFS_ROOT_HOW],
  ["efsVolumeConfiguration.transitEncryption", "ignored", MAPPED_HOW],
  ["efsVolumeConfiguration.transitEncryptionPort", "ignored", MAPPED_HOW],
  ["efsVolumeConfiguration.authorizationConfig.accessPointId", "ignored", MAPPED_HOW],
  ["efsVolumeConfiguration.authorizationConfig.iam", "ignored", MAPPED_HOW],
  ["s3filesVolumeConfiguration.fileSystemArn", "refused", NFS_HOW],
  ["s3filesVolumeConfiguration.rootDirectory", "emulated", NFS_ROOT_HOW],
  ["s3filesVolumeConfiguration.transitEncryptionPort", "ignored", MAPPED_HOW],
  ["s3filesVolumeConfiguration.accessPointArn", "ignored", MAPPED_HOW],
  ["fsxWindowsFileServerVolumeConfiguration.fileSystemId", "refused", NFS_HOW],
  ["fsxWindowsFileServerVolumeConfiguration.rootDirectory", "ignored", MAPPED_HOW],
  ["fsxWindowsFileServerVolumeConfiguration.authorizationConfig.credentialsParameter", "ignored", MAPPED_HOW],
  ["fsxWindowsFileServerVolumeConfiguration.authorizationConfig.domain", "ignored", MAPPED_HOW],
  ["configuredAtLaunch", "refused", NFS_HOW],
];

function rows(prefix: string, table: readonly Row[]): FieldSupport[] {
  return table.map(([field, support, how]) => ({ field: prefix + field, support, how }));
}

export const FIELD_SUPPORT: readonly FieldSupport[] = [
  ...rows("", TASK_ROWS),
  ...rows("containerDefinitions[].", CONTAINER_ROWS),
  ...rows("volumes[].", VOLUME_ROWS),
];
