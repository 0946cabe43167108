/**
 * From a container of a task to the body of Docker's create call. Pure: the same input gives the same body, and golden
 * files hold what it looks like. Source: interfaces 1.4, 1.5 and 1.7, engine-modern 19.
 */

import { EngineError } from "../../core/errors.ts";
import { containerLabels } from "../../core/labels.ts";
import type { Container, Task } from "../../core/task.ts";
import type { CreateBody, HostConfig } from "../../ports/docker-client.ts";
import { type CreateContext, type CreateInput, createInput } from "./context.ts";
import { environmentEntries } from "./env.ts";
import { gpuMembers } from "./gpu.ts";
import { healthMembers } from "./health.ts";
import { linuxMembers } from "./linux.ts";
import { logLabels, logMembers } from "./logging.ts";
import { namespaceMembers, networkMembers } from "./network.ts";
import { pauseBody } from "./pause.ts";
import { nonEmpty, optional } from "./present.ts";
import { resourceMembers } from "./resources.ts";
import { volumeMembers } from "./volumes.ts";

export type { CreateContext } from "./context.ts";

/**
 * The create body of a container. Other containers that it refers to (links, volumesFrom, shared namespaces) must have
 * been created, and its host ports leased.
 * @throws {EngineError} HostConfigError when something it refers to is not there or not allowed on this host;
 *   DockerClientConfigError when the container is not in the definition; UnparsablePort
 */
export function buildCreateBody(task: Task, container: Container, context: CreateContext): CreateBody {
  if (container.type !== "NORMAL") return pauseBody(task, container, context);
  const input = createInput(task, container, context);
  if (input === undefined) {
    throw new EngineError(
      "DockerClientConfigError",
      `Cannot prepare container "${container.name}": the task definition does not list it`,
    );
  }
  return bodyOf(input);
}

function bodyOf(input: CreateInput): CreateBody {
  const { definition, container, context, task } = input;
  const network = networkMembers(input);
  return {
    Image: container.image,
    ...optional("Cmd", nonEmpty(definition.command)),
    ...optional("Entrypoint", nonEmpty(definition.entryPoint)),
    Env: environmentEntries(input),
    Labels: { ...definition.dockerLabels, ...logLabels(input), ...containerLabels(task, container, context.engineId) },
    ...optional("User", user(input)),
    ...optional("WorkingDir", definition.workingDirectory),
    ...optional("OpenStdin", definition.interactive === true ? true : undefined),
    ...optional("Tty", definition.pseudoTerminal === true ? true : undefined),
    StopTimeout: Math.ceil(container.stopTimeoutMs / 1000),
    ...healthMembers(definition.healthCheck),
    ...network.config,
    HostConfig: hostConfigOf(input, network.host),
  };
}

function hostConfigOf(input: CreateInput, network: Partial<HostConfig>): HostConfig {
  return {
    ...network,
    ...namespaceMembers(input),
    ...resourceMembers(input),
    ...volumeMembers(input),
    ...linuxMembers(input),
    ...gpuMembers(input),
    ...logMembers(input),
    ...optional("ReadonlyRootfs", input.definition.readonlyRootFilesystem === true ? true : undefined),
    ...optional("CgroupParent", input.context.cgroupParent),
    // The engine restarts containers itself.
    RestartPolicy: { Name: "no" },
  };
}

/** A log router needs root for its socket, unless the definition says who it is. Source: interfaces 1.5.2. */
function user({ definition }: CreateInput): string | undefined {
  return definition.user ?? (definition.firelensConfiguration === undefined ? undefined : "0");
}
