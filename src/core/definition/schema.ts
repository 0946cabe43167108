/**
 * The wire shape of RegisterTaskDefinition: names, types and enums, nothing else. Every member is optional, as in AWS's
 * own model; what must be there and what fits together is said by the rules.
 * Source: interfaces 1.1, 1.2.
 */
import * as v from "valibot";

const INT32_MAX = 2_147_483_647;

/** Members that the model itself marks as required, by object schema. */
const REQUIRED = new WeakMap<object, readonly string[]>();

function isPlainObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/**
 * An object whose `required` members are asked for by the member walk, so that one miss hides no other finding. A list is
 * refused before, because `v.object` takes it for an object.
 */
function shape<const Entries extends v.ObjectEntries>(
  entries: Entries,
  required: readonly (keyof Entries & string)[] = [],
) {
  const schema = v.object(entries);
  REQUIRED.set(schema, required);
  return v.pipe(v.custom<Readonly<Record<string, unknown>>>(isPlainObject), schema);
}

export function requiredMembers(schema: object): readonly string[] {
  return REQUIRED.get(schema) ?? [];
}

/** Not `v.record`: that one drops a key like "constructor" without a word, and it is a fine label name. */
const stringMap = v.pipe(
  v.custom<Readonly<Record<string, string>>>(isPlainObject),
  v.rawCheck(({ dataset, addIssue }) => {
    if (!dataset.typed) return;
    const input: Record<string, unknown> = dataset.value;
    for (const [key, value] of Object.entries(input)) {
      if (typeof value === "string") continue;
      addIssue({ expected: "string", input: value, path: [{ type: "object", origin: "value", input, key, value }] });
    }
  }),
);

const text = v.optional(v.string());
const flag = v.optional(v.boolean());
const integer = v.optional(v.pipe(v.number(), v.integer(), v.minValue(-INT32_MAX - 1), v.maxValue(INT32_MAX)));
const texts = v.optional(v.array(v.string()));
const map = v.optional(stringMap);

function oneOf<const Options extends readonly string[]>(options: Options) {
  return v.optional(v.picklist(options));
}

function listOf<Item extends v.GenericSchema>(item: Item) {
  return v.optional(v.array(item));
}

const keyValue = shape({ name: text, value: text }, ["name"]);
const secret = shape({ name: text, valueFrom: text }, ["name", "valueFrom"]);
const environmentFile = shape({ value: text, type: oneOf(["s3"]) }, ["value", "type"]);
const resourceRequirement = shape({ type: oneOf(["GPU", "InferenceAccelerator"]), value: text }, ["type", "value"]);

const portMapping = shape({
  containerPort: integer,
  hostPort: integer,
  protocol: oneOf(["tcp", "udp"]),
  name: text,
  appProtocol: oneOf(["http", "http2", "grpc"]),
  containerPortRange: text,
});

const linuxParameters = shape({
  capabilities: v.optional(shape({ add: texts, drop: texts })),
  devices: listOf(
    shape({ hostPath: text, containerPath: text, permissions: listOf(v.picklist(["read", "write", "mknod"])) }, [
      "hostPath",
    ]),
  ),
  initProcessEnabled: flag,
  sharedMemorySize: integer,
  tmpfs: listOf(shape({ containerPath: text, size: integer, mountOptions: texts }, ["containerPath", "size"])),
  maxSwap: integer,
  swappiness: integer,
});

const containerDefinition = shape({
  name: text,
  image: text,
  repositoryCredentials: v.optional(shape({ credentialsParameter: text }, ["credentialsParameter"])),
  cpu: integer,
  memory: integer,
  memoryReservation: integer,
  links: texts,
  portMappings: listOf(portMapping),
  essential: flag,
  restartPolicy: v.optional(
    shape({ enabled: flag, ignoredExitCodes: listOf(v.pipe(v.number(), v.integer())), restartAttemptPeriod: integer }, [
      "enabled",
    ]),
  ),
  entryPoint: texts,
  command: texts,
  environment: listOf(keyValue),
  environmentFiles: listOf(environmentFile),
  mountPoints: listOf(shape({ sourceVolume: text, containerPath: text, readOnly: flag }, ["sourceVolume"])),
  volumesFrom: listOf(shape({ sourceContainer: text, readOnly: flag }, ["sourceContainer"])),
  linuxParameters: v.optional(linuxParameters),
  secrets: listOf(secret),
  dependsOn: listOf(
    shape({ containerName: text, condition: oneOf(["START", "COMPLETE", "SUCCESS", "HEALTHY"]) }, [
      "containerName",
      "condition",
    ]),
  ),
  startTimeout: integer,
  stopTimeout: integer,
  versionConsistency: oneOf(["enabled", "disabled"]),
  hostname: text,
  user: text,
  workingDirectory: text,
  disableNetworking: flag,
  privileged: flag,
  readonlyRootFilesystem: flag,
  dnsServers: texts,
  dnsSearchDomains: texts,
  extraHosts: listOf(shape({ hostname: text, ipAddress: text }, ["hostname", "ipAddress"])),
  dockerSecurityOptions: texts,
  interactive: flag,
  pseudoTerminal: flag,
  dockerLabels: map,
  ulimits: listOf(
    shape(
      {
        name: oneOf([
          "core",
          "cpu",
          "data",
          "fsize",
          "locks",
          "memlock",
          "msgqueue",
          "nice",
          "nofile",
          "nproc",
          "rss",
          "rtprio",
          "rttime",
          "sigpending",
          "stack",
        ]),
        softLimit: integer,
        hardLimit: integer,
      },
      ["name", "softLimit", "hardLimit"],
    ),
  ),
  logConfiguration: v.optional(shape({ logDriver: text, options: map, secretOptions: listOf(secret) }, ["logDriver"])),
  healthCheck: v.optional(
    shape({ command: texts, interval: integer, timeout: integer, retries: integer, startPeriod: integer }, ["command"]),
  ),
  systemControls: listOf(shape({ namespace: text, value: text }, ["namespace", "value"])),
  resourceRequirements: listOf(resourceRequirement),
  firelensConfiguration: v.optional(shape({ type: oneOf(["fluentd", "fluentbit"]), options: map }, ["type"])),
  credentialSpecs: texts,
});

