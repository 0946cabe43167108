/** The port's client over a simulated daemon. */
import type { DockerId, DockerName } from "../../core/brand.ts";
import type * as port from "../../ports/docker-client.ts";
import { ClientClosed, ConnectionLost } from "./call-failure.ts";
import type { Connection, Effect } from "./connection.ts";
import type { SimulatedContainer } from "./container.ts";
import { createContainer } from "./container-create.ts";
import { inspectContainer, listContainers, summariseContainer } from "./container-inspect.ts";
import { startContainer } from "./container-start.ts";
import { killContainer, removeContainer, stopContainer } from "./container-stop.ts";
import type { DaemonState } from "./daemon-state.ts";
import { toSimulatedEngineError } from "./engine-error.ts";
import { openFeed } from "./event-feed.ts";
import type { CallFault } from "./faults.ts";
import { importImage } from "./image-import.ts";
import { inspectLocalImage } from "./image-store.ts";
import { summariseNetwork } from "./network-store.ts";
import { type DockerOperation, OPERATIONS } from "./operations.ts";
import { pullThrough } from "./pull.ts";
import { DockerRefusal } from "./refusal.ts";
import { type LogRequest, openLogs, openStats } from "./streams.ts";
import { inspectVolume } from "./volume-store.ts";

/** The client's own limit of a stop: the grace and this. Source: engine-modern 6.1. */
const STOP_ALLOWANCE_MS = 120_000;

export class SimulatedDockerClient implements port.DockerClient {
  readonly endpoint: string;
  readonly #connection: Connection;
  readonly #closed = new AbortController();

  constructor(connection: Connection) {
    this.#connection = connection;
    this.endpoint = connection.endpoint;
  }

  /** Breaks this client's connection, and only this one's, until {@link repair}. */
  cut(): void {
    this.#connection.cut();
  }

  repair(): void {
    this.#connection.repair();
  }

  ping(options?: port.CallOptions): Promise<void> {
    return this.#call("ping", "", options, () => undefined);
  }

  version(options?: port.CallOptions): Promise<port.DaemonVersion> {
    return this.#call("version", "", options, () => this.#state.version);
  }

  info(options?: port.CallOptions): Promise<port.DaemonInfo> {
    return this.#call("info", "", options, () => ({ ...this.#state.info, liveRestore: this.#state.liveRestore }));
  }

