/**
 * What RegisterTaskDefinition answers, word for word: only these texts are printed as AWS's. Each was seen from the service:
 * in public reports (interfaces 1.3.2, [R]), or measured by people who deployed a definition that breaks the rule. What AWS
 * says to the other faults is not known, and then nothing is printed.
 */

declare const seen: unique symbol;
/** A text of the service itself; made here and nowhere else. */
export type AwsText = string & { readonly [seen]: true };

function text(words: string): AwsText {
  return words as AwsText;
}

/** `Fargate compatible task definitions do not support devices`. Seen for the members that take part here. */
export type FargateMember =
  | "sourcePath"
  | "dockerVolumeConfiguration"
  | "devices"
  | "sharedMemorySize"
  | "maxSwap"
  | "ipcMode"
  | "dockerSecurityOptions"
  | "constraints";

/** In the middle of a sentence that is the same for all of them. */
const AWSVPC_SUBJECTS = {
  hostname: "hostname is",
  dnsServers: "DNS servers are",
  extraHosts: "Extra hosts are",
  disableNetworking: "Disable Networking is",
} as const;
export type AwsvpcMember = keyof typeof AWSVPC_SUBJECTS;

type AwsFault = "invalidCharacters" | "blank";

export const aws = {
  // Types. The tokens are those of the JSON reader of AWS's services.
  conversion: (token: string, javaName: string) => text(`${token} cannot be converted to ${javaName}`),

  // Identity.
  family: (fault: AwsFault) =>
    text(fault === "blank" ? "Family should not be null or empty." : "Family contains invalid characters."),
  containerName: (fault: AwsFault) =>
    text(
      fault === "blank" ? "Container.name should not be null or empty." : "Container.name contains invalid characters.",
    ),
  image: (fault: AwsFault) =>
    text(
      fault === "blank"
        ? "Container.image should not be null or empty."
        : "Container.image contains invalid characters.",
    ),
  noContainer: () => text("Container list cannot be empty."),
  tooManyContainers: () => text("Too many containers."),
  containerNamesUnique: () => text("Container names must be unique within a Task Definition."),
  noEssential: () => text("Task definition doesn't have any essential container."),

  // Sizes.
  memoryRequired: (container: string) =>
    text(
      `Invalid setting for container '${container}'. At least one of 'memory' or 'memoryReservation' must be specified.`,
    ),
  memoryAboveTask: (container: string) =>
    text(`The 'memory' setting for container '${container}' is greater than for the task.`),
  cpuSum: () => text("The sum of all container 'cpu' values cannot be greater than the value of the task 'cpu'."),
  reservationSum: () =>
    text("The sum of all container 'memoryReservation' values cannot be greater than the value of the task 'memory'."),
  taskCpu: () =>
    text(
      "Invalid 'cpu' setting for task. For more information, see the Troubleshooting section of the Amazon ECS Developer Guide.",
    ),

  // Fargate.
  fargateSize: (cpuUnits: number, memoryMiB: number) =>
    text(
      `No Fargate configuration exists for given values: ${cpuUnits} CPU , ${memoryMiB} memory. See the Amazon ECS documentation for the valid values.`,
    ),
  fargateRequires: (member: "cpu" | "memory") =>
    text(`Fargate requires that '${member}' be defined at the task level.`),
  fargateNetworkMode: () => text("Fargate only supports network mode 'awsvpc'."),
  fargateRole: (what: "ECR images" | "log driver awslogs") =>
    text(`Fargate requires task definition to have execution role ARN to support ${what}.`),
  fargateMember: (member: FargateMember) => text(`Fargate compatible task definitions do not support ${member}`),
  fargatePidMode: () =>
    text(
      "Tasks using the Fargate launch type do not support pidMode 'host'. The supported value for pidMode is 'task'.",
    ),
  fargatePrivileged: () => text("Fargate requires that the ‘privileged’ setting be ‘false’ at the container level."),
  fargateGpu: () => text("Tasks using the Fargate launch type do not support GPU resource requirements."),
  fargateCapability: (capability: string) => text(`${capability} is not allowed on Fargate.`),
  fargateLogDriver: (driver: string) =>
    text(`${driver} is not a valid log driver. Must be one of [awslogs,splunk,awsfirelens]`),
  fargateStreamPrefix: () =>
    text("Fargate requires log configuration options to include awslogs-stream-prefix to support log driver awslogs."),
  fargateFirelensFile: () => text("Fargate launch type does not support FirelensConfiguration config file from 's3'"),
  ec2EphemeralStorage: () => text("Tasks using the EC2 launch type do not support EphemeralStorage."),

  // Network.
  awsvpcLinks: () => text("Links are not supported when networkMode=awsvpc."),
  linksCycle: () => text("Container links should not have a cycle"),
  awsvpcMember: (member: AwsvpcMember) =>
    text(`${AWSVPC_SUBJECTS[member]} not supported on container when networkMode=awsvpc.`),
  containerPort: (container: string) => text(`Invalid 'containerPort' setting for container '${container}'.`),
  portRange: (container: string) => text(`Invalid 'containerPortRange' setting for container '${container}'.`),
  portAndRange: (container: string) =>
    text(`Invalid port mapping for container '${container}', cannot specify both single port and port range.`),
  portsMatch: (networkMode: string) =>
    text(`When networkMode=${networkMode}, the host ports and container ports in port mappings must match.`),
  hostPortTwice: (protocol: string, port: number) =>
    text(`${protocol.toUpperCase()} host port '${port}' is mapped multiple times in task.`),
  containerPortTwice: (protocol: string, port: number) =>
    text(`${protocol.toUpperCase()} container port '${port}' is used multiple times in task when networkMode=awsvpc.`),
  portNameTwice: () => text("When networkMode=awsvpc, port mapping name is already used"),

  // Volumes.
  unknownVolume: (volume: string) => text(`Unknown volume '${volume}'.`),
  blankSourcePath: () => text("host.sourcePath should not be blank."),
  volumesFrom: (container: string) => text(`Invalid 'volumesFrom' setting. Unknown container: '${container}'.`),
  autoprovision: () =>
    text("When 'scope' parameter is 'task', 'autoprovision' must either not be specified or set to 'True'."),
  volumeDriver: () => text("volume.dockerVolumeConfiguration.driver should not be null or empty."),
  volumeUnused: (volume: string) => text(`Volumes [${volume}] are not referenced by any of the containers`),
  efsRootDirectory: () =>
    text('When using an EFS access point, the root directory must either be set to "/" or be omitted.'),
  efsIam: () => text("EFS IAM authorization requires TransitEncryption to be enabled."),

  // Start order and health. The plus sign is AWS's.
  dependsOnUnknown: (container: string) =>
    text(`Cannot depend on container + '${container}' because it does not exist`),
  dependsOnEssential: () =>
    text("A dependency container with SUCCESS or COMPLETE condition cannot be an essential container"),
  dependsOnHealthy: () => text("A dependency container with HEALTHY condition must have health check configured"),
  healthMaximum: (member: string, max: number, container: string) =>
    text(
      `Health check ${member} must be less than or equal to the maximum allowed value ${max} for container '${container}'`,
    ),

  // Logs, secrets, files.
  awslogsRequires: (options: readonly string[]) => text(`Log driver awslogs requires options: ${options.join(", ")}`),
  awslogsDisallows: (options: readonly string[]) => text(`Log driver awslogs disallows options: ${options.join(", ")}`),
  routerMissing: () =>
    text(
      "When awsfirelens log driver is specified in log configuration, a firelens configuration object must be configured in one of the containers.",
    ),
  routerUnused: () =>
    text(
      "When a firelensConfiguration object is specified, at least one container has to be configured with the awsfirelens log driver.",
    ),
  secretShared: (name: string) =>
    text(
      `The secret name must be unique and not shared with any new or existing environment variables set on the container, such as '${name}'.`,
    ),
  secretTwice: (name: string) => text(`Duplicate secret names found: ${name}. Each secret name must be unique.`),
  secretParameter: (name: string) => text(`The Systems Manager parameter name specified for secret ${name} is invalid`),
  secretsRole: () =>
    text("When you are specifying container secrets, you must also specify a value for 'executionRoleArn'."),
  environmentFiles: () =>
    text("The maximum number of environment files was exceeded. Specify ten or less and try again."),
  arn: () => text("Invalid arn syntax."),

  // The rest.
  role: () => text("Role is not valid"),
  noTags: () => text("Tags can not be empty."),
  ephemeralStorage: (bound: "least 21" | "most 200") => text(`EphemeralStorage size should be at ${bound}`),
  inferenceAccelerators: () => text("Unsupported field 'inferenceAccelerators'."),
  proxyContainer: (container: string) => text(`Proxy container [${container}] does not exist.`),
  overrideContainer: (container: string) =>
    text(`Override for container named ${container} is not a container in the TaskDefinition.`),
  proxyNetworkMode: () => text("APPMESH proxy configuration is only supported in networkMode=awsvpc"),
  restartPeriod: (container: string) =>
    text(`The 'restartAttemptPeriod' setting for container '${container}' must be between 60 and 1800.`),
} as const;
