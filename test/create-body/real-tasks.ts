/** Containers made on the real daemon from task definitions, by the same steps as the engine's, and removed after each test. */
import { randomBytes } from "node:crypto";
import type { DockerId } from "../../src/core/brand.ts";
import type { ContainerDefinition } from "../../src/core/definition/types.ts";
import { dockerNameFor } from "../../src/core/docker-name.ts";
import { leasesFor, requestedHostPorts } from "../../src/core/host-ports.ts";
import { volumeResourcesOf } from "../../src/core/resources/volumes.ts";
import type { Container, Task } from "../../src/core/task.ts";
import { aContext } from "../../src/docker/create-body/a-context.ts";
import { buildCreateBody, type CreateContext } from "../../src/docker/create-body/index.ts";
import { createDockerClient } from "../../src/docker/index.ts";
import type { ContainerInspection, DockerClient } from "../../src/ports/docker-client.ts";
import { PAUSE_IMAGE, PauseImageResource } from "../../src/resources/pause-image.ts";
import { DockerVolumeResource } from "../../src/resources/volumes.ts";
import { aDefinition, aTask } from "../../src/testing/builders.ts";
import { oneByOne } from "../../src/testing/one-by-one.ts";
import { aPause } from "../../src/testing/ready-task.ts";

export type DefinitionInput = Parameters<typeof aDefinition>[0];

/** A container that runs a script. */
export const shell = (script: string): Pick<ContainerDefinition, "entryPoint" | "command"> => ({
  entryPoint: ["/bin/sh", "-c"],
  command: [script],
});

const hex = (digits: number): string => randomBytes(digits).toString("hex").slice(0, digits);
const neverAborted = new AbortController().signal;

/** @throws {Error} outside `npm test`, which sets up the daemon and says where it is */
export function connect(): DockerClient {
  const endpoint = process.env.BERTH_TEST_DOCKER_HOST;
  if (endpoint === undefined) throw new Error("BERTH_TEST_DOCKER_HOST is not set: run the tests with `npm test`");
  return createDockerClient({ endpoint });
}

/** Makes tasks and takes everything away again. */
export class RealTasks {
  readonly client: DockerClient;
  readonly #volumes: DockerVolumeResource;
  readonly #made: DockerId[] = [];
  readonly #tasks: Task[] = [];

  constructor(client: DockerClient) {
    this.client = client;
    this.#volumes = new DockerVolumeResource(client, { engineId: "engine-1" });
  }

  /** Creates all containers of a definition in order, pause containers first (those are started, since others join them). */
  async create(input: DefinitionInput, context: Partial<CreateContext> = {}): Promise<RealTask> {
    const task = planned(input);
    this.#tasks.push(task);
    for (const resource of task.resources) await this.#volumes.create(task, resource, neverAborted);
    if (task.containers.some(({ type }) => type !== "NORMAL")) {
      await new PauseImageResource(this.client).create(task, pauseResource, neverAborted);
    }
    let current = task;
    for (const { name } of task.containers) current = await this.#createOne(current, name, context);
    return new RealTask(this.client, current);
  }

  async #createOne(task: Task, name: string, context: Partial<CreateContext>): Promise<Task> {
    const container = named(task, name);
    const body = buildCreateBody(task, container, aContext(context));
    const { dockerId } = await this.client.createContainer({ name: container.dockerName, body });
    this.#made.push(dockerId);
    if (container.type !== "NORMAL") await this.client.startContainer(dockerId);
    const containers = task.containers.map((each) => (each.name === name ? { ...each, dockerId } : each));
    return { ...task, containers };
  }

  /** Containers, then what they used. */
  async removeAll(): Promise<void> {
    for (const id of this.#made.splice(0).reverse()) {
      await this.client.removeContainer(id, { force: true, removeVolumes: true });
    }
    for (const task of this.#tasks.splice(0)) {
      for (const resource of task.resources) await this.#volumes.remove(task, resource, neverAborted);
    }
  }
}

/** A task all of whose containers were created. */
export class RealTask {
  readonly task: Task;
  readonly #client: DockerClient;

  constructor(client: DockerClient, task: Task) {
    this.#client = client;
    this.task = task;
  }

  async inspect(name = "web"): Promise<ContainerInspection> {
    const found = await this.#client.inspectContainer(this.#idOf(name));
    if (found === undefined) throw new Error(`the daemon has a container for ${name}`);
    return found;
  }

  async start(name = "web"): Promise<void> {
    await this.#client.startContainer(this.#idOf(name));
  }

  /** Runs a container to its end. */
  async run(name = "web"): Promise<{ readonly output: string; readonly exitCode: number | undefined }> {
    await this.start(name);
    const output: string[] = [];
    for await (const line of oneByOne(this.#client.logs(this.#idOf(name), { follow: true }))) output.push(line.text);
    const { exitCode } = await this.stopped(name);
    return { output: output.join("\n"), exitCode };
  }

  async stop(name: string, stopTimeoutMs: number): Promise<ContainerInspection> {
    await this.#client.stopContainer(this.#idOf(name), { stopTimeoutMs });
    return this.stopped(name);
  }

  /** The end of the log can be seen a moment before the end of the container. */
  async stopped(name: string): Promise<ContainerInspection> {
    for (;;) {
      const inspection = await this.inspect(name);
      if (inspection.status === "stopped") return inspection;
    }
  }

  #idOf(name: string): DockerId {
    const { dockerId } = named(this.task, name);
    if (dockerId === undefined) throw new Error(`${name} was created`);
    return dockerId;
  }
}

const pauseResource = {
  id: "pauseImage",
  type: "pauseImage",
  gates: "PULLED",
  knownStatus: "NONE",
  createRequested: false,
  volatile: false,
  spec: {},
} as const;

/** A task with names and host ports of this run's own. */
function planned(input: DefinitionInput): Task {
  const definition = aDefinition(input);
  const owner = { family: definition.family, revision: 1 };
  const task = aTask({ id: hex(32), definition, resources: volumeResourcesOf(definition, owner, hex) });
  const containers = [...pauses(task), ...task.containers].map((container) => ({
    ...container,
    dockerName: dockerNameFor(task.family, task.revision, container.name, hex(20)),
  }));
  const listed = { ...task, containers };
  return { ...listed, containers: containers.map((container) => withLeases(listed, container)) };
}

function pauses({ definition }: Task): readonly Container[] {
  if (definition.networkMode === "awsvpc") return [{ ...aPause("CNI_PAUSE"), image: PAUSE_IMAGE }];
  if (definition.pidMode !== "task" && definition.ipcMode !== "task") return [];
  return [{ ...aPause("NAMESPACE_PAUSE"), image: PAUSE_IMAGE }];
}

/** Above what the kernel and Docker hand out by themselves; test runs beside this one take others. */
let nextHostPort = 61_100 + (process.pid % 400) * 10;

function withLeases(task: Task, container: Container): Container {
  const hostPorts = requestedHostPorts(task, container).flatMap((request) => {
    if (request.choice === "fixed" && request.hostPort !== undefined) return leasesFor(request, request.hostPort);
    nextHostPort += request.count;
    return leasesFor(request, nextHostPort - request.count);
  });
  return { ...container, hostPorts };
}

function named(task: Task, name: string): Container {
  const container = task.containers.find((each) => each.name === name);
  if (container === undefined) throw new Error(`the task has a container ${name}`);
  return container;
}
