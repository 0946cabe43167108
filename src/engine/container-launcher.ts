/**
 * Makes containers and starts them, with their host ports. What stood in the way of a start and can be got out of it (a
 * port that somebody took meanwhile, what a crashed daemon left) leads to a container that is made anew.
 */
import type { DockerId } from "../core/brand.ts";
import { EngineError } from "../core/errors.ts";
import { definitionOf, isPortConflict, type PortRequest, refusedPort, requestedHostPorts } from "../core/host-ports.ts";
import type { ActionResult, Observation } from "../core/machine/input.ts";
import { networkBindingsOf } from "../core/network-bindings.ts";
import {
  type Container,
  type HostPortLease,
  isInternal,
  type NetworkBinding,
  NO_HOST_PORTS,
  type Task,
} from "../core/task.ts";
import { changeContainer } from "../core/task-copy.ts";
import type { ContainerFactory } from "../ports/container-factory.ts";
import type { CreateBody, DockerClient } from "../ports/docker-client.ts";
import type { ImageService } from "../ports/image-service.ts";
import type { Log } from "../ports/log.ts";
import { type MetadataAttachment, type MetadataManager, NO_METADATA } from "../ports/metadata-manager.ts";
import type { TaskEnvironment } from "../ports/task-resource.ts";
import type { CallGate, CallSubject } from "./call-gate.ts";
import type { ContainerCalls } from "./container-calls.ts";
import { toFailure } from "./failure.ts";
import { type HostPortAllocator, portOwner } from "./host-port-allocator.ts";
import { toObservation } from "./observe.ts";

export type ContainerLauncherPorts = {
  readonly client: DockerClient;
  readonly calls: ContainerCalls;
  readonly images: ImageService;
  readonly environment: TaskEnvironment;
  readonly metadata: MetadataManager;
  readonly factory: ContainerFactory;
  readonly createGate: CallGate;
  readonly startGate: CallGate;
  readonly hostPorts: HostPortAllocator;
  readonly log: Log;
  readonly signal: AbortSignal;
  /** The newest state of a task, for what is read just before a call. */
  readonly taskOf: (taskArn: string) => Task | undefined;
};

/** As often a host port that was taken meanwhile is chosen again, and once for each further port. */
const MAX_PORT_MOVES = 10;

export class ContainerLauncher {
  readonly #ports: ContainerLauncherPorts;

  constructor(ports: ContainerLauncherPorts) {
    this.#ports = ports;
  }

  /** In its turn, and put together no sooner: a body that waits is memory that waits. */
  create(task: Task, container: Container, ports?: readonly PortRequest[]): Promise<ActionResult> {
    return this.#ports.createGate.run(callSubject(task, container), () => this.#create(task, container, ports));
  }

