/**
 * A task definition in its normalised form: AWS's own member names, order and units (seconds, MiB, CPU units), with
 * every default that RegisterTaskDefinition fills in. Absent members are absent, never null. Written out, because the model
 * has neither units nor words for hovers; a test holds these types against it, member by member.
 * Source: interfaces 1.1, 1.2, 1.3.3.
 */
import type {
  ApplicationProtocol,
  Compatibility,
  ContainerCondition,
  DeviceCgroupPermission,
  EnvironmentFileType,
  FirelensConfigurationType,
  IpcMode,
  NetworkMode,
  PidMode,
  ResourceType,
  Scope,
  SharingStrategy,
  TransportProtocol,
  VersionConsistency,
} from "../ecs-model/model.gen.ts";

export type { Compatibility, NetworkMode, TransportProtocol };
export type DependencyCondition = ContainerCondition;

export type KeyValuePair = { readonly name: string; readonly value: string };
export type Tag = { readonly key: string; readonly value: string };
export type SecretReference = { readonly name: string; readonly valueFrom: string };
export type EnvironmentFile = { readonly value: string; readonly type: EnvironmentFileType };
export type ContainerDependency = { readonly containerName: string; readonly condition: DependencyCondition };
export type MountPoint = { readonly sourceVolume: string; readonly containerPath: string; readonly readOnly: boolean };
export type VolumeFrom = { readonly sourceContainer: string; readonly readOnly: boolean };
export type HostEntry = { readonly hostname: string; readonly ipAddress: string };
export type Ulimit = { readonly name: string; readonly softLimit: number; readonly hardLimit: number };
export type SystemControl = { readonly namespace: string; readonly value: string };
export type ResourceRequirement = {
  readonly type: ResourceType;
  readonly value: string;
  readonly sharingStrategy?: SharingStrategy;
};

/** Either `containerPort` (with `hostPort` filled in) or `containerPortRange`. */
export type PortMapping = {
  readonly containerPort?: number;
  /** 0 asks for a dynamic host port (bridge). */
  readonly hostPort?: number;
  readonly protocol: TransportProtocol;
  readonly name?: string;
  readonly appProtocol?: ApplicationProtocol;
  /** `"8000-8010"` */
  readonly containerPortRange?: string;
};

export type RestartPolicy = {
  readonly enabled: boolean;
  readonly ignoredExitCodes?: readonly number[];
  /** Seconds a container must have run before it is restarted. */
  readonly restartAttemptPeriod?: number;
};

/** Times in seconds. */
export type HealthCheck = {
  readonly command: readonly string[];
  readonly interval: number;
  readonly timeout: number;
  readonly retries: number;
  readonly startPeriod?: number;
};

export type LogConfiguration = {
  readonly logDriver: string;
  readonly options?: Readonly<Record<string, string>>;
  readonly secretOptions?: readonly SecretReference[];
};

export type FirelensConfiguration = {
  readonly type: FirelensConfigurationType;
  readonly options?: Readonly<Record<string, string>>;
};

export type Device = {
  readonly hostPath: string;
  readonly containerPath?: string;
  readonly permissions?: readonly DeviceCgroupPermission[];
};

/** Sizes in MiB. */
export type Tmpfs = {
  readonly containerPath: string;
  readonly size: number;
  readonly mountOptions?: readonly string[];
};

/** Sizes in MiB. */
export type LinuxParameters = {
  readonly capabilities?: { readonly add?: readonly string[]; readonly drop?: readonly string[] };
  readonly devices?: readonly Device[];
  readonly initProcessEnabled?: boolean;
  readonly sharedMemorySize?: number;
  readonly tmpfs?: readonly Tmpfs[];
  readonly maxSwap?: number;
  readonly swappiness?: number;
};

