/**
 * Berth as a library: an engine that runs Amazon ECS tasks on any Docker host. See `examples/library` and
 * docs/architecture.md.
 */
export { type ComposeOptions, composeEngine } from "./agent/compose-engine.ts";
export { systemRandom } from "./agent/system-random.ts";
export { type Blocker, describeBlocker } from "./core/blocker.ts";
export * from "./core/brand.ts";
export { applyOverrides } from "./core/definition/overrides.ts";
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
export type { ContainerStateChange, StateChange, TaskStateChange } from "./core/state-change.ts";
export type { ContainerStatus, HealthStatus, ReportedStatus, TaskStatus } from "./core/status.ts";
export type { Container, NetworkBinding, StopCode, Task, TaskResource } from "./core/task.ts";
export { buildTask, type TaskIdentity } from "./core/task-builder.ts";
export { createDockerClient, type DockerClientOptions, resolveEndpoint } from "./docker/index.ts";
export { DEFAULT_ENGINE_CONFIG, DockerTaskEngine, type EngineConfig } from "./engine/docker-task-engine.ts";
export type { EngineEvent, StateChangeDelivery, StopRequest, TaskEngine } from "./engine/task-engine.ts";
export { TaskEngineState } from "./engine/task-engine-state.ts";
export { ImageManager, type ImageManagerOptions } from "./images/index.ts";
export type { Clock } from "./ports/clock.ts";
export type { DockerClient } from "./ports/docker-client.ts";
export { type Log, silentLog } from "./ports/log.ts";
export type { Random } from "./ports/random.ts";
export type { Mutation, StateStore, StoredState } from "./ports/state-store.ts";
export type { TaskEnvironment, TaskResourceAdapter } from "./ports/task-resource.ts";
export { PAUSE_IMAGE } from "./resources/pause-image.ts";
export { MemoryStateStore } from "./store/memory-state-store.ts";
