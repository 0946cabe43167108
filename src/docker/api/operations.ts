/**
 * What the client asks of a daemon: its time limit, its error name and how its failures are to be read.
 * Source: engine-modern 33 (limits), engine-behaviour 7.1 (names and words), engine-modern 7.1.
 */
import type { EngineErrorName } from "../../core/errors.ts";

const SECOND_MS = 1000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;

/**
 * Which answers of the daemon may pass by themselves: `busy` says so (429, 502-504), `server` adds every 5xx,
 * `conflict` adds 409 as well (something still uses it).
 */
export type RetryRule = "busy" | "server" | "conflict";

export type Operation = {
  readonly errorName: EngineErrorName;
  /** Name for a 404, where it differs. */
  readonly notFoundName?: EngineErrorName;
  /** Transition word of the time-out message. */
  readonly word: string;
  /** Action for messages of ours: "reading logs". */
  readonly doing: string;
  readonly limitMs: number;
  readonly retry: RetryRule;
};

function operation(
  errorName: EngineErrorName,
  words: { readonly word: string; readonly doing: string },
  limitMs: number,
  rest: { readonly retry?: RetryRule; readonly notFoundName?: EngineErrorName } = {},
): Operation {
  return { errorName, ...words, limitMs, retry: "busy", ...rest };
}

const NO_SUCH_CONTAINER = { notFoundName: "NoSuchContainerError" } as const;

export const OPERATIONS = {
  ping: operation("CannotGetDockerclientError", { word: "pinging", doing: "pinging the daemon" }, 5 * SECOND_MS, {
    retry: "server",
  }),
  version: operation(
    "CannotGetDockerClientVersionError",
    { word: "getting version", doing: "asking for the version" },
    10 * SECOND_MS,
    { retry: "server" },
  ),
  info: operation("CannotGetDockerclientError", { word: "getting info", doing: "asking for info" }, 10 * SECOND_MS, {
    retry: "server",
  }),

  createContainer: operation(
    "CannotCreateContainerError",
    { word: "created", doing: "creating a container" },
    4 * MINUTE_MS,
  ),
  startContainer: operation(
    "CannotStartContainerError",
    { word: "started", doing: "starting a container" },
    3 * MINUTE_MS,
  ),
  // The grace is added by the call; a busy daemon answers late, so two minutes on top (engine-modern 6.1).
  stopContainer: operation(
    "CannotStopContainerError",
    { word: "stopped", doing: "stopping a container" },
    2 * MINUTE_MS,
    { retry: "conflict", ...NO_SUCH_CONTAINER },
  ),
  killContainer: operation(
    "CannotStopContainerError",
    { word: "stopped", doing: "signalling a container" },
    2 * MINUTE_MS,
    { retry: "conflict", ...NO_SUCH_CONTAINER },
  ),
  removeContainer: operation(
    "CannotRemoveContainerError",
    { word: "removing", doing: "removing a container" },
    5 * MINUTE_MS,
    { retry: "conflict" },
  ),
  inspectContainer: operation(
    "CannotInspectContainerError",
    { word: "inspecting", doing: "inspecting a container" },
    30 * SECOND_MS,
    { retry: "server" },
  ),
  listContainers: operation(
    "CannotListContainersError",
    { word: "listing", doing: "listing containers" },
    10 * MINUTE_MS,
    { retry: "server" },
  ),
  readLogs: operation("UnknownError", { word: "reading logs", doing: "reading logs" }, 30 * SECOND_MS, {
    retry: "server",
    ...NO_SUCH_CONTAINER,
  }),
  readStats: operation("UnknownError", { word: "reading stats", doing: "reading stats" }, 18 * SECOND_MS, {
    retry: "server",
    ...NO_SUCH_CONTAINER,
  }),
  openEvents: operation("UnknownError", { word: "reading events", doing: "reading events" }, 10 * SECOND_MS, {
    retry: "server",
  }),

  pullImage: operation("CannotPullContainerError", { word: "pulled", doing: "pulling image" }, 2 * HOUR_MS, {
    retry: "server",
  }),
  inspectDistribution: operation(
    "CannotPullImageManifestError",
    { word: "MANIFEST_PULLED", doing: "asking the registry for a manifest" },
    MINUTE_MS,
    { retry: "server" },
  ),
  // What a definition names may be refused by these two: the image is then one that cannot be had.
  inspectImage: operation(
    "CannotPullContainerError",
    { word: "inspecting image", doing: "inspecting an image" },
    30 * SECOND_MS,
    {
      retry: "server",
    },
  ),
  listImages: operation("UnknownError", { word: "listing images", doing: "listing images" }, 10 * MINUTE_MS, {
    retry: "server",
  }),
  tagImage: operation(
    "CannotPullContainerError",
    { word: "tagging image", doing: "tagging an image" },
    30 * SECOND_MS,
    {
      retry: "server",
    },
  ),
  removeImage: operation("UnknownError", { word: "removing image", doing: "removing an image" }, 3 * MINUTE_MS, {
    retry: "conflict",
  }),
  importImage: operation("UnknownError", { word: "importing image", doing: "importing an image" }, 2 * MINUTE_MS),

  createVolume: operation(
    "CannotCreateVolumeError",
    { word: "creating volume", doing: "creating a volume" },
    5 * MINUTE_MS,
  ),
  inspectVolume: operation(
    "CannotInspectVolumeError",
    { word: "inspecting volume", doing: "inspecting a volume" },
    5 * MINUTE_MS,
    { retry: "server" },
  ),
  removeVolume: operation(
    "CannotRemoveVolumeError",
    { word: "removing volume", doing: "removing a volume" },
    5 * MINUTE_MS,
    { retry: "conflict" },
  ),
  createNetwork: operation(
    "ContainerNetworkingError",
    { word: "creating network", doing: "creating a network" },
    MINUTE_MS,
  ),
  removeNetwork: operation(
    "ContainerNetworkingError",
    { word: "removing network", doing: "removing a network" },
    MINUTE_MS,
    { retry: "conflict" },
  ),
  listNetworks: operation(
    "ContainerNetworkingError",
    { word: "listing networks", doing: "listing networks" },
    MINUTE_MS,
    { retry: "server" },
  ),
} as const satisfies Record<string, Operation>;

/** Limit until a pull's first line, and between two of its lines. Source: engine-modern 12.5. */
export const PULL_BEGIN_LIMIT_MS = 5 * MINUTE_MS;
export const PULL_INACTIVITY_LIMIT_MS = MINUTE_MS;
