/** The calls of a Docker client: their limits, their words and the names of their errors. */
import type { EngineErrorName } from "../../core/errors.ts";
import type { DockerClient } from "../../ports/docker-client.ts";

export type DockerOperation = Exclude<keyof DockerClient, "endpoint" | "close">;

export type OperationFacts = {
  readonly errorName: EngineErrorName;
  /** As in "Could not transition to …; timed out". */
  readonly word: string;
  /** The call's own limit. Source: engine-modern 33. */
  readonly timeoutMs: number;
};

const SECOND = 1_000;
const MINUTE = 60 * SECOND;

export const OPERATIONS: Readonly<Record<DockerOperation, OperationFacts>> = {
  ping: { errorName: "CannotGetDockerclientError", word: "ping", timeoutMs: 5 * SECOND },
  version: { errorName: "CannotGetDockerClientVersionError", word: "version", timeoutMs: 10 * SECOND },
  info: { errorName: "CannotGetDockerclientError", word: "info", timeoutMs: 10 * SECOND },
  createContainer: { errorName: "CannotCreateContainerError", word: "created", timeoutMs: 4 * MINUTE },
  startContainer: { errorName: "CannotStartContainerError", word: "started", timeoutMs: 3 * MINUTE },
  stopContainer: { errorName: "CannotStopContainerError", word: "stopped", timeoutMs: 2 * MINUTE },
  killContainer: { errorName: "CannotStopContainerError", word: "stopped", timeoutMs: 2 * MINUTE },
  removeContainer: { errorName: "CannotRemoveContainerError", word: "removing", timeoutMs: 5 * MINUTE },
  inspectContainer: { errorName: "CannotInspectContainerError", word: "inspecting", timeoutMs: 30 * SECOND },
  listContainers: { errorName: "CannotListContainersError", word: "listing", timeoutMs: 10 * MINUTE },
  events: { errorName: "UnknownError", word: "listening", timeoutMs: 0 },
  logs: { errorName: "UnknownError", word: "logs", timeoutMs: 0 },
  stats: { errorName: "UnknownError", word: "stats", timeoutMs: 0 },
  pullImage: { errorName: "CannotPullContainerError", word: "pulled", timeoutMs: 120 * MINUTE },
  inspectImage: { errorName: "UnknownError", word: "inspecting image", timeoutMs: 30 * SECOND },
  listImages: { errorName: "UnknownError", word: "listing images", timeoutMs: 10 * MINUTE },
  tagImage: { errorName: "UnknownError", word: "tagging", timeoutMs: 30 * SECOND },
  removeImage: { errorName: "UnknownError", word: "removing image", timeoutMs: 3 * MINUTE },
  importImage: { errorName: "UnknownError", word: "loading image", timeoutMs: 2 * MINUTE },
  inspectDistribution: { errorName: "CannotPullImageManifestError", word: "MANIFEST_PULLED", timeoutMs: MINUTE },
  createVolume: { errorName: "CannotCreateVolumeError", word: "creating volume", timeoutMs: 5 * MINUTE },
  inspectVolume: { errorName: "CannotInspectVolumeError", word: "inspecting volume", timeoutMs: 5 * MINUTE },
  removeVolume: { errorName: "CannotRemoveVolumeError", word: "removing volume", timeoutMs: 5 * MINUTE },
  listVolumes: { errorName: "CannotInspectVolumeError", word: "listing volumes", timeoutMs: 5 * MINUTE },
  createNetwork: { errorName: "UnknownError", word: "creating network", timeoutMs: MINUTE },
  removeNetwork: { errorName: "UnknownError", word: "removing network", timeoutMs: MINUTE },
  listNetworks: { errorName: "UnknownError", word: "listing networks", timeoutMs: MINUTE },
};
