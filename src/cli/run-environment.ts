/** What `berth run` needs from the composition of engine and adapters. */
import type { HostProcesses } from "../agent/host-processes.ts";
import type { TaskDefinition } from "../core/definition/types.ts";
import type { Task } from "../core/task.ts";
import type { TaskEngine } from "../engine/task-engine.ts";
import type { DockerClient } from "../ports/docker-client.ts";
import type { DaemonConnection } from "./daemon-safety.ts";

export type PullBehaviour = "default" | "always" | "once" | "prefer-cached";
export const PULL_BEHAVIOURS: readonly PullBehaviour[] = ["default", "always", "once", "prefer-cached"];

export type EnvironmentRequest = {
  readonly cluster: string;
  /** Of the task: in its ARN, in its containers' environment, and for what AWS is asked. */
  readonly region: string;
  readonly pull: PullBehaviour;
  /** File with the values of secrets (`--secrets`). */
  readonly secretsFile?: string;
  /** Ask AWS for secrets, environment files, and logins of images in ECR (`--aws`). */
  readonly aws: boolean;
  /** Folder that stands in for S3 buckets: `bucket/key` (`--env-files`). */
  readonly envFilesDirectory?: string;
  /** Give up opening. */
  readonly signal: AbortSignal;
  /** Something that went wrong without ending anything. */
  readonly onWarning: (text: string) => void;
};

export interface RunEnvironment {
  /** Initialised. */
  readonly engine: TaskEngine;
  readonly docker: DockerClient;
  /** How Docker is reached. */
  readonly connection: DaemonConnection;
  readonly processes: HostProcesses;
  /** @throws {EngineError} VolumeError for volumes that can never be made */
  buildTask(definition: TaskDefinition): Task;
  /** What the task asks for and nobody can give (secrets, environment files), one sentence each; empty when all is there. */
  missing(task: Task): Promise<readonly string[]>;
  /** Lets go of everything, with the engine shut down. Safe to call twice. */
  close(): Promise<void>;
}

/** @throws {EngineError} CannotGetDockerClientVersionError when no daemon answers */
export type OpenRunEnvironment = (request: EnvironmentRequest) => Promise<RunEnvironment>;
