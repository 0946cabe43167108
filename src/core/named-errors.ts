/**
 * A class for each error name, so that `catch` can tell them by type. The class of an error is its name: whatever made
 * it, an `EngineError` is an instance of the class that has its name. `docs/errors.md` says when each is raised.
 * Source: engine-behaviour appendix B, engine-modern 7.1.
 */
import { EngineError, type EngineErrorName, type EngineErrorOptions } from "./errors.ts";

type ErrorClass<Name extends EngineErrorName> = {
  new (message: string, options?: EngineErrorOptions): EngineError & { readonly name: Name };
  readonly errorName: Name;
};

function errorClass<Name extends EngineErrorName>(errorName: Name): ErrorClass<Name> {
  return class NamedEngineError extends EngineError {
    declare readonly name: Name;
    static readonly errorName: Name = errorName;

    constructor(message: string, options: EngineErrorOptions = {}) {
      super(errorName, message, options);
    }

    static override [Symbol.hasInstance](value: unknown): boolean {
      return value instanceof EngineError && value.name === errorName;
    }
  };
}

/** A call to the daemon took longer than its limit; the message says which and how long. */
export class DockerTimeoutError extends errorClass("DockerTimeoutError") {}
/** The kernel killed the container for its memory. */
export class OutOfMemoryError extends errorClass("OutOfMemoryError") {}
/** The daemon recorded an error for a container that ended. */
export class DockerStateError extends errorClass("DockerStateError") {}
/** The endpoint, a context or a certificate cannot be used, or no daemon answers there. */
export class CannotGetDockerclientError extends errorClass("CannotGetDockerclientError") {}
/** The daemon's API is too old, or it does not say its version. */
export class CannotGetDockerClientVersionError extends errorClass("CannotGetDockerClientVersionError") {}
/** The image could not be pulled, and there is no local one that may be used. */
export class CannotPullContainerError extends errorClass("CannotPullContainerError") {}
/** The login for a registry could not be found out or used. */
export class CannotPullContainerAuthError extends errorClass("CannotPullContainerAuthError") {}
/** The token for a registry of ECR could not be got, and no login is configured for it. */
export class CannotPullECRContainerError extends errorClass("CannotPullECRContainerError") {}
/** The registry did not say which digest the image has. */
export class CannotPullImageManifestError extends errorClass("CannotPullImageManifestError") {}
/** Kept for programs that know it: empty volumes are Docker volumes and need no image. */
export class CreateEmptyVolumeError extends errorClass("CreateEmptyVolumeError") {}
/** The daemon refused to create the container. */
export class CannotCreateContainerError extends errorClass("CannotCreateContainerError") {}
/** The daemon refused to start it, or what it depends on can never be as asked for. */
export class CannotStartContainerError extends errorClass("CannotStartContainerError") {}
/** The container still ran after its stop. */
export class CannotStopContainerError extends errorClass("CannotStopContainerError") {}
/** A look at the container failed; its state stays as it was known. */
export class CannotInspectContainerError extends errorClass("CannotInspectContainerError") {}
/** Kept for programs that know it: looks that fail are `CannotInspectContainerError`. */
export class CannotDescribeContainerError extends errorClass("CannotDescribeContainerError") {}
/** The daemon refused to remove it. */
export class CannotRemoveContainerError extends errorClass("CannotRemoveContainerError") {}
/** The list of the engine's containers failed. */
export class CannotListContainersError extends errorClass("CannotListContainersError") {}
/** The daemon refused to make a volume. */
export class CannotCreateVolumeError extends errorClass("CannotCreateVolumeError") {}
/** The daemon did not tell about a volume. */
export class CannotInspectVolumeError extends errorClass("CannotInspectVolumeError") {}
/** The daemon refused to remove a volume. */
export class CannotRemoveVolumeError extends errorClass("CannotRemoveVolumeError") {}
/** A call named a container that the daemon does not have. */
export class NoSuchContainerError extends errorClass("NoSuchContainerError") {}
/** The container was removed by somebody else. */
export class ContainerVanishedError extends errorClass("ContainerVanishedError") {}
/** A port or a range of ports cannot be read. */
export class UnparsablePort extends errorClass("UnparsablePort") {}
/** A protocol is neither tcp nor udp. */
export class UnrecognizedTransportProtocol extends errorClass("UnrecognizedTransportProtocol") {}
/** The host part of a container cannot be built: a volume, link, port or log router that is not there. */
export class HostConfigError extends errorClass("HostConfigError") {}
/** The container is not in its own definition. */
export class DockerClientConfigError extends errorClass("DockerClientConfigError") {}
/** Kept for programs that know it: a wrong volume is `HostConfigError` or `VolumeError`. */
export class InvalidVolumeError extends errorClass("InvalidVolumeError") {}
/** The task's network could not be set up. */
export class ContainerNetworkingError extends errorClass("ContainerNetworkingError") {}
/**
 * Something that the task needs is not to be had: a secret, an environment file, the pause image, room on the host.
 */
