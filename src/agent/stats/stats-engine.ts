/**
 * Statistics of all containers that run: CPU, memory, network, block I/O. Listens to the engine to know who runs, and
 * asks the daemon for one stream each, or for a sample at an interval. Source: engine-modern 24.
 */
import type { EpochMs, TaskArn } from "../../core/brand.ts";
import { networkModeOf } from "../../core/host-ports.ts";
import type { Container, Task } from "../../core/task.ts";
import { systemClock } from "../../docker/system-clock.ts";
import type { EngineEvent, TaskEngine } from "../../engine/task-engine.ts";
import { silentLog } from "../../ports/log.ts";
import { systemRandom } from "../system-random.ts";
import { ContainerStream, type StreamPorts, type StreamSettings } from "./container-stream.ts";
import { summarise, type UsageSummary } from "./summary.ts";
import type { ContainerUsage, Traffic } from "./usage.ts";

/** At a sample a second, two minutes. */
const DEFAULT_HISTORY = 120;

/** `engine` says who runs, `client` is asked for the samples; clock, chance and log have defaults. */
const POLL_INTERVAL = { leastMs: 5_000, usualMs: 10_000, mostMs: 20_000 };

export type StatsEngineOptions = Partial<StreamPorts> & {
  readonly engine: Pick<TaskEngine, "subscribe" | "listTasks">;
  readonly client: StreamPorts["client"];
  /** Samples kept of each container; 120 unless set. */
  readonly historyLimit?: number;
  /**
   * Asks for one sample of each container in such an interval, instead of a stream each: cheaper for the daemon, and rates
   * are coarser. 5 000 to 20 000 ms; what lies outside is 10 000. Source: ECS_POLL_METRICS, ECS_POLLING_METRICS_WAIT_DURATION.
   */
  readonly pollIntervalMs?: number;
};

/** Totals and rates of one network. */
export type NetworkUsage = { readonly received: Traffic; readonly sent: Traffic };

/** What is known of one container's use of its host. */
export type ContainerStatistics = {
  readonly name: string;
  /** The newest sample; absent until there is one. */
  readonly latest?: ContainerUsage;
  /** Oldest first, the newest included. */
  readonly history: readonly ContainerUsage[];
  /** Absent when the container has no network of its own (host, none, or the task's). */
  readonly network?: NetworkUsage;
};

/** What is known of a task's containers. */
export type TaskStatistics = {
  readonly taskArn: TaskArn;
  /** Those that ran at some time; one without samples does not keep the others from being shown. */
  readonly containers: readonly ContainerStatistics[];
  /** Of a task with a network of its own (awsvpc). */
  readonly network?: NetworkUsage;
};

/** A new sample of a container. */
export type UsageEvent = { readonly taskArn: TaskArn; readonly containerName: string; readonly usage: ContainerUsage };

type Followed = { readonly container: Pick<Container, "name" | "type">; readonly stream: ContainerStream };
type FollowedTask = { task: Task; readonly containers: Map<string, Followed> };

/**
 * INVARIANTS
 * - A stream is open for a container exactly while the engine knows it to run, and none where containers are polled.
 * - Nothing is kept of a task that the engine has forgotten.
 */
export class StatsEngine {
  readonly #engine: StatsEngineOptions["engine"];
  readonly #ports: StreamPorts;
  readonly #settings: StreamSettings;
  readonly #tasks = new Map<TaskArn, FollowedTask>();
  readonly #listeners = new Set<(event: UsageEvent) => void>();
  #unsubscribe: (() => void) | undefined;

