/** Turns a container of a task into Docker's create body; pure, implemented by `docker/create-body`. */
import type { Container, Task } from "../core/task.ts";
import type { CreateBody } from "./docker-client.ts";

/** What a body needs beside the task: values that must not be in its row, and facts of the host. */
export type ContainerFacts = {
  /** `NAME=VALUE` entries of the image. */
  readonly imageEnv: readonly string[];
  readonly secrets: Readonly<Record<string, string>>;
  readonly environmentFiles: readonly (readonly [name: string, value: string])[];
  readonly logOptions: Readonly<Record<string, string>>;
};

/** @throws {EngineError} HostConfigError, DockerClientConfigError */
export type ContainerFactory = (task: Task, container: Container, facts: ContainerFacts) => CreateBody;
