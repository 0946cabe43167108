/** The mapping table of the specification, one row a field. Source: interfaces 1.5, engine-modern 19 (CFG-*). */
import { expect } from "vitest";
import type { ContainerDefinition, TaskDefinition } from "../../src/core/definition/types.ts";
import type { CreateContext } from "../../src/docker/create-body/index.ts";

const MIB = 1024 * 1024;
const SECOND = 1_000_000_000;

/** One row of the mapping table: what goes in, and where in the daemon's answer it must be found. */
export type Row = {
  readonly title: string;
  readonly container: Partial<ContainerDefinition>;
  readonly task?: Pick<TaskDefinition, "networkMode" | "pidMode" | "ipcMode" | "memory">;
  readonly context?: Partial<CreateContext>;
  readonly expected: { readonly Config?: object; readonly HostConfig?: object };
};

export const MAPPING_ROWS: readonly Row[] = [
  {
    title: "CFG-1: command",
    container: { command: ["echo", "hello world"] },
    expected: { Config: { Cmd: ["echo", "hello world"] } },
  },
  {
    title: "CFG-2: entry point, which drops the image's command",
    container: { entryPoint: ["/bin/sh", "-c"] },
    expected: { Config: { Entrypoint: ["/bin/sh", "-c"], Cmd: null } },
  },
  {
    title: "CFG-3: working directory",
    container: { workingDirectory: "/tmp" },
    expected: { Config: { WorkingDir: "/tmp" } },
  },
  { title: "CFG-4: user", container: { user: "1000:1000" }, expected: { Config: { User: "1000:1000" } } },
  { title: "CFG-5: host name", container: { hostname: "shop" }, expected: { Config: { Hostname: "shop" } } },
  {
    title: "CFG-6: environment",
    container: { environment: [{ name: "MODE", value: "a=b c" }] },
    expected: { Config: { Env: expect.arrayContaining(["MODE=a=b c", "AWS_EXECUTION_ENV=AWS_ECS_EC2"]) } },
  },
  { title: "CFG-7: cpu", container: { cpu: 512 }, expected: { HostConfig: { CpuShares: 512 } } },
  { title: "CFG-7: no cpu", container: { cpu: 0 }, expected: { HostConfig: { CpuShares: 2 } } },
  { title: "CFG-7: too much cpu", container: { cpu: 999_999 }, expected: { HostConfig: { CpuShares: 262_144 } } },
  { title: "CFG-8: memory", container: { memory: 64 }, expected: { HostConfig: { Memory: 64 * MIB } } },
  {
    title: "CFG-mem: the least memory that the daemon takes",
    container: { memory: 1, memoryReservation: 1 },
    expected: { HostConfig: { Memory: 6 * MIB, MemoryReservation: 6 * MIB } },
  },
  {
    title: "CFG-9: memory reservation",
    container: { memoryReservation: 32 },
    expected: { HostConfig: { MemoryReservation: 32 * MIB, Memory: 0 } },
  },
  {
    title: "CFG-8: the task's memory where nothing else holds it",
    container: {},
    task: { memory: "128" },
    context: { taskMemoryFallback: true },
    expected: { HostConfig: { Memory: 128 * MIB } },
  },
  { title: "CFG-10: privileged", container: { privileged: true }, expected: { HostConfig: { Privileged: true } } },
  {
    title: "CFG-11: read-only root",
    container: { readonlyRootFilesystem: true },
    expected: { HostConfig: { ReadonlyRootfs: true } },
  },
  {
    title: "CFG-12: interactive and pseudo-terminal",
    container: { interactive: true, pseudoTerminal: true },
    expected: { Config: { OpenStdin: true, StdinOnce: false, Tty: true } },
  },
  {
    title: "CFG-13: network disabled",
    container: { disableNetworking: true },
    expected: { Config: { NetworkDisabled: true } },
  },
  {
    title: "CFG-14: name resolution",
    container: {
      dnsServers: ["192.0.2.53"],
      dnsSearchDomains: ["example.test"],
      extraHosts: [{ hostname: "db.example.test", ipAddress: "192.0.2.7" }],
    },
    expected: {
      HostConfig: { Dns: ["192.0.2.53"], DnsSearch: ["example.test"], ExtraHosts: ["db.example.test:192.0.2.7"] },
    },
  },
  {
    title: "CFG-15: security options",
    container: { dockerSecurityOptions: ["no-new-privileges"] },
    expected: { HostConfig: { SecurityOpt: ["no-new-privileges"] } },
  },
  {
    title: "CFG-16: ulimits",
    container: {
      ulimits: [
        { name: "nofile", softLimit: 512, hardLimit: 1024 },
        { name: "core", softLimit: -1, hardLimit: -1 },
      ],
    },
    expected: {
      HostConfig: {
        Ulimits: [
          { Name: "nofile", Soft: 512, Hard: 1024 },
          { Name: "core", Soft: -1, Hard: -1 },
        ],
      },
    },
  },
  {
    title: "CFG-17: system controls",
    container: { systemControls: [{ namespace: "net.core.somaxconn", value: "512" }] },
    expected: { HostConfig: { Sysctls: { "net.core.somaxconn": "512" } } },
  },
  {
    title: "CFG-18: capabilities",
    container: { linuxParameters: { capabilities: { add: ["SYS_PTRACE"], drop: ["MKNOD"] } } },
    expected: {
      HostConfig: {
        CapAdd: [expect.stringMatching(/^(CAP_)?SYS_PTRACE$/)],
        CapDrop: [expect.stringMatching(/^(CAP_)?MKNOD$/)],
      },
    },
  },
  {
    title: "CFG-19: devices",
    container: {
      linuxParameters: {
        devices: [
          { hostPath: "/dev/null" },
          { hostPath: "/dev/zero", containerPath: "/dev/nought", permissions: ["read", "write"] },
        ],
      },
    },
    expected: {
      HostConfig: {
        Devices: [
          { PathOnHost: "/dev/null", PathInContainer: "/dev/null", CgroupPermissions: "rwm" },
          { PathOnHost: "/dev/zero", PathInContainer: "/dev/nought", CgroupPermissions: "rw" },
        ],
      },
    },
  },
  {
    title: "CFG-20: init process",
    container: { linuxParameters: { initProcessEnabled: true } },
    expected: { HostConfig: { Init: true } },
  },
  {
    title: "CFG-21: shared memory",
    container: { linuxParameters: { sharedMemorySize: 96 } },
    expected: { HostConfig: { ShmSize: 96 * MIB } },
  },
  {
    title: "CFG-22: tmpfs",
    container: { linuxParameters: { tmpfs: [{ containerPath: "/run", size: 16, mountOptions: ["noexec"] }] } },
    expected: { HostConfig: { Tmpfs: { "/run": "size=16m,noexec" } } },
  },
  {
    title: "CFG-swap: no swap",
    container: { memory: 64, linuxParameters: { maxSwap: 0 } },
    expected: { HostConfig: { Memory: 64 * MIB, MemorySwap: 64 * MIB } },
  },
  {
    title: "CFG-23: health check",
    container: {
      healthCheck: { command: ["CMD-SHELL", "true"], interval: 10, timeout: 3, retries: 4, startPeriod: 20 },
    },
    expected: {
      Config: {
        Healthcheck: {
          Test: ["CMD-SHELL", "true"],
          Interval: 10 * SECOND,
          Timeout: 3 * SECOND,
          Retries: 4,
          StartPeriod: 20 * SECOND,
        },
      },
    },
  },
  {
    title: "CFG-23: health check switched off",
    container: { healthCheck: { command: ["NONE"], interval: 30, timeout: 5, retries: 3 } },
    expected: { Config: { Healthcheck: { Test: ["NONE"] } } },
  },
  {
    title: "CFG-24: log configuration",
    container: { logConfiguration: { logDriver: "json-file", options: { "max-size": "1m" } } },
    expected: { HostConfig: { LogConfig: { Type: "json-file", Config: { "max-size": "1m" } } } },
  },
  {
    title: "CFG-24: logs kept locally, with group and stream",
    container: {
      logConfiguration: {
        logDriver: "awslogs",
        options: { "awslogs-group": "/shop", "awslogs-stream-prefix": "web", mode: "non-blocking" },
      },
    },
    expected: {
      Config: {
        Labels: expect.objectContaining({
          "berth.log-group": "/shop",
          "berth.log-stream": expect.stringMatching(/^web\/web\/[0-9a-f]{32}$/),
        }),
      },
      HostConfig: {
        LogConfig: {
          Type: "json-file",
          Config: { "max-size": "10m", "max-file": "3", mode: "non-blocking", "max-buffer-size": "10m" },
        },
      },
    },
  },
  {
    title: "CFG-25: awslogs passed through is a set of options that the daemon takes",
    container: {
      logConfiguration: {
        logDriver: "awslogs",
        options: {
          "awslogs-group": "/shop",
          "awslogs-region": "eu-west-1",
          "awslogs-stream-prefix": "web",
          "awslogs-create-group": "true",
        },
      },
    },
    context: { remoteLogs: "passthrough" },
    expected: {
      HostConfig: { LogConfig: { Type: "awslogs", Config: expect.objectContaining({ "awslogs-group": "/shop" }) } },
    },
  },
  {
    title: "CFG-25: FireLens is the fluentd driver with the router's socket",
    container: { logConfiguration: { logDriver: "awsfirelens", options: { "log-driver-buffer-limit": "1048576" } } },
    context: {
      firelens: { socketPath: "/nowhere/fluent.sock", routerBinds: [], routerEnvironment: {} },
    },
    expected: {
      HostConfig: {
        LogConfig: {
          Type: "fluentd",
          Config: expect.objectContaining({
            "fluentd-address": "unix:///nowhere/fluent.sock",
            "fluentd-buffer-limit": "1048576",
          }),
        },
      },
    },
  },
  {
    title: "CFG-labels: a user's label cannot override ours",
    container: { dockerLabels: { mine: "kept", "com.amazonaws.ecs.cluster": "forged" } },
    expected: {
      Config: {
        Labels: expect.objectContaining({
          mine: "kept",
          "com.amazonaws.ecs.cluster": "default",
          "com.amazonaws.ecs.container-name": "web",
          "com.amazonaws.ecs.task-arn": expect.stringMatching(/^arn:aws:ecs:/),
          "com.amazonaws.ecs.task-definition-family": "test",
          "com.amazonaws.ecs.task-definition-version": "1",
          "berth.engine-id": "engine-1",
        }),
      },
    },
  },
  { title: "CFG-26: stop time-out", container: { stopTimeout: 7 }, expected: { Config: { StopTimeout: 7 } } },
  {
    title: "CFG-27: ports, fixed and a range",
    container: {
      portMappings: [
        { containerPort: 80, hostPort: 61_080, protocol: "tcp" },
        { containerPort: 80, hostPort: 61_080, protocol: "udp" },
        { containerPortRange: "90-91", protocol: "tcp" },
      ],
    },
    expected: {
      Config: { ExposedPorts: { "80/tcp": {}, "80/udp": {}, "90/tcp": {}, "91/tcp": {} } },
      HostConfig: {
        PortBindings: {
          "80/tcp": [{ HostIp: "", HostPort: "61080" }],
          "80/udp": [{ HostIp: "", HostPort: "61080" }],
          "90/tcp": [{ HostIp: "", HostPort: expect.stringMatching(/^6\d{4}$/) }],
          "91/tcp": [{ HostIp: "", HostPort: expect.stringMatching(/^6\d{4}$/) }],
        },
      },
    },
  },
  {
    title: "CFG-28: network mode host",
    container: {},
    task: { networkMode: "host" },
    expected: { HostConfig: { NetworkMode: "host" } },
  },
  {
    title: "CFG-28: network mode none",
    container: { hostname: "alone" },
    task: { networkMode: "none" },
    expected: { Config: { Hostname: "alone" }, HostConfig: { NetworkMode: "none" } },
  },
  {
    title: "CFG-28: network mode bridge",
    container: {},
    task: { networkMode: "bridge" },
    expected: { HostConfig: { NetworkMode: "bridge" } },
  },
  {
    title: "CFG-29: the host's pid and ipc namespaces",
    container: {},
    task: { pidMode: "host", ipcMode: "host" },
    expected: { HostConfig: { PidMode: "host", IpcMode: "host" } },
  },
  {
    title: "CFG-29: no shared ipc",
    container: {},
    task: { ipcMode: "none" },
    expected: { HostConfig: { IpcMode: "none" } },
  },
  {
    title: "CFG-30: restarts are the engine's affair",
    container: {},
    expected: { HostConfig: { RestartPolicy: { Name: "no", MaximumRetryCount: 0 } } },
  },
  {
    title: "CFG-31: GPUs",
    container: { resourceRequirements: [{ type: "GPU", value: "1" }] },
    context: { gpuDeviceIds: ["GPU-1"] },
    expected: {
      HostConfig: { DeviceRequests: [expect.objectContaining({ DeviceIDs: ["GPU-1"], Capabilities: [["gpu"]] })] },
    },
  },
];
