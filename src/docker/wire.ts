/**
 * The Engine API's answers, as far as the client reads them. Every member may be absent: versions differ, and Go writes
 * `null` for an empty list or map.
 */
type Maybe<T> = T | null | undefined;
type Labels = Maybe<Readonly<Record<string, string>>>;

export type WireVersion = {
  readonly Version?: string;
  readonly ApiVersion?: string;
  readonly MinAPIVersion?: string;
  readonly Os?: string;
  readonly Arch?: string;
};

export type WireInfo = {
  readonly ID?: string;
  readonly Name?: string;
  readonly NCPU?: number;
  readonly MemTotal?: number;
  readonly CgroupDriver?: string;
  readonly CgroupVersion?: string;
  readonly Plugins?: Maybe<{ readonly Log?: Maybe<readonly string[]> }>;
  readonly LiveRestoreEnabled?: boolean;
  readonly DockerRootDir?: string;
  readonly SecurityOptions?: Maybe<readonly string[]>;
};

export type WireCreated = { readonly Id?: string; readonly Warnings?: Maybe<readonly string[]> };

export type WireState = {
  readonly Running?: boolean;
  readonly Dead?: boolean;
  readonly OOMKilled?: boolean;
  readonly Pid?: number;
  readonly ExitCode?: number;
  readonly Error?: string;
  readonly StartedAt?: string;
  readonly FinishedAt?: string;
  readonly Health?: Maybe<{
    readonly Status?: string;
    readonly Log?: Maybe<readonly { readonly ExitCode?: number; readonly Output?: string }[]>;
  }>;
};

export type WirePorts = Readonly<
  Record<string, Maybe<readonly { readonly HostIp?: string; readonly HostPort?: string }[]>>
>;

export type WireMount = {
  readonly Type?: string;
  readonly Name?: string;
  readonly Source?: string;
  readonly Destination?: string;
  readonly RW?: boolean;
};

export type WireContainer = {
  readonly Id?: string;
  readonly Name?: string;
  readonly Created?: string;
  readonly Image?: string;
  readonly RestartCount?: number;
  readonly State?: WireState;
  readonly Config?: Maybe<{ readonly Image?: string; readonly Labels?: Labels; readonly Tty?: boolean }>;
  readonly HostConfig?: Maybe<{ readonly LogConfig?: Maybe<{ readonly Type?: string }> }>;
  readonly NetworkSettings?: Maybe<{
    readonly IPAddress?: string;
    readonly Ports?: Maybe<WirePorts>;
    readonly Networks?: Maybe<
      Readonly<Record<string, Maybe<{ readonly IPAddress?: string; readonly MacAddress?: string }>>>
    >;
  }>;
  readonly Mounts?: Maybe<readonly WireMount[]>;
};

export type WireContainerSummary = {
  readonly Id?: string;
  readonly Names?: Maybe<readonly string[]>;
  readonly ImageID?: string;
  readonly Created?: number;
  readonly State?: string;
  readonly Labels?: Labels;
};

export type WireImage = {
  readonly Id?: string;
  readonly RepoTags?: Maybe<readonly string[]>;
  readonly RepoDigests?: Maybe<readonly string[]>;
  readonly Created?: string;
  readonly Size?: number;
  readonly Architecture?: string;
  readonly Os?: string;
  readonly Config?: Maybe<{
    readonly Env?: Maybe<readonly string[]>;
    readonly Labels?: Labels;
    readonly Healthcheck?: Maybe<{ readonly Test?: Maybe<readonly string[]> }>;
  }>;
};

export type WireImageSummary = {
  readonly Id?: string;
  readonly RepoTags?: Maybe<readonly string[]>;
  readonly RepoDigests?: Maybe<readonly string[]>;
  readonly Created?: number;
  readonly Size?: number;
};

export type WireDistribution = {
  readonly Descriptor?: Maybe<{ readonly digest?: string; readonly mediaType?: string }>;
};

export type WireVolume = {
  readonly Name?: string;
  readonly Driver?: string;
  readonly Mountpoint?: string;
  readonly Labels?: Labels;
  readonly Options?: Labels;
};

export type WireVolumeList = { readonly Volumes?: Maybe<readonly WireVolume[]> };

export type WireNetwork = {
  readonly Id?: string;
  readonly Name?: string;
  readonly Driver?: string;
  readonly Labels?: Labels;
};

/** API 1.52 dropped the old `status`, `id` and `from`: only these members exist in all versions. */
export type WireEvent = {
  readonly Type?: string;
  readonly Action?: string;
  readonly Actor?: Maybe<{ readonly ID?: string; readonly Attributes?: Labels }>;
  readonly time?: number;
};

export type WireProgress = {
  readonly id?: string;
  readonly status?: string;
  readonly progressDetail?: Maybe<{ readonly current?: number; readonly total?: number }>;
  readonly error?: string;
  readonly errorDetail?: Maybe<{ readonly code?: number; readonly message?: string }>;
};

type WireOperationCounts = Maybe<readonly { readonly op?: string; readonly value?: number }[]>;

export type WireStats = {
  readonly read?: string;
  readonly cpu_stats?: Maybe<{
    readonly cpu_usage?: Maybe<{ readonly total_usage?: number; readonly percpu_usage?: Maybe<readonly number[]> }>;
    readonly system_cpu_usage?: number;
    readonly online_cpus?: number;
  }>;
  readonly memory_stats?: Maybe<{
    readonly usage?: number;
    readonly limit?: number;
    readonly stats?: Maybe<Readonly<Record<string, number>>>;
  }>;
  readonly networks?: Maybe<
    Readonly<Record<string, Maybe<{ readonly rx_bytes?: number; readonly tx_bytes?: number }>>>
  >;
  readonly blkio_stats?: Maybe<{ readonly io_service_bytes_recursive?: WireOperationCounts }>;
  readonly pids_stats?: Maybe<{ readonly current?: number }>;
};
