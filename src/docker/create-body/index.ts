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
import { healthCheckOf } from "./health.ts";
import { linuxMembers } from "./linux.ts";
import { logConfigOf, logLabels } from "./logging.ts";
import { type NetworkMembers, namespaceMembers, networkMembers } from "./network.ts";
import { pauseBody } from "./pause.ts";
import { type Members, nonEmpty, putTogether } from "./present.ts";
import { resourceMembers } from "./resources.ts";
import { volumeMembers } from "./volumes.ts";

export type { CreateContext, FirelensContext } from "./context.ts";

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
  const { definition, container } = input;
  const network = networkMembers(input);
  const own = {
    Image: container.image,
    Cmd: nonEmpty(definition.command),
    Entrypoint: nonEmpty(definition.entryPoint),
    Env: environmentEntries(input),
    Labels: labelsOf(input),
    User: user(input),
    WorkingDir: definition.workingDirectory,
    OpenStdin: definition.interactive === true ? true : undefined,
    Tty: definition.pseudoTerminal === true ? true : undefined,
    StopTimeout: Math.ceil(container.stopTimeoutMs / 1000),
    Healthcheck: healthCheckOf(definition.healthCheck),
    HostConfig: hostConfigOf(input, network.host),
  };
  return putTogether<CreateBody>(own, network.config);
}

function hostConfigOf(input: CreateInput, network: NetworkMembers["host"]): HostConfig {
  const own: Partial<Members<HostConfig>> = {
    LogConfig: logConfigOf(input),
    ReadonlyRootfs: input.definition.readonlyRootFilesystem === true ? true : undefined,
    CgroupParent: input.context.cgroupParent,
    // The engine restarts containers itself.
    RestartPolicy: { Name: "no" },
  };
  return putTogether<HostConfig>(
    network,
    namespaceMembers(input),
    resourceMembers(input),
    volumeMembers(input),
    linuxMembers(input),
    gpuMembers(input),
    own,
  );
}

function labelsOf(input: CreateInput): NonNullable<CreateBody["Labels"]> {
  const { definition, task, container, context } = input;
  const own = containerLabels(task, container, context.engineId);
  if (definition.dockerLabels === undefined && definition.logConfiguration === undefined) return own;
  return { ...definition.dockerLabels, ...logLabels(input), ...own };
}

/** A log router needs root for its socket, unless the definition says who it is. Source: interfaces 1.5.2. */
function user({ definition }: CreateInput): string | undefined {
  return definition.user ?? (definition.firelensConfiguration === undefined ? undefined : "0");
}
