/** Definitions, each about one subject, whose create bodies are kept as golden files beside this one. */
import type { ContainerDefinition, TaskDefinition } from "../../../core/definition/types.ts";
import type { CreateContext } from "../context.ts";

export type GoldenCase = {
  /** Also the name of the file. */
  readonly name: string;
  /** Members that matter here; the rest is filled in as normalisation would. */
  readonly definition: Omit<Partial<TaskDefinition>, "containerDefinitions"> & {
    readonly containerDefinitions?: readonly Partial<ContainerDefinition>[];
  };
  readonly pause?: "CNI_PAUSE" | "NAMESPACE_PAUSE";
  readonly context?: Partial<CreateContext>;
};

export const GOLDEN_CASES: readonly GoldenCase[] = [
  { name: "minimal", definition: {} },
  {
    name: "worked-example",
    definition: {
      family: "shop",
      networkMode: "bridge",
      volumes: [{ name: "data" }],
      containerDefinitions: [
        {
          name: "web_1",
          image: "nginx:1.27",
          memory: 64,
          portMappings: [{ containerPort: 80, hostPort: 0, protocol: "tcp" }],
          environment: [{ name: "MODE", value: "demo" }],
          mountPoints: [{ sourceVolume: "data", containerPath: "/srv", readOnly: true }],
          healthCheck: { command: ["CMD-SHELL", "true"], interval: 30, timeout: 5, retries: 3 },
          ulimits: [{ name: "nofile", softLimit: 1024, hardLimit: 2048 }],
          linuxParameters: { tmpfs: [{ containerPath: "/run", size: 16, mountOptions: ["noexec"] }] },
        },
      ],
    },
    context: { metadataBaseUrl: "http://169.254.170.2", endpointId: "5f0e8a1c-6b3d-4c1e-9a57-2f8d1b7c3e90" },
  },
  {
    name: "process",
    definition: {
      containerDefinitions: [
        {
          entryPoint: ["/bin/sh", "-c"],
          command: ["sleep 60"],
          user: "1000:1000",
          workingDirectory: "/tmp",
          hostname: "shop",
          interactive: true,
          pseudoTerminal: true,
          readonlyRootFilesystem: true,
          privileged: true,
          stopTimeout: 7,
        },
      ],
    },
  },
  {
    name: "process-empty-lists",
    definition: { containerDefinitions: [{ entryPoint: [], command: [], dnsServers: [], extraHosts: [], links: [] }] },
  },
  {
    name: "resources",
    definition: {
      containerDefinitions: [
        {
          cpu: 512,
          memory: 128,
          memoryReservation: 64,
          linuxParameters: { maxSwap: 32, swappiness: 10, sharedMemorySize: 96 },
        },
      ],
    },
  },
  {
    name: "resources-clamped",
    definition: {
      containerDefinitions: [
        { name: "low", cpu: 1, memory: 4, memoryReservation: 1, linuxParameters: { maxSwap: 0, swappiness: 10 } },
        { name: "high", cpu: 1_000_000, linuxParameters: { maxSwap: 64 } },
      ],
    },
    context: { cgroupVersion: "2" },
  },
  {
    name: "task-memory-fallback",
    definition: { memory: "256", containerDefinitions: [{ name: "own", memory: 64 }, { name: "unlimited" }] },
    context: { taskMemoryFallback: true },
  },
  {
    name: "task-cgroup",
    definition: { cpu: "512", memory: "256" },
    context: { taskMemoryFallback: true, cgroupParent: "/ecs/0123456789abcdef0123456789abcdef" },
  },
  {
    name: "environment-precedence",
    definition: {
      containerDefinitions: [
        {
          environment: [
            { name: "TWICE", value: "first" },
            { name: "TWICE", value: "second" },
            { name: "SECRET", value: "from environment" },
            { name: "FILE", value: "from environment" },
            { name: "EMPTY", value: "" },
            { name: "ECS_CONTAINER_METADATA_URI_V4", value: "http://elsewhere" },
            { name: "AWS_EXECUTION_ENV", value: "mine" },
          ],
        },
      ],
    },
    context: {
      secrets: { SECRET: "from secrets", ONLY_SECRET: "s" },
      environmentFiles: [
        ["FILE", "from file"],
        ["SECRET", "from file"],
        ["ONLY_FILE", "first=1"],
        ["ONLY_FILE", "second"],
      ],
      imageEnv: ["PATH=/bin", "AWS_DEFAULT_REGION=eu-west-1"],
      metadataBaseUrl: "http://169.254.170.2",
      endpointId: "endpoint",
      credentialsPath: "/v2/credentials/credential",
      metadataFile: { hostDirectory: "/data/metadata/web", id: "file" },
    },
  },
  {
    name: "environment-other-address",
    definition: {},
    context: {
      launchEnv: "AWS_ECS_FARGATE",
      metadataBaseUrl: "http://172.17.0.1:51679",
      endpointId: "endpoint",
      credentialsPath: "/v2/credentials/credential",
    },
  },
  {
    name: "ports-fixed-dynamic-ranges",
    definition: {
      containerDefinitions: [
        {
          portMappings: [
            { containerPort: 80, hostPort: 8080, protocol: "tcp" },
            { containerPort: 80, hostPort: 8081, protocol: "tcp" },
            { containerPort: 53, hostPort: 0, protocol: "udp" },
            { containerPortRange: "9000-9002", protocol: "tcp" },
          ],
        },
        { name: "side", portMappings: [{ containerPort: 80, protocol: "tcp" }] },
      ],
    },
  },
  {
    name: "network-links",
    definition: {
      containerDefinitions: [
        { links: ["db", "cache:redis"] },
        { name: "db", essential: false },
        { name: "cache", essential: false },
      ],
    },
  },
  {
    name: "network-names",
    definition: {
      containerDefinitions: [
        {
          dnsServers: ["192.0.2.53"],
          dnsSearchDomains: ["example.test"],
          extraHosts: [{ hostname: "db.example.test", ipAddress: "192.0.2.7" }],
        },
      ],
    },
  },
  {
    name: "network-host",
    definition: {
      networkMode: "host",
      containerDefinitions: [
        { hostname: "shop", portMappings: [{ containerPort: 8080, hostPort: 8080, protocol: "tcp" }] },
      ],
    },
  },
  { name: "network-none", definition: { networkMode: "none", containerDefinitions: [{ hostname: "alone" }] } },
  {
    name: "network-disabled",
    definition: {
      containerDefinitions: [
        { disableNetworking: true, portMappings: [{ containerPort: 80, hostPort: 0, protocol: "tcp" }] },
      ],
    },
  },
  {
    name: "network-awsvpc",
    definition: {
      networkMode: "awsvpc",
      containerDefinitions: [
        {
          portMappings: [{ containerPort: 80, hostPort: 80, protocol: "tcp" }],
          systemControls: [{ namespace: "net.core.somaxconn", value: "512" }],
        },
        {
          name: "side",
          hostname: "shop",
          dnsServers: ["192.0.2.53"],
          dnsSearchDomains: ["example.test"],
          extraHosts: [{ hostname: "db.example.test", ipAddress: "192.0.2.7" }],
          portMappings: [
            { containerPort: 80, hostPort: 80, protocol: "tcp" },
            { containerPortRange: "9000-9001", protocol: "udp" },
          ],
          systemControls: [{ namespace: "kernel.shmmax", value: "65536" }],
        },
      ],
    },
    pause: "CNI_PAUSE",
    context: { awsvpcNetwork: "berth" },
  },
  {
    name: "namespaces-task",
    definition: {
      pidMode: "task",
      ipcMode: "task",
      containerDefinitions: [
        {
          systemControls: [
            { namespace: "fs.mqueue.msg_max", value: "20" },
            { namespace: "net.core.somaxconn", value: "512" },
          ],
        },
      ],
    },
    pause: "NAMESPACE_PAUSE",
  },
  {
    name: "namespaces-task-awsvpc",
    definition: { networkMode: "awsvpc", pidMode: "task", ipcMode: "task" },
    pause: "CNI_PAUSE",
  },
  { name: "namespaces-host", definition: { pidMode: "host", ipcMode: "host" } },
  { name: "namespaces-ipc-none", definition: { ipcMode: "none" } },
  {
    name: "volumes",
    definition: {
      volumes: [
        { name: "bound", host: { sourcePath: "/srv/data" } },
        { name: "empty", host: {} },
        { name: "task", dockerVolumeConfiguration: { scope: "task", driver: "local" } },
        { name: "shared", dockerVolumeConfiguration: { scope: "shared", autoprovision: true, driver: "local" } },
        { name: "files", efsVolumeConfiguration: { fileSystemId: "fs-0123" } },
      ],
      containerDefinitions: [
        {
          mountPoints: [
            { sourceVolume: "bound", containerPath: "/bound", readOnly: true },
            { sourceVolume: "empty", containerPath: "/empty", readOnly: false },
            { sourceVolume: "task", containerPath: "/task", readOnly: false },
            { sourceVolume: "shared", containerPath: "/shared", readOnly: false },
            { sourceVolume: "files", containerPath: "/files", readOnly: false },
          ],
        },
        {
          name: "side",
          volumesFrom: [
            { sourceContainer: "web", readOnly: true },
            { sourceContainer: "other", readOnly: false },
          ],
        },
        { name: "other" },
      ],
    },
    context: { volumePaths: { files: "/mnt/files" } },
  },
  {
    name: "linux-parameters",
    definition: {
      containerDefinitions: [
        {
          linuxParameters: {
            capabilities: { add: ["SYS_PTRACE"], drop: ["ALL"] },
            devices: [
              { hostPath: "/dev/null" },
              { hostPath: "/dev/zero", containerPath: "/dev/nought", permissions: ["read", "mknod"] },
            ],
            initProcessEnabled: true,
            tmpfs: [
              { containerPath: "/run", size: 16, mountOptions: ["noexec", "nosuid"] },
              { containerPath: "/scratch", size: 1 },
            ],
          },
          ulimits: [{ name: "core", softLimit: -1, hardLimit: -1 }],
          systemControls: [{ namespace: "net.core.somaxconn", value: "512" }],
          dockerSecurityOptions: ["no-new-privileges"],
        },
      ],
    },
    context: { launchEnv: "AWS_ECS_FARGATE" },
  },
  {
    name: "health-checks",
    definition: {
      containerDefinitions: [
        {
          name: "full",
          healthCheck: { command: ["CMD", "true"], interval: 10, timeout: 3, retries: 5, startPeriod: 20 },
        },
        { name: "off", healthCheck: { command: ["NONE"], interval: 30, timeout: 5, retries: 3 } },
      ],
    },
  },
  {
    name: "labels",
    definition: {
      containerDefinitions: [
        { dockerLabels: { mine: "kept", "com.amazonaws.ecs.cluster": "forged", "berth.engine-id": "forged" } },
      ],
    },
  },
  {
    name: "logs-drivers",
    definition: {
      containerDefinitions: [
        {
          name: "syslog",
          logConfiguration: { logDriver: "syslog", options: { "syslog-address": "udp://192.0.2.1:514", tag: "t" } },
        },
        { name: "buffered", logConfiguration: { logDriver: "gelf", options: { mode: "non-blocking" } } },
        { name: "none", logConfiguration: { logDriver: "none" } },
      ],
    },
    context: { remoteLogs: "passthrough", logOptions: { "gelf-address": "udp://192.0.2.1:12201" } },
  },
  {
    name: "logs-kept-locally",
    definition: {
      containerDefinitions: [
        {
          logConfiguration: {
            logDriver: "awslogs",
            options: {
              "awslogs-group": "/shop",
              "awslogs-region": "eu-west-1",
              "awslogs-stream-prefix": "web",
              mode: "non-blocking",
            },
          },
        },
        { name: "side", logConfiguration: { logDriver: "awsfirelens", options: { Name: "stdout" } } },
      ],
    },
    context: { logOptions: { password: "never in a label or an option" } },
  },
  {
    name: "logs-passthrough",
    definition: {
      containerDefinitions: [
        {
          logConfiguration: {
            logDriver: "awslogs",
            options: { "awslogs-group": "/shop", "awslogs-stream-prefix": "web", mode: "non-blocking" },
          },
        },
      ],
    },
    context: { remoteLogs: "passthrough", executionCredentialsPath: "/v2/credentials/execution" },
  },
  {
    name: "logs-firelens",
    definition: {
      containerDefinitions: [
        {
          logConfiguration: {
            logDriver: "awsfirelens",
            options: { Name: "stdout", "log-driver-buffer-limit": "2097152" },
          },
        },
        { name: "router", firelensConfiguration: { type: "fluentd" } },
      ],
    },
    context: {
      firelens: {
        socketPath: "/data/firelens/task/socket/fluent.sock",
        host: "172.17.0.3",
        routerBinds: ["/data/firelens/task/socket/:/var/run/"],
        routerEnvironment: { token_0: "secret option" },
      },
    },
  },
  {
    name: "gpus",
    definition: {
      containerDefinitions: [{ resourceRequirements: [{ type: "GPU", value: "2" }] }],
    },
    context: { gpuDeviceIds: ["GPU-1", "GPU-2"] },
  },
  {
    name: "gpus-by-runtime",
    definition: {
      containerDefinitions: [{ resourceRequirements: [{ type: "GPU", value: "2" }] }],
    },
    context: { gpuDeviceIds: ["GPU-1", "GPU-2"], nvidiaRuntime: "nvidia" },
  },
];
