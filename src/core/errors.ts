/**
 * Expected failures, by the names that ECS users know. `docs/errors.md` lists them all.
 * Source: engine-modern 7.1, engine-behaviour appendix B.
 */
export const ENGINE_ERROR_NAMES = [
  "DockerTimeoutError",
  "OutOfMemoryError",
  "DockerStateError",
  "CannotGetDockerclientError",
  "CannotGetDockerClientVersionError",
  "CannotPullContainerError",
  "CannotPullContainerAuthError",
  "CannotPullECRContainerError",
  "CannotPullImageManifestError",
  "CreateEmptyVolumeError",
  "CannotCreateContainerError",
  "CannotStartContainerError",
  "CannotStopContainerError",
  "CannotInspectContainerError",
  "CannotDescribeContainerError",
  "CannotRemoveContainerError",
  "CannotListContainersError",
  "CannotCreateVolumeError",
  "CannotInspectVolumeError",
  "CannotRemoveVolumeError",
  "NoSuchContainerError",
  "ContainerVanishedError",
  "UnparsablePort",
  "UnrecognizedTransportProtocol",
  "HostConfigError",
  "DockerClientConfigError",
  "InvalidVolumeError",
  "ContainerNetworkingError",
  "ResourceInitializationError",
  "TaskDependencyError",
  "TaskStateError",
  "TaskStoppedBeforePullBeginError",
  "ImpossibleStateTransitionError",
  "CgroupError",
  "VolumeError",
  "EngineNotInitializedError",
  "EngineDisabledError",
  "StateStoreError",
  "UnknownError",
] as const;
/** One of {@link ENGINE_ERROR_NAMES}. */
export type EngineErrorName = (typeof ENGINE_ERROR_NAMES)[number];

/** An error as it is stored, sent and shown: `name: message`. */
export type NamedError = { readonly name: EngineErrorName; readonly message: string };

export type EngineErrorOptions = {
  /** May the same call work later without anything being changed? */
  readonly retryable?: boolean;
  /** Could the call have taken effect all the same (no answer, answer lost)? Then only a look can tell. */
  readonly indeterminate?: boolean;
  /** Docker's HTTP status, when Docker answered. */
  readonly status?: number;
  readonly cause?: unknown;
};

/** An expected failure. Users see `name: message`, so match on `name` and never on the text. */
export class EngineError extends Error {
  override readonly name: EngineErrorName;
  readonly retryable: boolean;
  readonly indeterminate: boolean;
  readonly status: number | undefined;

  constructor(name: EngineErrorName, message: string, options: EngineErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = name;
    this.retryable = options.retryable ?? false;
    this.indeterminate = options.indeterminate ?? false;
    this.status = options.status;
  }

  /** The name under which users know it; the same as `name`. */
  get errorName(): EngineErrorName {
    return this.name;
  }

  toNamedError(): NamedError {
    return { name: this.name, message: this.message };
  }
}

/** Input of a user that cannot be taken; `path` names the field, as in `containerDefinitions[1].memory`. */
export class InvalidInputError extends Error {
  override readonly name = "InvalidInputError";
  readonly path: string;

  constructor(path: string, message: string) {
    super(path === "" ? message : `${path}: ${message}`);
    this.path = path;
  }
}

/** `name: message`, the form in which reasons are reported. Source: engine-behaviour appendix B. */
export function formatReason(error: NamedError): string {
  return `${error.name}: ${error.message}`;
}
