/**
 * Carries out what the machine asks for and sends the answers back as inputs. Knows how to do things, never whether or
 * when: that is decided in `core/machine`.
 */
import { unreachable } from "../core/assert.ts";
import type { DockerId } from "../core/brand.ts";
import { EngineError, type EngineErrorName } from "../core/errors.ts";
import { definitionOf, type PortRequest, requestedHostPorts } from "../core/host-ports.ts";
import type { PullBehaviour } from "../core/images/pull-policy.ts";
import { TASK_ARN_LABEL } from "../core/labels.ts";
import type { Effect } from "../core/machine/effect.ts";
import type { ActionResult, Input, Observation } from "../core/machine/input.ts";
import { networkBindingsOf } from "../core/network-bindings.ts";
import type { Container, NetworkBinding, Task } from "../core/task.ts";
import { findContainer, isInternal } from "../core/task.ts";
import type { Clock } from "../ports/clock.ts";
import type { ContainerFactory } from "../ports/container-factory.ts";
import type { ContainerInspection, CreateBody, DockerClient, LayerProgress } from "../ports/docker-client.ts";
import type { ImageRequest, ImageService } from "../ports/image-service.ts";
import type { Log } from "../ports/log.ts";
import type { MetadataAttachment, MetadataManager } from "../ports/metadata-manager.ts";
import type { TaskEnvironment, TaskResourceAdapter } from "../ports/task-resource.ts";
import type { ContainerCalls } from "./container-calls.ts";
import { toFailure, toNamedError } from "./failure.ts";
import type { HostPortAllocator } from "./host-port-allocator.ts";
import { toObservation } from "./observe.ts";
import type { StartGate } from "./start-gate.ts";

export type EffectRunnerPorts = {
  readonly client: DockerClient;
  readonly calls: ContainerCalls;
  readonly images: ImageService;
  readonly resources: ReadonlyMap<string, TaskResourceAdapter>;
  readonly environment: TaskEnvironment;
  readonly metadata: MetadataManager;
  readonly factory: ContainerFactory;
  readonly startGate: StartGate;
  readonly hostPorts: HostPortAllocator;
  readonly pullBehaviour: PullBehaviour;
  readonly clock: Clock;
  readonly log: Log;
  readonly signal: AbortSignal;
  /** The newest state of a task, for what is read just before a call. */
  readonly taskOf: (taskArn: string) => Task | undefined;
  readonly send: (taskArn: string, input: Input) => void;
  readonly onPullProgress: (taskArn: Task["arn"], containerName: string, progress: LayerProgress) => void;
};

type ContainerEffect = Extract<Effect, { readonly containerName: string; readonly actionId: number }>;

const ERROR_NAME: Readonly<Record<ContainerEffect["type"], EngineErrorName>> = {
  resolveManifest: "CannotPullImageManifestError",
  pull: "CannotPullContainerError",
  create: "CannotCreateContainerError",
  start: "CannotStartContainerError",
  restart: "CannotStartContainerError",
  provision: "ContainerNetworkingError",
  stop: "CannotStopContainerError",
  kill: "CannotStopContainerError",
  remove: "CannotRemoveContainerError",
};

export class EffectRunner {
  readonly #ports: EffectRunnerPorts;
  readonly #pulls = new Map<string, AbortController>();
  readonly #pullsUnderWay = new Set<AbortController>();

