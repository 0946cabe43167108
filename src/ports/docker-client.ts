/**
 * What the engine needs from a container daemon. Implemented by `docker/` (the Engine API over a socket) and by
 * `testing/` (the simulated daemon); one contract suite runs over both.
 *
 * Every call takes an optional abort signal and has a time limit of its own (engine-modern 33). A call rejects with an
 * `EngineError` whose name fits the call; `retryable` says that the daemon could not be reached or was busy, and
 * `indeterminate` that the call may have taken effect all the same. Cancelled calls reject with `signal.reason`.
 */
import type { DockerId, DockerName, EpochMs } from "../core/brand.ts";

/** Of any call: what ends it early. Limits in ms. */
export type CallOptions = { readonly signal?: AbortSignal; readonly timeoutMs?: number };

/** What `GET /version` says. */
export type DaemonVersion = {
  readonly version: string;
  /** Negotiated: the newest that both sides know. */
  readonly apiVersion: string;
  readonly minApiVersion: string;
  readonly os: string;
  readonly arch: string;
};

/** What `GET /info` says of the host and the daemon. */
export type DaemonInfo = {
  readonly id: string;
  readonly name: string;
  readonly cpus: number;
  readonly memoryMiB: number;
  readonly cgroupDriver: string;
  readonly cgroupVersion: "1" | "2";
  readonly logDrivers: readonly string[];
  readonly liveRestore: boolean;
  readonly dockerRootDir: string;
  readonly securityOptions: readonly string[];
};

/** Body of `POST /containers/create`, the members that Berth uses. Docker's spelling. */
export type CreateBody = {
  readonly Image: string;
  readonly Cmd?: readonly string[];
  readonly Entrypoint?: readonly string[];
  readonly Env?: readonly string[];
  readonly Labels?: Readonly<Record<string, string>>;
  readonly ExposedPorts?: Readonly<Record<string, Record<string, never>>>;
  readonly User?: string;
  readonly WorkingDir?: string;
  readonly Hostname?: string;
  readonly NetworkDisabled?: boolean;
  readonly OpenStdin?: boolean;
  readonly Tty?: boolean;
  readonly StopTimeout?: number;
  readonly Healthcheck?: {
    readonly Test: readonly string[];
    readonly Interval?: number;
    readonly Timeout?: number;
    readonly Retries?: number;
    readonly StartPeriod?: number;
  };
  readonly HostConfig?: HostConfig;
};

export type HostConfig = {
  readonly NetworkMode?: string;
  readonly CpuShares?: number;
  readonly Memory?: number;
  readonly MemoryReservation?: number;
  readonly MemorySwap?: number;
  readonly MemorySwappiness?: number;
  readonly ShmSize?: number;
  readonly Tmpfs?: Readonly<Record<string, string>>;
  readonly Devices?: readonly {
    readonly PathOnHost: string;
    readonly PathInContainer: string;
    readonly CgroupPermissions: string;
  }[];
  readonly DeviceRequests?: readonly {
    readonly Driver?: string;
    readonly Count?: number;
    readonly DeviceIDs?: readonly string[];
    readonly Capabilities: readonly (readonly string[])[];
  }[];
  readonly Init?: boolean;
  readonly CapAdd?: readonly string[];
  readonly CapDrop?: readonly string[];
  readonly PortBindings?: Readonly<Record<string, readonly { readonly HostPort: string; readonly HostIp?: string }[]>>;
  readonly Links?: readonly string[];
  readonly VolumesFrom?: readonly string[];
  readonly Binds?: readonly string[];
  readonly Privileged?: boolean;
  readonly ReadonlyRootfs?: boolean;
  readonly Dns?: readonly string[];
  readonly DnsSearch?: readonly string[];
  readonly ExtraHosts?: readonly string[];
  readonly SecurityOpt?: readonly string[];
  readonly Ulimits?: readonly { readonly Name: string; readonly Soft: number; readonly Hard: number }[];
  readonly Sysctls?: Readonly<Record<string, string>>;
  readonly LogConfig?: { readonly Type: string; readonly Config: Readonly<Record<string, string>> };
  readonly PidMode?: string;
  readonly IpcMode?: string;
  readonly CgroupParent?: string;
  readonly Runtime?: string;
  readonly RestartPolicy?: { readonly Name: "no" };
};

