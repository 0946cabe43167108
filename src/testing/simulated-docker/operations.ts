/**
 * The calls of a Docker client: their limits, their words and how their failures are read. The same facts as the real
 * client has (`src/docker/api/operations.ts`); the contract suite runs over both and keeps them together.
 */
import type { EngineErrorName } from "../../core/errors.ts";
import type { DockerClient } from "../../ports/docker-client.ts";

export type DockerOperation = Exclude<keyof DockerClient, "endpoint" | "close">;

/** Which answers may pass by themselves: `busy` 429 and 502-504; `server` every 5xx; `conflict` 409 as well. */
type RetryRule = "busy" | "server" | "conflict";

export type OperationFacts = {
  readonly errorName: EngineErrorName;
  /** For a 404, where it differs. */
  readonly notFoundName?: EngineErrorName;
  /** As in "Could not transition to …; timed out". */
  readonly word: string;
  readonly doing: string;
  /** The call's own limit. Source: engine-modern 33. */
  readonly timeoutMs: number;
  readonly retry: RetryRule;
};

const SECOND = 1_000;
const MINUTE = 60 * SECOND;

function facts(
  errorName: EngineErrorName,
  [word, doing]: readonly [word: string, doing: string],
  timeoutMs: number,
  retry: RetryRule = "busy",
): OperationFacts {
  return { errorName, word, doing, timeoutMs, retry };
}

function ofContainer(operation: OperationFacts): OperationFacts {
  return { ...operation, notFoundName: "NoSuchContainerError" };
}

export const OPERATIONS: Readonly<Record<DockerOperation, OperationFacts>> = {
  ping: facts("CannotGetDockerclientError", ["pinging", "pinging the daemon"], 5 * SECOND, "server"),
  version: facts(
    "CannotGetDockerClientVersionError",
    ["getting version", "asking for the version"],
    10 * SECOND,
    "server",
  ),
  info: facts("CannotGetDockerclientError", ["getting info", "asking for info"], 10 * SECOND, "server"),
  createContainer: facts("CannotCreateContainerError", ["created", "creating a container"], 4 * MINUTE),
  startContainer: facts("CannotStartContainerError", ["started", "starting a container"], 3 * MINUTE),
  stopContainer: ofContainer(
    facts("CannotStopContainerError", ["stopped", "stopping a container"], 2 * MINUTE, "conflict"),
  ),
  killContainer: ofContainer(
    facts("CannotStopContainerError", ["stopped", "signalling a container"], 2 * MINUTE, "conflict"),
  ),
  removeContainer: facts("CannotRemoveContainerError", ["removing", "removing a container"], 5 * MINUTE, "conflict"),
  inspectContainer: facts(
    "CannotInspectContainerError",
    ["inspecting", "inspecting a container"],
    30 * SECOND,
    "server",
  ),
  listContainers: facts("CannotListContainersError", ["listing", "listing containers"], 10 * MINUTE, "server"),
  events: facts("UnknownError", ["reading events", "reading events"], 0, "server"),
  logs: ofContainer(facts("UnknownError", ["reading logs", "reading logs"], 30 * SECOND, "server")),
  stats: ofContainer(facts("UnknownError", ["reading stats", "reading stats"], 18 * SECOND, "server")),
  pullImage: facts("CannotPullContainerError", ["pulled", "pulling image"], 120 * MINUTE, "server"),
  inspectImage: facts("UnknownError", ["inspecting image", "inspecting an image"], 30 * SECOND, "server"),
  listImages: facts("UnknownError", ["listing images", "listing images"], 10 * MINUTE, "server"),
  tagImage: facts("UnknownError", ["tagging image", "tagging an image"], 30 * SECOND, "server"),
  removeImage: facts("UnknownError", ["removing image", "removing an image"], 3 * MINUTE, "conflict"),
  importImage: facts("UnknownError", ["importing image", "importing an image"], 2 * MINUTE),
  inspectDistribution: facts(
    "CannotPullImageManifestError",
    ["MANIFEST_PULLED", "asking the registry for a manifest"],
    MINUTE,
    "server",
  ),
  createVolume: facts("CannotCreateVolumeError", ["creating volume", "creating a volume"], 5 * MINUTE),
  inspectVolume: facts("CannotInspectVolumeError", ["inspecting volume", "inspecting a volume"], 5 * MINUTE, "server"),
  removeVolume: facts("CannotRemoveVolumeError", ["removing volume", "removing a volume"], 5 * MINUTE, "conflict"),
  listVolumes: facts("CannotInspectVolumeError", ["inspecting volume", "inspecting a volume"], 5 * MINUTE, "server"),
  createNetwork: facts("ContainerNetworkingError", ["creating network", "creating a network"], MINUTE),
  removeNetwork: facts("ContainerNetworkingError", ["removing network", "removing a network"], MINUTE, "conflict"),
  listNetworks: facts("ContainerNetworkingError", ["listing networks", "listing networks"], MINUTE, "server"),
};
