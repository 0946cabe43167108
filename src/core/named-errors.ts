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

export class DockerTimeoutError extends errorClass("DockerTimeoutError") {}
export class OutOfMemoryError extends errorClass("OutOfMemoryError") {}
export class DockerStateError extends errorClass("DockerStateError") {}
export class CannotGetDockerclientError extends errorClass("CannotGetDockerclientError") {}
export class CannotGetDockerClientVersionError extends errorClass("CannotGetDockerClientVersionError") {}
export class CannotPullContainerError extends errorClass("CannotPullContainerError") {}
export class CannotPullContainerAuthError extends errorClass("CannotPullContainerAuthError") {}
export class CannotPullECRContainerError extends errorClass("CannotPullECRContainerError") {}
export class CannotPullImageManifestError extends errorClass("CannotPullImageManifestError") {}
export class CreateEmptyVolumeError extends errorClass("CreateEmptyVolumeError") {}
export class CannotCreateContainerError extends errorClass("CannotCreateContainerError") {}
export class CannotStartContainerError extends errorClass("CannotStartContainerError") {}
export class CannotStopContainerError extends errorClass("CannotStopContainerError") {}
export class CannotInspectContainerError extends errorClass("CannotInspectContainerError") {}
export class CannotDescribeContainerError extends errorClass("CannotDescribeContainerError") {}
export class CannotRemoveContainerError extends errorClass("CannotRemoveContainerError") {}
export class CannotListContainersError extends errorClass("CannotListContainersError") {}
export class CannotCreateVolumeError extends errorClass("CannotCreateVolumeError") {}
export class CannotInspectVolumeError extends errorClass("CannotInspectVolumeError") {}
export class CannotRemoveVolumeError extends errorClass("CannotRemoveVolumeError") {}
export class NoSuchContainerError extends errorClass("NoSuchContainerError") {}
export class ContainerVanishedError extends errorClass("ContainerVanishedError") {}
export class UnparsablePort extends errorClass("UnparsablePort") {}
export class UnrecognizedTransportProtocol extends errorClass("UnrecognizedTransportProtocol") {}
export class HostConfigError extends errorClass("HostConfigError") {}
export class DockerClientConfigError extends errorClass("DockerClientConfigError") {}
export class InvalidVolumeError extends errorClass("InvalidVolumeError") {}
export class ContainerNetworkingError extends errorClass("ContainerNetworkingError") {}
export class ResourceInitializationError extends errorClass("ResourceInitializationError") {}
export class TaskDependencyError extends errorClass("TaskDependencyError") {}
export class TaskStateError extends errorClass("TaskStateError") {}
export class TaskStoppedBeforePullBeginError extends errorClass("TaskStoppedBeforePullBeginError") {}
export class ImpossibleStateTransitionError extends errorClass("ImpossibleStateTransitionError") {}
export class CgroupError extends errorClass("CgroupError") {}
export class VolumeError extends errorClass("VolumeError") {}
export class EngineNotInitializedError extends errorClass("EngineNotInitializedError") {}
export class EngineDisabledError extends errorClass("EngineDisabledError") {}
export class StateStoreError extends errorClass("StateStoreError") {}
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