/** One published port as Docker reports it. */
export type PortBinding = {
  readonly containerPort: number;
  readonly protocol: "tcp" | "udp";
  readonly hostIp: string;
  readonly hostPort: number;
};

/** What `GET /containers/ID/json` says of a container. */
export type ContainerInspection = {
  readonly dockerId: DockerId;
  readonly dockerName: DockerName;
  readonly labels: Readonly<Record<string, string>>;
  readonly image: string;
  readonly imageId: string;
  /** Running beats all; never started without error is "created"; dead or exited is "stopped". Source: engine-behaviour 7.5. */
  readonly status: "created" | "running" | "stopped";
  readonly pid: number;
  /** Only when not running and known. A failed start has one without a finish time (W-29). */
  readonly exitCode?: number;
  readonly createdAt?: EpochMs;
  readonly startedAt?: EpochMs;
  readonly finishedAt?: EpochMs;
  /** How often Docker has started it again by a restart policy of its own. We give it none; `docker update --restart` does. */
  readonly dockerRestarts: number;
  readonly oomKilled: boolean;
  /** Docker's `State.Error`, when it recorded one. */
  readonly stateError?: string;
  readonly health?: {
    readonly status: "starting" | "healthy" | "unhealthy";
    readonly output?: string;
    readonly exitCode?: number;
  };
  readonly ports: readonly PortBinding[];
  readonly ipAddress?: string;
  readonly networks: Readonly<Record<string, { readonly ipAddress: string; readonly macAddress: string }>>;
  readonly mounts: readonly {
    readonly type: string;
    readonly name?: string;
    readonly source: string;
    readonly destination: string;
    readonly readWrite: boolean;
  }[];
  readonly logDriver: string;
  readonly tty: boolean;
  /** The daemon's whole answer, for tests and `describe` views. */
  readonly raw: unknown;
};

/** A container in a list. */
export type ContainerSummary = {
  readonly dockerId: DockerId;
  readonly dockerName: DockerName;
  readonly labels: Readonly<Record<string, string>>;
  readonly state: "created" | "running" | "paused" | "restarting" | "removing" | "exited" | "dead";
  readonly imageId: string;
  readonly createdAt: EpochMs;
};

/** A container event, in one shape whatever the API version. Source: engine-behaviour 7.7. */
export type DockerEvent = {
  readonly action:
    | "create"
    | "start"
    | "restart"
    | "stop"
    | "die"
    | "oom"
    | "destroy"
    | "health_status: healthy"
    | "health_status: unhealthy";
  readonly dockerId: DockerId;
  readonly attributes: Readonly<Record<string, string>>;
  /** On `die`. */
  readonly exitCode?: number;
  readonly at: EpochMs;
};

/** What the feed yields: `connected` at first and after each reconnect; whoever reads must then look at everything. */
export type FeedItem = { readonly type: "event"; readonly event: DockerEvent } | { readonly type: "connected" };

/** One line that a container wrote. */
export type LogLine = {
  readonly stream: "stdout" | "stderr";
  readonly at: EpochMs;
  /** Docker's timestamp with nanoseconds, to ask for what came after it. */
  readonly timestamp: string;
  readonly text: string;
};

/** How far a pull has come with one layer. */
export type LayerProgress = {
  readonly layer: string;
  readonly status: string;
  readonly currentBytes?: number;
  readonly totalBytes?: number;
};

/** A login for a registry. */
export type RegistryAuth = {
  readonly username?: string;
  readonly password?: string;
  readonly identityToken?: string;
  readonly serverAddress?: string;
};