  createContainer(
    request: { readonly name: DockerName; readonly body: port.CreateBody; readonly platform?: string },
    options?: port.CallOptions,
  ): Promise<{ readonly dockerId: DockerId; readonly warnings: readonly string[] }> {
    return this.#call("createContainer", request.name, options, () => {
      const { dockerId } = createContainer(this.#state, request);
      return { dockerId, warnings: [] };
    });
  }

  startContainer(dockerId: DockerId, options?: port.CallOptions): Promise<void> {
    return this.#call("startContainer", dockerId, options, () => {
      allow([304], () => startContainer(this.#state, this.#state.getContainer(dockerId)));
    });
  }

  stopContainer(
    dockerId: DockerId,
    { stopTimeoutMs }: { readonly stopTimeoutMs: number },
    options?: port.CallOptions,
  ): Promise<void> {
    const limits = { timeoutMs: stopTimeoutMs + STOP_ALLOWANCE_MS, ...options };
    return this.#call("stopContainer", dockerId, limits, () =>
      allow([304], () => stopContainer(this.#state, this.#state.getContainer(dockerId), wholeSeconds(stopTimeoutMs))),
    );
  }

  killContainer(dockerId: DockerId, signal: string, options?: port.CallOptions): Promise<void> {
    return this.#call("killContainer", dockerId, options, () => {
      allow([409], () => killContainer(this.#state, this.#state.getContainer(dockerId), signal));
    });
  }

  removeContainer(
    idOrName: DockerId | DockerName,
    request: { readonly force: boolean; readonly removeVolumes: boolean },
    options?: port.CallOptions,
  ): Promise<void> {
    return this.#call("removeContainer", idOrName, options, () => {
      allow([404], () => removeContainer(this.#state, this.#state.getContainer(idOrName), request));
    });
  }

  inspectContainer(
    idOrName: DockerId | DockerName,
    options?: port.CallOptions,
  ): Promise<port.ContainerInspection | undefined> {
    return this.#call("inspectContainer", idOrName, options, () => {
      const container = this.#state.findContainer(idOrName);
      return container === undefined ? undefined : inspectContainer(container);
    });
  }

  listContainers(
    request: { readonly all: boolean; readonly labels: Readonly<Record<string, string | true>> },
    options?: port.CallOptions,
  ): Promise<readonly port.ContainerSummary[]> {
    return this.#call("listContainers", "", options, () =>
      listContainers(this.#state, request).map(summariseContainer),
    );
  }

  async *events(request: {
    readonly labels: Readonly<Record<string, string | true>>;
    readonly signal: AbortSignal;
  }): AsyncIterable<port.FeedItem> {
    const signal = AbortSignal.any([request.signal, this.#closed.signal]);
    yield* openFeed(this.#connection, { labels: request.labels, signal });
    if (!request.signal.aborted) throw this.#errorFor("events", this.#closed.signal.reason);
  }

  async *logs(dockerId: DockerId, request: LogRequest): AsyncIterable<readonly port.LogLine[]> {
    const open = (container: SimulatedContainer, fault?: CallFault) =>
      openLogs(this.#connection, container, request, fault);
    for await (const line of this.#stream("logs", dockerId, open)) yield [line];
  }

  stats(dockerId: DockerId, request: { readonly signal: AbortSignal }): AsyncIterable<port.ContainerStats> {
    return this.#stream("stats", dockerId, (container, fault) =>
      openStats(this.#connection, container, request, fault),
    );
  }

  async pullImage(reference: string, options: port.PullOptions = {}): Promise<void> {
    options.signal?.throwIfAborted();
    try {
      await pullThrough(this.#connection, reference, options);
    } catch (failure) {
      throw this.#errorFor("pullImage", failure);
    }
  }

  inspectImage(reference: string, options?: port.CallOptions): Promise<port.ImageInspection | undefined> {
    return this.#call("inspectImage", reference, options, () => {
      const image = this.#state.images.find(reference);
      return image === undefined ? undefined : inspectLocalImage(image);
    });
  }

  listImages(options?: port.CallOptions): Promise<readonly port.ImageSummary[]> {
    return this.#call("listImages", "", options, () =>
      this.#state.images.list().map(({ imageId, tags, repoDigests, sizeBytes, createdAt }) => ({
        imageId,
        tags: [...tags],
        repoDigests: [...repoDigests],
        sizeBytes,
        createdAt,
      })),
    );
  }

  tagImage(
    source: string,
    target: { readonly repository: string; readonly tag: string },
    options?: port.CallOptions,
  ): Promise<void> {
    return this.#call("tagImage", source, options, () => this.#state.images.tag(source, target));
  }

  removeImage(reference: string, options?: port.CallOptions): Promise<void> {
    return this.#call("removeImage", reference, options, () => {
      allow([404], () =>
        this.#state.images.remove(reference, (id) => this.#state.findContainer(id)?.isRunning ?? false),
      );
    });
  }

  importImage(
    tar: Uint8Array,
    target: { readonly repository: string; readonly tag: string; readonly changes?: readonly string[] },
    options?: port.CallOptions,
  ): Promise<void> {
    return this.#call("importImage", `${target.repository}:${target.tag}`, options, () => {
      importImage(this.#state, tar, target);
    });
  }

  inspectDistribution(
    reference: string,
    options: port.CallOptions & { readonly auth?: port.RegistryAuth } = {},
  ): Promise<{ readonly digest: string; readonly mediaType: string }> {
    return this.#call("inspectDistribution", reference, options, () => {
      const { digest } = this.#state.registry.find(reference, options.auth);
      return { digest, mediaType: "application/vnd.docker.distribution.manifest.v2+json" };
    });
  }

  createVolume(
    request: {
      readonly name: string;
      readonly driver: string;
      readonly driverOpts?: Readonly<Record<string, string>>;
      readonly labels?: Readonly<Record<string, string>>;
    },
    options?: port.CallOptions,
  ): Promise<port.VolumeInspection> {
    const { name, driver, driverOpts = {}, labels = {} } = request;
    return this.#call("createVolume", name, options, () =>
      inspectVolume(this.#state.volumes.create({ name, driver, options: driverOpts, labels }, this.#state.clock.now())),
    );
  }

  inspectVolume(name: string, options?: port.CallOptions): Promise<port.VolumeInspection | undefined> {
    return this.#call("inspectVolume", name, options, () => {
      const volume = this.#state.volumes.find(name);
      return volume === undefined ? undefined : inspectVolume(volume);
    });
  }

  removeVolume(name: string, options?: port.CallOptions): Promise<void> {
    return this.#call("removeVolume", name, options, () => {
      allow([404], () => this.#state.volumes.remove(name));
    });
  }

  listVolumes(
    { labels }: { readonly labels: Readonly<Record<string, string | true>> },
    options?: port.CallOptions,
  ): Promise<readonly port.VolumeInspection[]> {
    return this.#call("listVolumes", "", options, () => this.#state.volumes.list(labels).map(inspectVolume));
  }

  createNetwork(
    request: { readonly name: string; readonly driver: string; readonly labels?: Readonly<Record<string, string>> },
    options?: port.CallOptions,
  ): Promise<{ readonly id: string }> {
    return this.#call("createNetwork", request.name, options, () => ({ id: this.#state.networks.create(request).id }));
  }

  removeNetwork(idOrName: string, options?: port.CallOptions): Promise<void> {
    return this.#call("removeNetwork", idOrName, options, () => {
      allow([404], () => this.#state.networks.remove(idOrName));
    });
  }

  listNetworks(
    { labels }: { readonly labels: Readonly<Record<string, string | true>> },
    options?: port.CallOptions,
  ): Promise<readonly port.NetworkSummary[]> {
    return this.#call("listNetworks", "", options, () => this.#state.networks.list(labels).map(summariseNetwork));
  }

  close(): void {
    this.#closed.abort(new ClientClosed());
    this.#connection.cut();
  }

  /** After a close every failure is its doing. */
  #errorFor(operation: DockerOperation, failure: unknown): unknown {
    const { aborted, reason } = this.#closed.signal;
    return toSimulatedEngineError(
      operation,
      this.endpoint,
      aborted && failure instanceof ConnectionLost ? reason : failure,
    );
  }

  get #state(): DaemonState {
    return this.#connection.exchange.state;
  }

  async #call<T>(
    operation: DockerOperation,
    subject: string,
    options: port.CallOptions | undefined,
    effect: Effect<T>,
  ): Promise<T> {
    const timeoutMs = options?.timeoutMs ?? OPERATIONS[operation].timeoutMs;
    try {
      return await this.#connection.perform({ operation, subject, timeoutMs, signal: options?.signal }, effect);
    } catch (failure) {
      throw this.#errorFor(operation, failure);
    }
  }

  async *#stream<T>(
    operation: "logs" | "stats",
    dockerId: DockerId,
    open: (container: SimulatedContainer, fault: CallFault | undefined) => AsyncIterable<T>,
  ): AsyncIterable<T> {
    const { container, fault } = await this.#call(operation, dockerId, undefined, (context) => ({
      container: this.#state.getContainer(dockerId),
      fault: context.fault,
    }));
    try {
      yield* open(container, fault);
    } catch (failure) {
      throw this.#errorFor(operation, failure);
    }
  }
}

/** Answers that mean "it is so already". */
function allow<T>(statuses: readonly number[], action: () => T): T | undefined {
  try {
    return action();
  } catch (failure) {
    if (failure instanceof DockerRefusal && statuses.includes(failure.status)) return undefined;
    throw failure;
  }
}

/** The API takes seconds; a part of one counts as one. */
function wholeSeconds(ms: number): number {
  return Math.ceil(ms / 1_000) * 1_000;
}