export class ResourceInitializationError extends errorClass("ResourceInitializationError") {}
/** Containers wait for each other in a circle, or for one that does not exist; the task is STOPPED. */
export class TaskDependencyError extends errorClass("TaskDependencyError") {}
/** What was asked for does not fit the state of things: removing a task that runs, a second reader of state changes. */
export class TaskStateError extends errorClass("TaskStateError") {}
/** Kept for programs that know it: a task that stops before its pull has no error of its own. */
export class TaskStoppedBeforePullBeginError extends errorClass("TaskStoppedBeforePullBeginError") {}
/** Kept for programs that know it: such a transition cannot be expressed. */
export class ImpossibleStateTransitionError extends errorClass("ImpossibleStateTransitionError") {}
/** The limits of a whole task cannot be set up on this host. */
export class CgroupError extends errorClass("CgroupError") {}
/** A volume cannot be made, or exists and is another than asked for. */
export class VolumeError extends errorClass("VolumeError") {}
/** Something was asked of an engine before its `init`. */
export class EngineNotInitializedError extends errorClass("EngineNotInitializedError") {}
/** A task was given to an engine that takes none (`disable`), or anything to one that is shut down. */
export class EngineDisabledError extends errorClass("EngineDisabledError") {}
/** The state cannot be read or saved: disk full, file damaged, another process has the folder. */
export class StateStoreError extends errorClass("StateStoreError") {}
/** None of the others. */
export class UnknownError extends errorClass("UnknownError") {}

/** All of them, by name. */
export const ENGINE_ERRORS = {
  DockerTimeoutError,
  OutOfMemoryError,
  DockerStateError,
  CannotGetDockerclientError,
  CannotGetDockerClientVersionError,
  CannotPullContainerError,
  CannotPullContainerAuthError,
  CannotPullECRContainerError,
  CannotPullImageManifestError,
  CreateEmptyVolumeError,
  CannotCreateContainerError,
  CannotStartContainerError,
  CannotStopContainerError,
  CannotInspectContainerError,
  CannotDescribeContainerError,
  CannotRemoveContainerError,
  CannotListContainersError,
  CannotCreateVolumeError,
  CannotInspectVolumeError,
  CannotRemoveVolumeError,
  NoSuchContainerError,
  ContainerVanishedError,
  UnparsablePort,
  UnrecognizedTransportProtocol,
  HostConfigError,
  DockerClientConfigError,
  InvalidVolumeError,
  ContainerNetworkingError,
  ResourceInitializationError,
  TaskDependencyError,
  TaskStateError,
  TaskStoppedBeforePullBeginError,
  ImpossibleStateTransitionError,
  CgroupError,
  VolumeError,
  EngineNotInitializedError,
  EngineDisabledError,
  StateStoreError,
  UnknownError,
} as const satisfies Readonly<Record<EngineErrorName, unknown>>;