/** What the daemon says of an image. */
export type ImageInspection = {
  readonly imageId: string;
  readonly tags: readonly string[];
  readonly repoDigests: readonly string[];
  readonly sizeBytes: number;
  readonly createdAt?: EpochMs;
  readonly architecture: string;
  readonly os: string;
  /** `NAME=VALUE` entries baked into the image. */
  readonly env: readonly string[];
  /** Baked in: a container has them whoever makes it. */
  readonly labels: Readonly<Record<string, string>>;
  readonly hasHealthCheck: boolean;
};

/** An image in a list. */
export type ImageSummary = {
  readonly imageId: string;
  readonly tags: readonly string[];
  readonly repoDigests: readonly string[];
  readonly sizeBytes: number;
  readonly createdAt: EpochMs;
};

/** What the daemon says of a volume. */
export type VolumeInspection = {
  readonly name: string;
  readonly driver: string;
  readonly mountpoint: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly options: Readonly<Record<string, string>>;
};

/** A network in a list. */
export type NetworkSummary = {
  readonly id: string;
  readonly name: string;
  readonly driver: string;
  readonly labels: Readonly<Record<string, string>>;
};

/** One sample of `GET /containers/ID/stats`; counters are totals since the container's start. */
export type ContainerStats = {
  readonly readAt: EpochMs;
  readonly cpuTotalNs: number;
  readonly systemCpuNs: number;
  readonly onlineCpus: number;
  readonly memoryUsageBytes: number;
  /** Page cache (v1) or inactive file pages (v2), to be taken off the usage. */
  readonly memoryCacheBytes: number;
  readonly memoryLimitBytes: number;
  readonly networkRxBytes: number;
  readonly networkTxBytes: number;
  readonly blockReadBytes: number;
  readonly blockWriteBytes: number;
  readonly pids: number;
};

/** Of a pull. Limits in ms. */
export type PullOptions = CallOptions & {
  readonly auth?: RegistryAuth;
  /** `os/arch[/variant]` */
  readonly platform?: string;
  readonly onProgress?: (progress: LayerProgress) => void;
  /** Limit until the daemon's first line; error word `pullBegin`. */
  readonly beginTimeoutMs?: number;
  /** Limit between two lines. */
  readonly inactivityTimeoutMs?: number;
};

/** What an engine asks of Docker. `createDockerClient` is the one over the Engine API, `SimulatedDocker` of `berth/testing` gives another. */
export interface DockerClient {
  /** Where the daemon is, for messages: `unix:///run/docker.sock` or `tcp://host:port`. */
  readonly endpoint: string;

  ping(options?: CallOptions): Promise<void>;
  version(options?: CallOptions): Promise<DaemonVersion>;
  info(options?: CallOptions): Promise<DaemonInfo>;

  /** @throws {EngineError} CannotCreateContainerError; `status` 409 when the name is taken, 404 when the image is missing */
  createContainer(
    request: { readonly name: DockerName; readonly body: CreateBody; readonly platform?: string },
    options?: CallOptions,
  ): Promise<{ readonly dockerId: DockerId; readonly warnings: readonly string[] }>;
  /** A container that runs already counts as started. @throws {EngineError} CannotStartContainerError */
  startContainer(dockerId: DockerId, options?: CallOptions): Promise<void>;
  /**
   * Sends the stop signal and, after the grace, SIGKILL; resolves when the daemon saw it end. A container that does
   * not run counts as stopped. The client-side limit is the grace plus two minutes.
   * @throws {EngineError} CannotStopContainerError, NoSuchContainerError on 404
   */
  stopContainer(dockerId: DockerId, request: { readonly stopTimeoutMs: number }, options?: CallOptions): Promise<void>;
  /** @throws {EngineError} CannotStopContainerError, NoSuchContainerError on 404; a container that does not run is fine */
  killContainer(dockerId: DockerId, signal: string, options?: CallOptions): Promise<void>;
  /** Absent counts as removed. @throws {EngineError} CannotRemoveContainerError */
  removeContainer(
    idOrName: DockerId | DockerName,
    request: { readonly force: boolean; readonly removeVolumes: boolean },
    options?: CallOptions,
  ): Promise<void>;
  /** `undefined` is a confirmed absence (404), never a failure to look. @throws {EngineError} CannotInspectContainerError */
  inspectContainer(idOrName: DockerId | DockerName, options?: CallOptions): Promise<ContainerInspection | undefined>;
  /** @throws {EngineError} CannotListContainersError */
  listContainers(
    request: { readonly all: boolean; readonly labels: Readonly<Record<string, string | true>> },
    options?: CallOptions,
  ): Promise<readonly ContainerSummary[]>;