  constructor(options: StatsEngineOptions) {
    const { engine, client, clock = systemClock, random = systemRandom, log = silentLog } = options;
    this.#engine = engine;
    this.#ports = { client, clock, random, log };
    this.#settings = {
      historyLimit: options.historyLimit ?? DEFAULT_HISTORY,
      pollIntervalMs: options.pollIntervalMs === undefined ? undefined : boundedInterval(options.pollIntervalMs),
    };
  }

  /** Follows what runs and what will run; the engine must be initialised. @throws {EngineError} EngineNotInitializedError */
  start(): void {
    this.#unsubscribe ??= this.#engine.subscribe((event) => this.#hear(event));
    for (const task of this.#engine.listTasks()) this.#look(task);
  }

  /** Closes all streams. What was seen stays readable until the next `start`. */
  stop(): void {
    this.#unsubscribe?.();
    this.#unsubscribe = undefined;
    for (const { containers } of this.#tasks.values()) for (const { stream } of containers.values()) stream.end();
  }

  /** Streams that are open now. */
  get openStreams(): number {
    const streams = [...this.#tasks.values()].flatMap(({ containers }) => [...containers.values()]);
    return streams.filter(({ stream }) => stream.isOpen).length;
  }

  /** `undefined` for a task of which no container has run, or which is gone. */
  statsOf(taskArn: TaskArn): TaskStatistics | undefined {
    const followed = this.#tasks.get(taskArn);
    if (followed === undefined) return undefined;
    const { task, containers } = followed;
    const pause = [...containers.values()].find(({ container }) => container.type === "CNI_PAUSE");
    const network = networkOf(pause?.stream.history.at(-1));
    return {
      taskArn,
      containers: [...containers.values()]
        .filter(({ container }) => container.type === "NORMAL")
        .map(({ container, stream }) => statisticsOf(container.name, stream, task)),
      ...(network === undefined ? {} : { network }),
    };
  }

  /** Minimum, maximum, sum and count over the samples of each container that are newer than an instant. */
  summaryOf(taskArn: TaskArn, since: EpochMs): ReadonlyMap<string, UsageSummary> {
    const containers = this.statsOf(taskArn)?.containers ?? [];
    return new Map(containers.map(({ name, history }) => [name, summarise(history.filter(({ at }) => at > since))]));
  }

  /** Hears of each sample. @returns a function that ends the subscription */
  subscribe(listener: (event: UsageEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #hear(event: EngineEvent): void {
    if (event.type === "task") this.#look(event.task);
    if (event.type === "removed") this.#forget(event.taskArn);
  }

  #look(task: Task): void {
    const followed = this.#tasks.get(task.arn);
    if (followed !== undefined) followed.task = task;
    for (const container of task.containers) {
      if (container.type === "NAMESPACE_PAUSE") continue;
      if (container.dockerId === undefined || !isRunning(container)) {
        followed?.containers.get(container.name)?.stream.end();
        continue;
      }
      this.#streamOf(task, container).follow({ dockerId: container.dockerId, restarts: container.restart.count });
    }
  }

  #streamOf(task: Task, { name, type }: Container): ContainerStream {
    const followed = this.#tasks.get(task.arn) ?? { task, containers: new Map<string, Followed>() };
    this.#tasks.set(task.arn, followed);
    const known = followed.containers.get(name);
    if (known !== undefined) return known.stream;
    const stream = new ContainerStream(this.#ports, this.#settings, (usage) => {
      for (const listener of [...this.#listeners]) listener({ taskArn: task.arn, containerName: name, usage });
    });
    followed.containers.set(name, { container: { name, type }, stream });
    return stream;
  }

  #forget(taskArn: TaskArn): void {
    for (const { stream } of this.#tasks.get(taskArn)?.containers.values() ?? []) stream.end();
    this.#tasks.delete(taskArn);
  }
}

/** As the agent does with a setting out of its bounds. */
function boundedInterval(intervalMs: number): number {
  return intervalMs >= POLL_INTERVAL.leastMs && intervalMs <= POLL_INTERVAL.mostMs ? intervalMs : POLL_INTERVAL.usualMs;
}

function isRunning({ knownStatus, restart }: Container): boolean {
  return (knownStatus === "RUNNING" || knownStatus === "RESOURCES_PROVISIONED") && !restart.pending;
}

function statisticsOf(name: string, { history }: ContainerStream, { definition }: Task): ContainerStatistics {
  const latest = history.at(-1);
  const network = networkModeOf(definition) === "bridge" ? networkOf(latest) : undefined;
  return {
    name,
    history: [...history],
    ...(latest === undefined ? {} : { latest }),
    ...(network === undefined ? {} : { network }),
  };
}

function networkOf(usage: ContainerUsage | undefined): NetworkUsage | undefined {
  return usage === undefined ? undefined : { received: usage.networkReceived, sent: usage.networkSent };
}
