/** The types of `wire.ts` as data, for looking at what the daemon sent. */
import type { Shape } from "./parse/sound.ts";

type Members = Readonly<Record<string, Shape>>;

const TEXTS: Shape = { list: "text" };
const LABELS: Shape = { map: "text" };

export const EVENT_SHAPE = {
  Type: "text",
  Action: "text",
  Actor: { members: { ID: "text", Attributes: LABELS } },
  time: "number",
} as const satisfies Members;

export const PROGRESS_SHAPE = {
  id: "text",
  status: "text",
  progressDetail: { members: { current: "number", total: "number" } },
  error: "text",
  errorDetail: { members: { code: "number", message: "text" } },
} as const satisfies Members;

const HEALTH: Shape = {
  members: { Status: "text", Log: { list: { members: { ExitCode: "number", Output: "text" } } } },
};

const STATE: Shape = {
  members: {
    Running: "flag",
    Dead: "flag",
    OOMKilled: "flag",
    Pid: "number",
    ExitCode: "number",
    Error: "text",
    StartedAt: "text",
    FinishedAt: "text",
    Health: HEALTH,
  },
};

const NETWORK_SETTINGS: Shape = {
  members: {
    IPAddress: "text",
    Ports: { map: { list: { members: { HostIp: "text", HostPort: "text" } } } },
    Networks: { map: { members: { IPAddress: "text", MacAddress: "text" } } },
  },
};

export const CONTAINER_SHAPE = {
  Id: "text",
  Name: "text",
  RestartCount: "number",
  Created: "text",
  Image: "text",
  State: STATE,
  Config: { members: { Image: "text", Labels: LABELS, Tty: "flag" } },
  HostConfig: { members: { LogConfig: { members: { Type: "text" } } } },
  NetworkSettings: NETWORK_SETTINGS,
  Mounts: {
    list: { members: { Type: "text", Name: "text", Source: "text", Destination: "text", RW: "flag" } },
  },
} as const satisfies Members;

export const CREATED_SHAPE = { Id: "text", Warnings: TEXTS } as const satisfies Members;

export const SUMMARY_SHAPE = {
  Id: "text",
  Names: TEXTS,
  ImageID: "text",
  Created: "number",
  State: "text",
  Labels: LABELS,
} as const satisfies Members;

export const IMAGE_SHAPE = {
  Id: "text",
  RepoTags: TEXTS,
  RepoDigests: TEXTS,
  Created: "text",
  Size: "number",
  Architecture: "text",
  Os: "text",
  Config: { members: { Env: TEXTS, Labels: LABELS, Healthcheck: { members: { Test: TEXTS } } } },
} as const satisfies Members;

export const IMAGE_SUMMARY_SHAPE = {
  Id: "text",
  RepoTags: TEXTS,
  RepoDigests: TEXTS,
  Created: "number",
  Size: "number",
} as const satisfies Members;

export const DISTRIBUTION_SHAPE = {
  Descriptor: { members: { digest: "text", mediaType: "text" } },
} as const satisfies Members;

export const VOLUME_SHAPE = {
  Name: "text",
  Driver: "text",
  Mountpoint: "text",
  Labels: LABELS,
  Options: LABELS,
} as const satisfies Members;

export const NETWORK_SHAPE = { Id: "text", Name: "text", Driver: "text", Labels: LABELS } as const satisfies Members;

export const VERSION_SHAPE = {
  Version: "text",
  ApiVersion: "text",
  MinAPIVersion: "text",
  Os: "text",
  Arch: "text",
} as const satisfies Members;

export const INFO_SHAPE = {
  ID: "text",
  Name: "text",
  NCPU: "number",
  MemTotal: "number",
  CgroupDriver: "text",
  CgroupVersion: "text",
  Plugins: { members: { Log: TEXTS } },
  LiveRestoreEnabled: "flag",
  DockerRootDir: "text",
  SecurityOptions: TEXTS,
} as const satisfies Members;

export const STATS_SHAPE = {
  read: "text",
  cpu_stats: {
    members: {
      cpu_usage: { members: { total_usage: "number", percpu_usage: { list: "number" } } },
      system_cpu_usage: "number",
      online_cpus: "number",
    },
  },
  memory_stats: { members: { usage: "number", limit: "number", stats: { map: "number" } } },
  networks: { map: { members: { rx_bytes: "number", tx_bytes: "number" } } },
  blkio_stats: {
    members: { io_service_bytes_recursive: { list: { members: { op: "text", value: "number" } } } },
  },
  pids_stats: { members: { current: "number" } },
} as const satisfies Members;
