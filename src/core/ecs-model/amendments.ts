/** What the published model does not say, or says in another way than the service. */

/** Members that the service asks for and the model does not mark. Source: interfaces 1.3.1. */
export const REQUIRED_BESIDE: Readonly<Record<string, readonly string[]>> = {
  KeyValuePair: ["name"],
  MountPoint: ["sourceVolume"],
  VolumeFrom: ["sourceContainer"],
  SystemControl: ["namespace", "value"],
  ResourceRequirement: ["value"],
  ContainerOverride: ["name"],
};

/** In the order in which the service lists them; the model's is alphabetical. */
export const AMENDED_ENUMS: Readonly<Record<string, readonly string[]>> = {
  NetworkMode: ["bridge", "host", "awsvpc", "none"],
  ApplicationProtocol: ["http", "http2", "grpc"],
  DeviceCgroupPermission: ["read", "write", "mknod"],
  ContainerCondition: ["START", "COMPLETE", "SUCCESS", "HEALTHY"],
  VersionConsistency: ["enabled", "disabled"],
  FirelensConfigurationType: ["fluentd", "fluentbit"],
  Scope: ["task", "shared"],
  EFSTransitEncryption: ["ENABLED", "DISABLED"],
  EFSAuthorizationConfigIAM: ["ENABLED", "DISABLED"],
  Compatibility: ["EC2", "FARGATE", "EXTERNAL", "MANAGED_INSTANCES"],
  IpcMode: ["host", "task", "none"],
  CPUArchitecture: ["X86_64", "ARM64"],
};