  /**
   * Container events whose labels match, in order, for ever: reconnects by itself with `since` and yields `connected`
   * each time it is connected anew. Ends only when the signal fires.
   */
  events(request: {
    readonly labels: Readonly<Record<string, string | true>>;
    readonly signal: AbortSignal;
  }): AsyncIterable<FeedItem>;
  /**
   * Lines in order, as many at a time as came together, never none. With `follow`, ends when the container does.
   * @throws {EngineError} NoSuchContainerError
   */
  logs(
    dockerId: DockerId,
    request: {
      readonly follow: boolean;
      readonly since?: string;
      readonly tail?: number;
      readonly signal?: AbortSignal;
    },
  ): AsyncIterable<readonly LogLine[]>;
  /** Samples about once a second, until the container ends or the signal fires. `once`: one sample, and no stream. */
  stats(
    dockerId: DockerId,
    request: { readonly signal: AbortSignal; readonly once?: boolean },
  ): AsyncIterable<ContainerStats>;

  /** @throws {EngineError} CannotPullContainerError (also for errors inside the 200 stream), DockerTimeoutError */
  pullImage(reference: string, options?: PullOptions): Promise<void>;
  /** `undefined` when the image is not there. */
  inspectImage(reference: string, options?: CallOptions): Promise<ImageInspection | undefined>;
  listImages(options?: CallOptions): Promise<readonly ImageSummary[]>;
  tagImage(
    source: string,
    target: { readonly repository: string; readonly tag: string },
    options?: CallOptions,
  ): Promise<void>;
  /** Absent counts as removed. */
  removeImage(reference: string, options?: CallOptions): Promise<void>;
  /** Makes an image out of a root file system tar. `changes` are Dockerfile lines such as `ENTRYPOINT ["/pause"]`. */
  importImage(
    tar: Uint8Array,
    target: { readonly repository: string; readonly tag: string; readonly changes?: readonly string[] },
    options?: CallOptions,
  ): Promise<void>;
  /** Digest that the registry has for a reference. @throws {EngineError} CannotPullImageManifestError */
  inspectDistribution(
    reference: string,
    options?: CallOptions & { readonly auth?: RegistryAuth },
  ): Promise<{ readonly digest: string; readonly mediaType: string }>;

  /** An existing volume of that name is fine. @throws {EngineError} CannotCreateVolumeError */
  createVolume(
    request: {
      readonly name: string;
      readonly driver: string;
      readonly driverOpts?: Readonly<Record<string, string>>;
      readonly labels?: Readonly<Record<string, string>>;
    },
    options?: CallOptions,
  ): Promise<VolumeInspection>;
  /** `undefined` when there is none. @throws {EngineError} CannotInspectVolumeError */
  inspectVolume(name: string, options?: CallOptions): Promise<VolumeInspection | undefined>;
  /** Absent counts as removed. @throws {EngineError} CannotRemoveVolumeError */
  removeVolume(name: string, options?: CallOptions): Promise<void>;
  listVolumes(
    request: { readonly labels: Readonly<Record<string, string | true>> },
    options?: CallOptions,
  ): Promise<readonly VolumeInspection[]>;

  createNetwork(
    request: { readonly name: string; readonly driver: string; readonly labels?: Readonly<Record<string, string>> },
    options?: CallOptions,
  ): Promise<{ readonly id: string }>;
  /** Absent counts as removed. */
  removeNetwork(idOrName: string, options?: CallOptions): Promise<void>;
  listNetworks(
    request: { readonly labels: Readonly<Record<string, string | true>> },
    options?: CallOptions,
  ): Promise<readonly NetworkSummary[]>;

  /** Frees sockets; calls under way reject. */
  close(): void;
}