  async #create(task: Task, container: Container, ports: readonly PortRequest[] | undefined): Promise<ActionResult> {
    const { calls, images, environment, factory, hostPorts } = this.#ports;
    const imageEnv = isInternal(container) ? [] : await calls.retried(() => images.environmentOf(container));
    const { secrets, files, logOptions } = environment.environmentOf(task.arn, container.name);
    const facts = { imageEnv, secrets, environmentFiles: files, logOptions };
    // Other containers may have got their ids since the effect was handed out.
    const current = this.#ports.taskOf(task.arn) ?? task;
    const owner = portOwner(task.arn, container.name);
    const requests = ports ?? requestedHostPorts(current, container);
    const leases = requests.length === 0 ? NO_HOST_PORTS : await hostPorts.lease(owner, requests);
    try {
      const ready = withPorts(container, leases);
      const plain = factory(current, ready, facts);
      const metadata = this.#metadataFor(current, ready);
      const body = metadata === undefined ? plain : withMetadata(plain, await metadata);
      const { dockerId } = await calls.create(container.dockerName, body);
      return { ok: true, dockerId, hostPorts: leases };
    } catch (error) {
      hostPorts.release(owner);
      throw error;
    }
  }

  /** In its turn: the daemon gets no more starts at a time than it can use. */
  start(task: Task, container: Container, dockerId: DockerId): Promise<ActionResult> {
    return this.#ports.startGate.run(callSubject(task, container), () =>
      container.inFlight?.again === true
        ? this.#startAgain(task, container, dockerId)
        : this.#start(task, container, dockerId),
    );
  }

  /** A try before was never answered, and nobody has looked since: what has run must not run again for it. */
  async #startAgain(task: Task, container: Container, dockerId: DockerId): Promise<ActionResult> {
    const seen = await this.#ports.calls.inspect(dockerId);
    if (seen?.startedAt === undefined) return await this.#start(task, container, dockerId);
    return { ok: true, observation: toObservation(task, container, seen) };
  }

  /**
   * Between the choice of a host port and Docker's bind somebody else may have taken it. A port that was the engine's
   * choice is chosen again, and the container, which never ran, made anew. Source: engine-modern 17.2. So is one that a
   * daemon has half started before it crashed: containerd keeps that half, and no other try will ever get past it.
   */
  #start(task: Task, container: Container, dockerId: DockerId): Promise<ActionResult> {
    return this.#ports.calls.start(dockerId).then(
      () => this.#started(task, container, dockerId),
      (error: unknown) => this.#startAnewAfter(error, task, container, dockerId),
    );
  }

  #started(task: Task, container: Container, dockerId: DockerId): ActionResult | Promise<ActionResult> {
    const networkBindings = bindingsOf(task, container);
    if (!isLogRouter(task, container)) return { ok: true, networkBindings };
    return this.#addressOf(task, container, dockerId).then((observation) => ({
      ok: true,
      networkBindings,
      observation,
    }));
  }

  /** @throws what stood in the way, when a new container would not get past it */
  #startAnewAfter(error: unknown, task: Task, container: Container, dockerId: DockerId): Promise<ActionResult> {
    const requests = requestedHostPorts(task, container);
    if (isHalfStarted(error)) {
      const fields = { taskArn: task.arn, containerName: container.name, dockerId, error: error.message };
      this.#ports.log.warn("Making a container anew: the daemon crashed while it was started", fields);
      return this.#startAnew(task, container, dockerId, requests);
    }
    const moved = isOfPorts(error) ? movedFrom(error.message, requests, container.hostPorts) : undefined;
    if (moved === undefined) throw error;
    return this.#startAnew(task, container, dockerId, moved);
  }

  /** Those who log through a router are told its address when they are created, which is soon. Source: engine-modern 21.2. */
  async #addressOf(task: Task, container: Container, dockerId: DockerId): Promise<Observation | undefined> {
    const seen = await this.#ports.calls.inspect(dockerId).catch(() => undefined);
    return seen === undefined ? undefined : toObservation(task, container, seen);
  }

  /** Another engine on the host goes through the same ports: each move meets it again, until one of the two is ahead. */
  async #startAnew(
    task: Task,
    container: Container,
    former: DockerId,
    requests: readonly PortRequest[],
    moves = MAX_PORT_MOVES + requests.length - 1,
  ): Promise<ActionResult> {
    const { client, signal, hostPorts, calls } = this.#ports;
    hostPorts.release(portOwner(task.arn, container.name));
    // By its id: somebody else may have its name by now.
    await client.removeContainer(former, { force: true, removeVolumes: true }, { signal });
    const made = await this.create(task, container, requests);
    if (!made.ok || made.dockerId === undefined) return made;
    const { dockerId, hostPorts: leases = [] } = made;
    try {
      await calls.start(dockerId);
    } catch (error) {
      signal.throwIfAborted();
      const moved = moves > 1 && isOfPorts(error) ? movedFrom(error.message, requests, leases) : undefined;
      if (moved !== undefined) return await this.#startAnew(task, container, dockerId, moved, moves - 1);
      return { ok: false, failure: { ...toFailure(error, "CannotStartContainerError"), dockerId, hostPorts: leases } };
    }
    return { ...made, networkBindings: bindingsOf(task, changeContainer(container, { hostPorts: leases })) };
  }

  #metadataFor(task: Task, container: Container): Promise<MetadataAttachment | undefined> | undefined {
    if (isInternal(container) || this.#ports.metadata === NO_METADATA) return undefined;
    return this.#ports.metadata.create(task, container).catch((error: unknown) => {
      this.#ports.log.warn("Cannot make container metadata", { containerName: container.name, error });
      return undefined;
    });
  }
}

export function callSubject({ arn }: Task, { name }: Container): CallSubject {
  return { taskArn: arn, containerName: name };
}

function withPorts(container: Container, hostPorts: readonly HostPortLease[]): Container {
  if (hostPorts.length === 0 && container.hostPorts.length === 0) return container;
  return changeContainer(container, { hostPorts });
}

function isLogRouter(task: Task, container: Container): boolean {
  return definitionOf(task, container)?.firelensConfiguration !== undefined;
}

/** Known before any look: the ports were leased before the create. RUNNING is told with them. */
function bindingsOf(task: Task, container: Container): readonly NetworkBinding[] | undefined {
  const bindings = networkBindingsOf(task, container, []);
  return bindings.length === 0 ? undefined : bindings;
}

function withMetadata(body: CreateBody, attachment: MetadataAttachment | undefined): CreateBody {
  if (attachment === undefined) return body;
  const { binds, env } = attachment;
  const hostConfig = { ...body.HostConfig, Binds: [...(body.HostConfig?.Binds ?? []), ...binds] };
  return { ...body, Env: [...(body.Env ?? []), ...env], HostConfig: hostConfig };
}

function isOfPorts(error: unknown): error is EngineError {
  return error instanceof EngineError && isPortConflict(error.message);
}

/** As containerd says it by way of Docker: it has a task of that id, or a container, of which Docker knows nothing. */
function isHalfStarted(error: unknown): error is EngineError {
  return error instanceof EngineError && /\btask [0-9a-f]{64}: already exists|\bid already in use/.test(error.message);
}

/**
 * Requests that get past a refusal: the one whose port was refused takes any other, and all others keep theirs. All that can
 * move do so when the daemon does not name the port.
 * @returns undefined when the definition fixes the port
 */
function movedFrom(
  message: string,
  requests: readonly PortRequest[],
  leases: readonly HostPortLease[],
): readonly PortRequest[] | undefined {
  const port = refusedPort(message);
  const refused = leases.filter(({ hostPort }) => hostPort === port);
  const isRefused = (request: PortRequest) => refused.length === 0 || refused.some((lease) => isFor(request, lease));
  const moving = requests.filter((request) => request.choice !== "fixed" && isRefused(request));
  if (moving.length === 0) return undefined;
  return requests.map((request) => (moving.includes(request) ? { ...request, choice: "dynamic" } : request));
}

function isFor({ containerPort, count, protocol }: PortRequest, lease: HostPortLease): boolean {
  const offset = lease.containerPort - containerPort;
  return lease.protocol === protocol && offset >= 0 && offset < count;
}