export type ContainerDefinition = {
  readonly name: string;
  readonly image: string;
  readonly repositoryCredentials?: { readonly credentialsParameter: string };
  /** CPU units, 1024 a vCPU; 0 when not given. */
  readonly cpu: number;
  /** Hard limit, MiB. */
  readonly memory?: number;
  /** Soft limit, MiB. */
  readonly memoryReservation?: number;
  readonly links?: readonly string[];
  readonly portMappings: readonly PortMapping[];
  readonly essential: boolean;
  readonly restartPolicy?: RestartPolicy;
  readonly entryPoint?: readonly string[];
  readonly command?: readonly string[];
  readonly environment: readonly KeyValuePair[];
  readonly environmentFiles?: readonly EnvironmentFile[];
  readonly mountPoints: readonly MountPoint[];
  readonly volumesFrom: readonly VolumeFrom[];
  readonly linuxParameters?: LinuxParameters;
  readonly secrets?: readonly SecretReference[];
  readonly dependsOn?: readonly ContainerDependency[];
  /** Seconds. */
  readonly startTimeout?: number;
  /** Seconds. */
  readonly stopTimeout?: number;
  readonly versionConsistency?: VersionConsistency;
  readonly hostname?: string;
  readonly user?: string;
  readonly workingDirectory?: string;
  readonly disableNetworking?: boolean;
  readonly privileged?: boolean;
  readonly readonlyRootFilesystem?: boolean;
  readonly dnsServers?: readonly string[];
  readonly dnsSearchDomains?: readonly string[];
  readonly extraHosts?: readonly HostEntry[];
  readonly dockerSecurityOptions?: readonly string[];
  readonly interactive?: boolean;
  readonly pseudoTerminal?: boolean;
  readonly dockerLabels?: Readonly<Record<string, string>>;
  readonly ulimits?: readonly Ulimit[];
  readonly logConfiguration?: LogConfiguration;
  readonly healthCheck?: HealthCheck;
  readonly systemControls: readonly SystemControl[];
  readonly resourceRequirements?: readonly ResourceRequirement[];
  readonly firelensConfiguration?: FirelensConfiguration;
  readonly credentialSpecs?: readonly string[];
};

export type DockerVolumeConfiguration = {
  readonly scope: Scope;
  readonly autoprovision?: boolean;
  readonly driver: string;
  readonly driverOpts?: Readonly<Record<string, string>>;
  readonly labels?: Readonly<Record<string, string>>;
};

/** At most one of the members beside `name`; none (or an empty `host`) is an empty volume that lives with the task. */
export type Volume = {
  readonly name: string;
  readonly host?: { readonly sourcePath?: string };
  readonly dockerVolumeConfiguration?: DockerVolumeConfiguration;
  readonly efsVolumeConfiguration?: {
    readonly fileSystemId: string;
    readonly rootDirectory?: string;
    readonly transitEncryption?: string;
    readonly transitEncryptionPort?: number;
    readonly authorizationConfig?: { readonly accessPointId?: string; readonly iam?: string };
  };
  readonly s3filesVolumeConfiguration?: {
    readonly fileSystemArn: string;
    readonly rootDirectory?: string;
    readonly transitEncryptionPort?: number;
    readonly accessPointArn?: string;
  };
  readonly fsxWindowsFileServerVolumeConfiguration?: {
    readonly fileSystemId: string;
    readonly rootDirectory: string;
    readonly authorizationConfig: { readonly credentialsParameter: string; readonly domain: string };
  };
  readonly configuredAtLaunch?: boolean;
};

export type PlacementConstraint = { readonly type: "memberOf"; readonly expression?: string };

export type TaskDefinition = {
  readonly family: string;
  readonly taskRoleArn?: string;
  readonly executionRoleArn?: string;
  readonly networkMode?: NetworkMode;
  readonly containerDefinitions: readonly ContainerDefinition[];
  readonly volumes: readonly Volume[];
  readonly placementConstraints: readonly PlacementConstraint[];
  readonly requiresCompatibilities?: readonly Compatibility[];
  /** CPU units as a decimal string ("1024"), the form of the API. */
  readonly cpu?: string;
  /** MiB as a decimal string ("2048"), the form of the API. */
  readonly memory?: string;
  readonly tags?: readonly Tag[];
  readonly pidMode?: PidMode;
  readonly ipcMode?: IpcMode;
  readonly proxyConfiguration?: {
    readonly type?: "APPMESH";
    readonly containerName: string;
    readonly properties?: readonly KeyValuePair[];
  };
  readonly inferenceAccelerators?: readonly { readonly deviceName: string; readonly deviceType: string }[];
  /** Size in GiB. */
  readonly ephemeralStorage?: { readonly sizeInGiB: number };
  readonly runtimePlatform?: { readonly cpuArchitecture?: string; readonly operatingSystemFamily?: string };
  readonly enableFaultInjection?: boolean;
};

/** RunTask's `overrides`, as the API takes them. Source: interfaces 1.6. */
export type ContainerOverride = {
  readonly name: string;
  readonly command?: readonly string[];
  readonly environment?: readonly KeyValuePair[];
  readonly environmentFiles?: readonly EnvironmentFile[];
  readonly cpu?: number;
  readonly memory?: number;
  readonly memoryReservation?: number;
  readonly resourceRequirements?: readonly ResourceRequirement[];
};

export type TaskOverride = {
  readonly containerOverrides?: readonly ContainerOverride[];
  readonly cpu?: string;
  readonly memory?: string;
  readonly executionRoleArn?: string;
  readonly taskRoleArn?: string;
  readonly ephemeralStorage?: { readonly sizeInGiB: number };
};
