/** Makes and removes one kind of task resource. Both calls are safe to repeat. */
import type { Task, TaskResource, TaskResourceType } from "../core/task.ts";

/** Makes and removes one kind of task resource. Both calls are safe to repeat. */
export interface TaskResourceAdapter {
  readonly type: TaskResourceType;
  /** Once, before the first task is taken or restored. Looks at what this host allows. @throws {EngineError} to refuse to begin */
  open?(): Promise<void>;
  /** What a new task needs of this kind because of this host's settings, beside what its definition asks for. */
  plan?(task: Task): readonly TaskResource[];
  /** @throws {EngineError} whose text becomes the task's reason */
  create(task: Task, resource: TaskResource, signal: AbortSignal): Promise<void>;
  /** Absent counts as removed. @throws {EngineError} */
  remove(task: Task, resource: TaskResource, signal: AbortSignal): Promise<void>;
}

/** Environment values of a task that must not be in its row: secrets and environment files, by container. */
export interface TaskEnvironment {
  /** Values fetched for this container: `secrets` beat the definition's environment, `files` never override it. */
  environmentOf(
    taskArn: string,
    containerName: string,
  ): {
    readonly secrets: Readonly<Record<string, string>>;
    readonly files: readonly (readonly [name: string, value: string])[];
    /** Options of the log driver that come from secrets. */
    readonly logOptions: Readonly<Record<string, string>>;
  };
}
