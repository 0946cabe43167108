/**
 * What the engine tells the world: each change of a reported status, numbered and ordered per task.
 * Source: engine-behaviour 9, engine-modern 7.
 */
import type { EpochMs, TaskArn } from "./brand.ts";
import type { ReportedStatus } from "./status.ts";
import type { NetworkBinding, StopCode } from "./task.ts";

/** A container has reached a status that is told. Source: engine-modern 11. */
export type ContainerStateChange = {
  readonly type: "container";
  readonly taskArn: TaskArn;
  /** From 1, increasing by 1 within a task, across restarts of the engine. */
  readonly sequence: number;
  readonly at: EpochMs;
  readonly containerName: string;
  readonly containerArn: string;
  /** MANIFEST_PULLED is an early report of a digest that was resolved. Source: engine-modern 12.4. */
  readonly status: Exclude<ReportedStatus, "PENDING"> | "MANIFEST_PULLED";
  readonly runtimeId?: string;
  readonly imageDigest?: string;
  readonly exitCode?: number;
  /** `ErrorName: text`, at most 1024 characters. */
  readonly reason?: string;
  readonly networkBindings: readonly NetworkBinding[];
};

/** A task has reached a status that is told. Source: engine-modern 11. */
export type TaskStateChange = {
  readonly type: "task";
  readonly taskArn: TaskArn;
  readonly sequence: number;
  readonly at: EpochMs;
  readonly status: Exclude<ReportedStatus, "PENDING"> | "MANIFEST_PULLED";
  readonly stopCode?: StopCode;
  readonly reason?: string;
  readonly pullStartedAt?: EpochMs;
  readonly pullStoppedAt?: EpochMs;
  readonly executionStoppedAt?: EpochMs;
};

/** What `stateChangeEvents` delivers: numbered without gaps per task, containers before their task. */
export type StateChange = ContainerStateChange | TaskStateChange;
