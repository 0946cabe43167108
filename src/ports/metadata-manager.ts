/**
 * Writes the metadata file that a container finds about itself. What fails here is logged and never a reason to stop a
 * container. Source: engine-behaviour 10.2, EN-12, EN-84; engine-modern 23.
 */
import type { TaskArn } from "../core/brand.ts";
import type { Container, Task } from "../core/task.ts";

/** What the container's create body gets beside its own. */
export type MetadataAttachment = {
  /** `SOURCE:TARGET[:OPTIONS]`, as in Docker's `HostConfig.Binds`. */
  readonly binds: readonly string[];
  /** `NAME=VALUE` */
  readonly env: readonly string[];
};

/** What a container is told about itself. No call of it may stop a container: what fails is logged. Source: engine-behaviour 10.2. */
export interface MetadataManager {
  /** Before the container is created. `undefined` when the container gets no file. */
  create(task: Task, container: Container): Promise<MetadataAttachment | undefined>;
  /** The container runs: its ids, image and ports are known. Called again after a restart of the engine. */
  update(task: Task, container: Container): Promise<void>;
  /** The task is gone. Absent counts as removed. */
  clean(taskArn: TaskArn): Promise<void>;
}

/** Containers get no metadata file. */
export const NO_METADATA: MetadataManager = {
  create: async () => undefined,
  update: async () => undefined,
  clean: async () => undefined,
};
