/** What an engine is put together from: its settings, its ports, and what it can be told only when the daemon has answered. */
import { DEFAULT_MACHINE_CONFIG, type MachineConfig } from "../core/machine/config.ts";
import type { Clock } from "../ports/clock.ts";
import type { ContainerFactory } from "../ports/container-factory.ts";
import type { DaemonInfo, DockerClient } from "../ports/docker-client.ts";
import type { ImageService } from "../ports/image-service.ts";
import type { Log } from "../ports/log.ts";
import type { MetadataManager } from "../ports/metadata-manager.ts";
import type { Random } from "../ports/random.ts";
import type { StateHome } from "../ports/state-home.ts";
import type { StateStore } from "../ports/state-store.ts";
import type { TaskEnvironment, TaskResourceAdapter } from "../ports/task-resource.ts";
import { type CallLimits, DEFAULT_CALL_LIMITS } from "./container-calls.ts";
import type { ContainerChangeEventStream } from "./container-change-event-stream.ts";
import type { TaskCredentials } from "./credentials-manager.ts";
import { adaptiveLimits, fixedLimits, type GateLimits } from "./gate-limit.ts";
import type { HostPortAllocator } from "./host-port-allocator.ts";
import type { HostResourceManager } from "./host-resource-manager.ts";
import type { TaskEngineState } from "./task-engine-state.ts";

/** Settings of an engine; `DEFAULT_ENGINE_CONFIG` has those of the ECS agent. */
export type EngineConfig = {
  readonly machine: MachineConfig;
  readonly limits: CallLimits;
  /** Starts in flight at a time. Without it the engine begins with four times the daemon's CPUs, and goes by what it measures. */
  readonly startConcurrency: number | undefined;
  /** How often all containers of ours are listed as a backstop to events. */
  readonly relistIntervalMs: number;
};

export const DEFAULT_ENGINE_CONFIG: EngineConfig = {
  machine: DEFAULT_MACHINE_CONFIG,
  limits: DEFAULT_CALL_LIMITS,
  startConcurrency: undefined,
  relistIntervalMs: 15_000,
};

export type EngineOptions = {
  readonly client: DockerClient;
  readonly config: EngineConfig;
  /** As in `EngineFacts`; drawn once and kept in the store when absent. */
  readonly engineId?: string;
  readonly images: ImageService;
  readonly environment: TaskEnvironment;
  /** What can be made only when the daemon and the store have answered; construction asks neither. */
  readonly assemble: (facts: EngineFacts) => EngineParts;
  readonly credentials: TaskCredentials;
  readonly metadata: MetadataManager;
  readonly containerChanges: ContainerChangeEventStream;
  /** Where others look the tasks up; only the engine writes. */
  readonly state: TaskEngineState;
  readonly hostPorts: HostPortAllocator;
  readonly hostResources: HostResourceManager;
  readonly store: StateStore;
  /** Where the store is, if copies of it can be made: then one engine at a time works with its id on a Docker host. */
  readonly home?: StateHome;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
};

/** What an engine knows once it is initialised. */
export type EngineFacts = {
  readonly info: DaemonInfo;
  /** Goes into a label of everything that this engine makes; stays the same over restarts. */
  readonly engineId: string;
};

export type EngineParts = {
  readonly factory: ContainerFactory;
  readonly resources: readonly TaskResourceAdapter[];
};

/** How many starts the daemon is given at a time. */
export function startLimits({ startConcurrency }: EngineConfig, { info }: EngineFacts): GateLimits {
  return startConcurrency === undefined ? adaptiveLimits(info.cpus) : fixedLimits(startConcurrency);
}

/** Docker gains nothing from more creates at a time, and a daemon with few CPUs is not kept from its work by so many. */
const LEAST_CREATES = 8;

/** How many creates the daemon is given at a time: no fewer than starts begin with, so that these need not wait for containers. */
export function createLimits(config: EngineConfig, facts: EngineFacts): GateLimits {
  return fixedLimits(Math.max(LEAST_CREATES, startLimits(config, facts).initial));
}