  constructor(ports: EffectRunnerPorts) {
    this.#ports = ports;
    // One listener for all pulls: a signal combined for each of them costs more than all else that a cached image needs.
    ports.signal.addEventListener("abort", () => this.#abandonPulls(), { once: true });
  }

  /** Lets adapters look at the host before they are used. @throws {EngineError} when one refuses to begin */
  async openResources(): Promise<void> {
    for (const adapter of this.#ports.resources.values()) await adapter.open?.();
  }

  /** With what this host's settings add to what the definition asks for; part of the task's row from the beginning. */
  withHostResources(task: Task): Task {
    const known = new Set(task.resources.map(({ id }) => id));
    const adapters = [...this.#ports.resources.values()];
    const added = adapters.flatMap((adapter) => adapter.plan?.(task) ?? []).filter(({ id }) => !known.has(id));
    return added.length === 0 ? task : { ...task, resources: [...task.resources, ...added] };
  }

  /** Begins an effect. Never rejects: a failure is an answer too. */
  async perform(
    effect: Exclude<Effect, { readonly type: "requestHostResources" | "releaseHostResources" | "forgetTask" }>,
    task: Task,
  ): Promise<void> {
    switch (effect.type) {
      case "observe":
        return await this.observe(task.arn, effect.containerName);
      case "abandonPull":
        this.#pulls.get(pullKey(task, effect.containerName))?.abort(new Error("pull is not needed any more"));
        return;
      case "createResource":
      case "removeResource":
        return await this.#resource(effect, task);
      default:
        return await this.#container(effect, task);
    }
  }

  /** Looks at a container and reports what is seen. A failure to look is no verdict: the next look will tell. */
  async observe(taskArn: Task["arn"], containerName: string, lastExitCode?: number): Promise<void> {
    const before = this.#find(taskArn, containerName);
    if (before === undefined) return;
    try {
      const seen = await this.#ports.calls.inspect(before.container.dockerId ?? before.container.dockerName);
      const now = this.#find(taskArn, containerName) ?? before;
      const observation: Observation =
        seen === undefined ? { kind: "absent", exitCode: lastExitCode } : toObservation(now.task, now.container, seen);
      this.#ports.send(taskArn, { type: "containerObserved", containerName, observation });
    } catch (error) {
      if (this.#ports.signal.aborted) return;
      this.#ports.log.warn("Cannot look at container", {
        taskArn,
        containerName,
        error: toNamedError(error, "CannotInspectContainerError"),
      });
    }
  }

  async #container(effect: ContainerEffect, task: Task): Promise<void> {
    const { containerName, actionId } = effect;
    const container = findContainer(task, containerName);
    if (container === undefined) return;
    let result: ActionResult;
    try {
      result = await this.#act(effect, task, container);
    } catch (error) {
      if (this.#ports.signal.aborted) return;
      result = { ok: false, failure: await this.#explain(effect, error) };
    }
    if (this.#ports.signal.aborted) return;
    this.#ports.send(task.arn, { type: "actionFinished", containerName, actionId, result });
  }

  /** A start that failed has left an exit code behind. Source: W-29. */
  async #explain(effect: ContainerEffect, error: unknown) {
    const failure = toFailure(error, ERROR_NAME[effect.type]);
    if (effect.type !== "start" || failure.indeterminate) return failure;
    const seen = await this.#ports.calls.inspect(effect.dockerId).catch(() => undefined);
    return seen?.exitCode === undefined || seen.exitCode === 0 ? failure : { ...failure, exitCode: seen.exitCode };
  }

  async #act(effect: ContainerEffect, task: Task, container: Container): Promise<ActionResult> {
    const { calls, startGate } = this.#ports;
    switch (effect.type) {
      case "resolveManifest":
        return await this.#resolveManifest(task, container);
      case "pull":
        return await this.#pull(task, container);
      case "create":
        return await this.#create(task, container);
      case "start":
        return await this.#andUpdateMetadata(
          task,
          container,
          startGate.run(
            async () =>
              (await this.#ranAlready(task, container, effect.dockerId)) ??
              (await this.#start(task, container, effect.dockerId)),
          ),
        );
      case "restart":
        await startGate.run(() => calls.start(effect.dockerId));
        return { ok: true };
      case "provision":
        return { ok: true, observation: seenAs(task, container, await calls.inspect(effect.dockerId)) };
      case "stop":
        return {
          ok: true,
          observation: seenAs(task, container, await calls.stop(effect.dockerId, effect.stopTimeoutMs)),
        };
      case "kill":
        return { ok: true, observation: seenAs(task, container, await calls.kill(effect.dockerId)) };
      case "remove":
        return await this.#remove(task, container, effect.target);
      default:
        return unreachable(effect);
    }
  }

  /** Images of internal containers are made, not pulled. Source: engine-modern 12.3 (1). */
  async #resolveManifest(task: Task, container: Container): Promise<ActionResult> {
    if (isInternal(container)) return { ok: true };
    const { digest, source, warning } = await this.#whilePulling(task, container, (request) =>
      this.#ports.images.prepareManifest(request),
    );
    return { ok: true, imageDigest: digest, digestFromRegistry: source === "registry", warning };
  }

  async #pull(task: Task, container: Container): Promise<ActionResult> {
    if (isInternal(container)) return { ok: true };
    const { images, onPullProgress } = this.#ports;
    const digest = container.imageDigest;
    const result = await this.#whilePulling(task, container, (request) =>
      images.pull({
        ...request,
        ...(digest === undefined ? {} : { digest }),
        onProgress: (progress) => onPullProgress(task.arn, container.name, progress),
      }),
    );
    return { ok: true, ...result };
  }

  async #whilePulling<T>(task: Task, container: Container, pull: (request: ImageRequest) => Promise<T>): Promise<T> {
    const key = pullKey(task, container.name);
    const abandon = new AbortController();
    this.#pulls.set(key, abandon);
    this.#pullsUnderWay.add(abandon);
    if (this.#ports.signal.aborted) this.#abandonPulls();
    try {
      return await pull(this.#imageRequest(task, container, abandon.signal));
    } finally {
      this.#pullsUnderWay.delete(abandon);
      if (this.#pulls.get(key) === abandon) this.#pulls.delete(key);
    }
  }

  #abandonPulls(): void {
    for (const pull of this.#pullsUnderWay) pull.abort(this.#ports.signal.reason);
  }

  #imageRequest(task: Task, container: Container, signal: AbortSignal): ImageRequest {
    return {
      taskArn: task.arn,
      containerName: container.name,
      image: container.image,
      behaviour: this.#ports.pullBehaviour,
      signal,
    };
  }

  async #create(task: Task, container: Container, ports?: readonly PortRequest[]): Promise<ActionResult> {
    const { calls, factory, hostPorts } = this.#ports;
    const facts = await this.#facts(task, container);
    // Other containers may have got their ids since the effect was handed out.
    const current = this.#ports.taskOf(task.arn) ?? task;
    const owner = portOwner(task.arn, container.name);
    const leases = await hostPorts.lease(owner, ports ?? requestedHostPorts(current, container));
    try {
      const ready = { ...container, hostPorts: leases };
      const body = withMetadata(factory(current, ready, facts), await this.#metadataFor(current, ready));
      return { ok: true, dockerId: await calls.create(container.dockerName, body), hostPorts: leases };
    } catch (error) {
      hostPorts.release(owner);
      throw error;
    }
  }

  /** A try before was never answered, and nobody has looked since: what has run must not run again for it. */
  async #ranAlready(task: Task, container: Container, dockerId: DockerId): Promise<ActionResult | undefined> {
    if (container.inFlight?.again !== true) return undefined;
    const seen = await this.#ports.calls.inspect(dockerId);
    if (seen?.startedAt === undefined) return undefined;
    return { ok: true, observation: toObservation(task, container, seen) };
  }

  /**
   * Between the choice of a host port and Docker's bind somebody else may have taken it. A port that was the engine's
   * choice is chosen again, and the container, which never ran, made anew. Source: engine-modern 17.2. So is one that a
   * daemon has half started before it crashed: containerd keeps that half, and no other try will ever get past it.
   */
  async #start(task: Task, container: Container, dockerId: DockerId): Promise<ActionResult> {
    try {
      await this.#ports.calls.start(dockerId);
      const observation = isLogRouter(task, container) ? await this.#addressOf(task, container, dockerId) : undefined;
      return { ok: true, networkBindings: bindingsOf(task, container), observation };
    } catch (error) {
      const requests = requestedHostPorts(task, container);
      if (isHalfStarted(error)) {
        const fields = { taskArn: task.arn, containerName: container.name, dockerId, error: error.message };
        this.#ports.log.warn("Making a container anew: the daemon crashed while it was started", fields);
        return await this.#startAnew(task, container, requests);
      }
      if (!isPortConflict(error) || !requests.some(isMovable)) throw error;
      return await this.#startAnew(task, container, requests.map(anyPort));
    }
  }

  /** Those who log through a router are told its address when they are created, which is soon. Source: engine-modern 21.2. */
  async #addressOf(task: Task, container: Container, dockerId: DockerId): Promise<Observation | undefined> {
    const seen = await this.#ports.calls.inspect(dockerId).catch(() => undefined);
    return seen === undefined ? undefined : toObservation(task, container, seen);
  }

  async #startAnew(task: Task, container: Container, requests: readonly PortRequest[]): Promise<ActionResult> {
    const { client, signal, hostPorts, calls } = this.#ports;
    hostPorts.release(portOwner(task.arn, container.name));
    await client.removeContainer(container.dockerName, { force: true, removeVolumes: true }, { signal });
    const made = await this.#create(task, container, requests);
    if (!made.ok || made.dockerId === undefined) return made;
    const { dockerId, hostPorts: leases = [] } = made;
    try {
      await calls.start(dockerId);
    } catch (error) {
      signal.throwIfAborted();
      return { ok: false, failure: { ...toFailure(error, "CannotStartContainerError"), dockerId, hostPorts: leases } };
    }
    return { ...made, networkBindings: bindingsOf(task, { ...container, hostPorts: leases }) };
  }

  async #metadataFor(task: Task, container: Container): Promise<MetadataAttachment | undefined> {
    if (isInternal(container)) return undefined;
    return await this.#ports.metadata.create(task, container).catch((error: unknown) => {
      this.#ports.log.warn("Cannot make container metadata", { containerName: container.name, error });
      return undefined;
    });
  }

  async #andUpdateMetadata(task: Task, container: Container, start: Promise<ActionResult>): Promise<ActionResult> {
    const result = await start;
    if (result.ok) void this.updateMetadata(task.arn, container.name);
    return result;
  }

  /** In the background of a container that runs. Never rejects. Source: EN-12, EN-84. */
  async updateMetadata(taskArn: Task["arn"], containerName: string): Promise<void> {
    const found = this.#find(taskArn, containerName);
    if (found === undefined || isInternal(found.container)) return;
    await this.#ports.metadata.update(found.task, found.container).catch((error: unknown) => {
      this.#ports.log.warn("Cannot update container metadata", { containerName, error });
    });
  }

  async #facts(task: Task, container: Container) {
    const { calls, images } = this.#ports;
    const imageEnv = isInternal(container) ? [] : await calls.retried(() => images.environmentOf(container.image));
    const { secrets, files, logOptions } = this.#ports.environment.environmentOf(task.arn, container.name);
    return { imageEnv, secrets, environmentFiles: files, logOptions };
  }

  async #remove(
    task: Task,
    container: Container,
    target: Extract<ContainerEffect, { type: "remove" }>["target"],
  ): Promise<ActionResult> {
    const { client, calls, images, signal } = this.#ports;
    // Under our name may be somebody else's container (its create was refused for it), and ours may have another name by
    // now, or have been made anew since its id was saved.
    const seen = await calls.inspect(target);
    const named = seen?.labels[TASK_ARN_LABEL] === task.arn ? seen.dockerId : undefined;
    for (const dockerId of new Set([container.dockerId, named])) {
      if (dockerId === undefined) continue;
      await client.removeContainer(dockerId, { force: true, removeVolumes: true }, { signal });
    }
    if (!isInternal(container)) await images.release(task, container);
    return { ok: true };
  }

  async #resource(effect: Extract<Effect, { readonly resourceId: string }>, task: Task): Promise<void> {
    const resource = task.resources.find((each) => each.id === effect.resourceId);
    const adapter = resource === undefined ? undefined : this.#ports.resources.get(resource.type);
    const { resourceId, actionId } = effect;
    const answer = (error?: ReturnType<typeof toNamedError>) =>
      this.#ports.send(task.arn, { type: "resourceFinished", resourceId, actionId, error });
    if (resource === undefined || adapter === undefined) {
      return answer({ name: "ResourceInitializationError", message: `no adapter for task resource ${resourceId}` });
    }
    try {
      if (effect.type === "createResource") {
        await this.#ports.calls.retried(() => adapter.create(task, resource, this.#ports.signal));
      }
      if (effect.type === "removeResource") await adapter.remove(task, resource, this.#ports.signal);
      answer();
    } catch (error) {
      if (!this.#ports.signal.aborted) answer(toNamedError(error, "ResourceInitializationError"));
    }
  }

  #find(taskArn: string, containerName: string): { readonly task: Task; readonly container: Container } | undefined {
    const task = this.#ports.taskOf(taskArn);
    const container = task === undefined ? undefined : findContainer(task, containerName);
    return task === undefined || container === undefined ? undefined : { task, container };
  }
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

/** Docker has no status of its own for it. */
function isPortConflict(error: unknown): boolean {
  return error instanceof EngineError && /port is already allocated|address already in use/.test(error.message);
}

/** As containerd says it by way of Docker: it has a task of that id, or a container, of which Docker knows nothing. */
function isHalfStarted(error: unknown): error is EngineError {
  return error instanceof EngineError && /\btask [0-9a-f]{64}: already exists|\bid already in use/.test(error.message);
}

function isMovable(request: PortRequest): boolean {
  return request.choice !== "fixed";
}

/** The preferred port has just been refused. */
function anyPort(request: PortRequest): PortRequest {
  return isMovable(request) ? { ...request, choice: "dynamic" } : request;
}

/** Who holds a container's host ports. */
export function portOwner(taskArn: string, containerName: string): string {
  return `${taskArn} ${containerName}`;
}

function seenAs(task: Task, container: Container, seen: ContainerInspection | undefined): Observation {
  return seen === undefined ? { kind: "absent" } : toObservation(task, container, seen);
}

function pullKey(task: Task, containerName: string): string {
  return `${task.arn} ${containerName}`;
}