const onOff = oneOf(["ENABLED", "DISABLED"]);

const volume = shape({
  name: text,
  host: v.optional(shape({ sourcePath: text })),
  dockerVolumeConfiguration: v.optional(
    shape({ scope: oneOf(["task", "shared"]), autoprovision: flag, driver: text, driverOpts: map, labels: map }),
  ),
  efsVolumeConfiguration: v.optional(
    shape(
      {
        fileSystemId: text,
        rootDirectory: text,
        transitEncryption: onOff,
        transitEncryptionPort: integer,
        authorizationConfig: v.optional(shape({ accessPointId: text, iam: onOff })),
      },
      ["fileSystemId"],
    ),
  ),
  s3filesVolumeConfiguration: v.optional(
    shape({ fileSystemArn: text, rootDirectory: text, transitEncryptionPort: integer, accessPointArn: text }, [
      "fileSystemArn",
    ]),
  ),
  fsxWindowsFileServerVolumeConfiguration: v.optional(
    shape(
      {
        fileSystemId: text,
        rootDirectory: text,
        authorizationConfig: v.optional(
          shape({ credentialsParameter: text, domain: text }, ["credentialsParameter", "domain"]),
        ),
      },
      ["fileSystemId", "rootDirectory", "authorizationConfig"],
    ),
  ),
  configuredAtLaunch: flag,
});

export const taskDefinitionSchema = shape({
  family: text,
  taskRoleArn: text,
  executionRoleArn: text,
  networkMode: oneOf(["bridge", "host", "awsvpc", "none"]),
  containerDefinitions: listOf(containerDefinition),
  volumes: listOf(volume),
  placementConstraints: listOf(shape({ type: oneOf(["memberOf"]), expression: text })),
  requiresCompatibilities: listOf(v.picklist(["EC2", "FARGATE", "EXTERNAL", "MANAGED_INSTANCES"])),
  cpu: text,
  memory: text,
  tags: listOf(shape({ key: text, value: text })),
  pidMode: oneOf(["host", "task"]),
  ipcMode: oneOf(["host", "task", "none"]),
  proxyConfiguration: v.optional(
    shape({ type: oneOf(["APPMESH"]), containerName: text, properties: listOf(keyValue) }, ["containerName"]),
  ),
  inferenceAccelerators: listOf(shape({ deviceName: text, deviceType: text }, ["deviceName", "deviceType"])),
  ephemeralStorage: v.optional(shape({ sizeInGiB: integer }, ["sizeInGiB"])),
  runtimePlatform: v.optional(
    shape({
      cpuArchitecture: oneOf(["X86_64", "ARM64"]),
      operatingSystemFamily: oneOf([
        "LINUX",
        "WINDOWS_SERVER_2016_FULL",
        "WINDOWS_SERVER_2004_CORE",
        "WINDOWS_SERVER_20H2_CORE",
        "WINDOWS_SERVER_2019_FULL",
        "WINDOWS_SERVER_2019_CORE",
        "WINDOWS_SERVER_2022_FULL",
        "WINDOWS_SERVER_2022_CORE",
        "WINDOWS_SERVER_2025_FULL",
        "WINDOWS_SERVER_2025_CORE",
      ]),
    }),
  ),
  enableFaultInjection: flag,
});

/** RunTask's `overrides`. Source: interfaces 1.6. */
export const taskOverrideSchema = shape({
  containerOverrides: listOf(
    shape(
      {
        name: text,
        command: texts,
        environment: listOf(keyValue),
        environmentFiles: listOf(environmentFile),
        cpu: integer,
        memory: integer,
        memoryReservation: integer,
        resourceRequirements: listOf(resourceRequirement),
      },
      ["name"],
    ),
  ),
  cpu: text,
  memory: text,
  executionRoleArn: text,
  taskRoleArn: text,
  ephemeralStorage: v.optional(shape({ sizeInGiB: integer }, ["sizeInGiB"])),
  inferenceAcceleratorOverrides: listOf(shape({ deviceName: text, deviceType: text })),
});

export type WireTask = v.InferOutput<typeof taskDefinitionSchema>;
export type WireContainer = v.InferOutput<typeof containerDefinition>;
export type WireVolume = v.InferOutput<typeof volume>;
export type WireTaskOverride = v.InferOutput<typeof taskOverrideSchema>;

/** Members that DescribeTaskDefinition adds; dropped without a word. Source: interfaces 1.3.4. */
export const OUTPUT_ONLY_MEMBERS: ReadonlySet<string> = new Set([
  "taskDefinitionArn",
  "revision",
  "status",
  "requiresAttributes",
  "compatibilities",
  "registeredAt",
  "registeredBy",
  "deregisteredAt",
  "deleteRequestedAt",
]);
