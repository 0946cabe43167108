/**
 * Berth as a library: an engine that runs Amazon ECS tasks on any Docker host. See `examples/library` and
 * docs/architecture.md.
 */
export type { DockerTaskEngineOptions, TaskEndpoint } from "./agent/compose-ports.ts";
export { createTask } from "./agent/create-task.ts";
export { DOCKER_DEFAULT_ENDPOINT, DOCKER_ENDPOINT_ENV_VARIABLE } from "./agent/docker-endpoint.ts";
export { createTaskEngine, DockerTaskEngine } from "./agent/docker-task-engine.ts";
export type { EcrOptions } from "./agent/ecr/ecr-options.ts";
export type { ImageCleanupSettings } from "./agent/image-cleanup-settings.ts";
export type { ConfiguredLogins } from "./agent/registry-logins.ts";
export {
  type ContainerStatistics,
  type NetworkUsage,
  StatsEngine,
  type StatsEngineOptions,
  type TaskStatistics,
  type UsageEvent,
} from "./agent/stats/stats-engine.ts";
export type { StatisticSet, UsageSummary } from "./agent/stats/summary.ts";
export type { ContainerUsage, Traffic } from "./agent/stats/usage.ts";
export { systemRandom } from "./agent/system-random.ts";
export { type Blocker, describeBlocker } from "./core/blocker.ts";
export * from "./core/brand.ts";
export { applyOverrides } from "./core/definition/apply-overrides.ts";
export type { ContainerDefinitionInput, TaskDefinitionInput, VolumeInput } from "./core/definition/definition-input.ts";
export { InvalidTaskDefinitionError, parseTaskDefinition } from "./core/definition/parse.ts";
export type { Problem } from "./core/definition/problem.ts";
export type * from "./core/definition/types.ts";
export { validateTaskDefinition } from "./core/definition/validate.ts";
export {
  ENGINE_ERROR_NAMES,
  EngineError,
  type EngineErrorName,
  formatReason,
  InvalidInputError,
  type NamedError,
} from "./core/errors.ts";
export type { HostTotals } from "./core/host-resources.ts";
export { type CleanupRules, type CleanupVerdict, imageStatesForDeletion } from "./core/images/cleanup-policy.ts";
export type { ImageState } from "./core/images/image-state.ts";
export * from "./core/named-errors.ts";
export {
  parseSavedDocument,
  SAVED_FORMAT,
  SAVED_VERSION,
  type SavedDocument,
  type SavedState,
} from "./core/saved/document.ts";
export type { ContainerStateChange, StateChange, TaskStateChange } from "./core/state-change.ts";
export type { ContainerStatus, HealthStatus, ReportedStatus, TaskStatus } from "./core/status.ts";
export type { Container, NetworkBinding, StopCode, Task, TaskResource } from "./core/task.ts";
export { buildTask, type TaskIdentity } from "./core/task-builder.ts";
export { taskHealthOf } from "./core/task-health.ts";
export { createDockerClient, type DockerClientOptions, resolveEndpoint } from "./docker/index.ts";
export { systemClock } from "./docker/system-clock.ts";
export {
  type ContainerChangeEvent,
  ContainerChangeEventStream,
  type ContainerChangeHandler,
} from "./engine/container-change-event-stream.ts";
export {
  CredentialsManager,
  credentialsUri,
  type OwnedCredentials,
  type RoleCredentials,
  type TaskCredentials,
  type TaskRoles,
} from "./engine/credentials-manager.ts";
export { DEFAULT_ENGINE_CONFIG, type EngineConfig } from "./engine/engine-options.ts";
export type { EngineEvent, StateChangeDelivery, StateSaver, StopRequest, TaskEngine } from "./engine/task-engine.ts";
export { type DockerContainer, type FoundContainer, TaskEngineState } from "./engine/task-engine-state.ts";
export {
  type CleanupResult,
  DEFAULT_CLEANUP_OPTIONS,
  DEFAULT_IMAGE_LIMITS,
  type DiskPressureOptions,
  diskUsedPart,
  type FindRegistryAuth,
  type ImageCleanupOptions,
  type ImageLimits,
  ImageLocks as ImagePullDeleteLock,
  ImageManager,
  type ImageManagerOptions,
  type ImageUse,
  type ManifestAnswer,
  type PullAnswer,
  type PullRequest,
  type UntrackedOptions,
} from "./images/index.ts";
export type { Clock } from "./ports/clock.ts";
export type * from "./ports/docker-client.ts";
export { type Log, type LogFields, silentLog } from "./ports/log.ts";
export type { MetadataAttachment, MetadataManager } from "./ports/metadata-manager.ts";
export type { Random } from "./ports/random.ts";
export type { ImageRow, Mutation, StateStore, StoredState } from "./ports/state-store.ts";
export type { TaskEnvironment, TaskResourceAdapter } from "./ports/task-resource.ts";
export { EnvironmentFilesAdapter } from "./resources/environment-files/index.ts";
export { PAUSE_IMAGE } from "./resources/pause-image.ts";
export { type ReadObject, s3Objects } from "./resources/s3-objects.ts";
export {
  awsSource,
  environmentSource,
  RegistryAuthAdapter,
  readSecretsFile,
  type SecretSource,
  SecretsAdapter,
  TaskEnvironmentStore,
  tableSource,
} from "./resources/secrets/index.ts";
export { MemoryStateStore } from "./store/memory-state-store.ts";
