/**
 * The engine: owns the actors, the feed and the outbox, and lends them the ports. All decisions are in `core/machine`,
 * all Docker calls in the effect runner. Source: engine-behaviour 2, engine-modern 4, 8.
 */
import { setMaxListeners } from "node:events";
import type { Blocker } from "../core/blocker.ts";
import type { TaskArn } from "../core/brand.ts";
import { describeGraphProblem, findGraphProblem } from "../core/dependencies.ts";
import { EngineError } from "../core/errors.ts";
import { ENGINE_ID_LABEL } from "../core/labels.ts";
import { whyBlocked } from "../core/machine/advance.ts";
import { DEFAULT_MACHINE_CONFIG, type MachineConfig } from "../core/machine/config.ts";
import type { Effect } from "../core/machine/effect.ts";
import type { Input } from "../core/machine/input.ts";
import type { StateChange } from "../core/state-change.ts";
import { compareContainerStatus, isRunningStatus } from "../core/status.ts";
import { type Container, isInternal, type Task } from "../core/task.ts";
import type { Clock } from "../ports/clock.ts";
import type { ContainerFactory } from "../ports/container-factory.ts";
import type { DaemonInfo, DockerClient } from "../ports/docker-client.ts";
import type { ImageService } from "../ports/image-service.ts";
import type { Log } from "../ports/log.ts";
import type { MetadataManager } from "../ports/metadata-manager.ts";
import type { Random } from "../ports/random.ts";
import type { StateStore, StoredState } from "../ports/state-store.ts";
import type { TaskEnvironment, TaskResourceAdapter } from "../ports/task-resource.ts";
import { type CallLimits, ContainerCalls, DEFAULT_CALL_LIMITS } from "./container-calls.ts";
import type { ContainerChangeEventStream } from "./container-change-event-stream.ts";
import { ContainerWatch } from "./container-watch.ts";
import type { TaskCredentials } from "./credentials-manager.ts";
import { EffectRunner, portOwner } from "./effect-runner.ts";
import { EnginePhase } from "./engine-phase.ts";
import type { HostPortAllocator } from "./host-port-allocator.ts";
import type { HostResourceManager } from "./host-resource-manager.ts";
import { MustInitBackoff } from "./must-init-backoff.ts";
import { Outbox } from "./outbox.ts";
import { PersistentStore } from "./persistent-store.ts";
import { type Observations, observeSaved, removeStrays, restoredTasks } from "./restore.ts";
import { adaptiveLimits, fixedLimits, StartGate, type StartGateLimits } from "./start-gate.ts";
import { type ActorPorts, TaskActor } from "./task-actor.ts";
import type { EngineEvent, StateChangeDelivery, StopRequest, TaskEngine } from "./task-engine.ts";
import type { TaskEngineState } from "./task-engine-state.ts";

export type EngineConfig = {
  readonly machine: MachineConfig;
  readonly limits: CallLimits;
  /** Starts in flight at a time. Without it the engine begins with twice the daemon's CPUs, and goes by what it measures. */
  readonly startConcurrency: number | undefined;
  /** How often all containers of ours are listed as a backstop to events. */
  readonly relistIntervalMs: number;
};

export const DEFAULT_ENGINE_CONFIG: EngineConfig = {
  machine: DEFAULT_MACHINE_CONFIG,
  limits: DEFAULT_CALL_LIMITS,
  startConcurrency: undefined,
  relistIntervalMs: 15_000,
};

export type EngineOptions = {
  readonly client: DockerClient;
  readonly config: EngineConfig;
  /** As in `EngineFacts`; drawn once and kept in the store when absent. */
  readonly engineId?: string;
  readonly images: ImageService;
  readonly environment: TaskEnvironment;
  /** What can be made only when the daemon and the store have answered; construction asks neither. */
  readonly assemble: (facts: EngineFacts) => EngineParts;
  readonly credentials: TaskCredentials;
  readonly metadata: MetadataManager;
  readonly containerChanges: ContainerChangeEventStream;
  /** Where others look the tasks up; only the engine writes. */
  readonly state: TaskEngineState;
  readonly hostPorts: HostPortAllocator;
  readonly hostResources: HostResourceManager;
  readonly store: StateStore;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
};

/** What an engine knows once it is initialised. */
export type EngineFacts = {
  readonly info: DaemonInfo;
  /** Goes into a label of everything that this engine makes; stays the same over restarts. */
  readonly engineId: string;
};

export type EngineParts = {
  readonly factory: ContainerFactory;
  readonly resources: readonly TaskResourceAdapter[];
};

/** Row of the store that keeps the id of an engine that was given none. */
const ENGINE_ID_META = "engineId";
const ENGINE_ID_DIGITS = 20;

/** Saving and restoring as JSON needs to know the store from inside: whoever puts the engine together adds it. */
type OverPorts = Omit<TaskEngine, "toJSON" | "restoreFromJSON" | "setSaver">;

export class DockerTaskEngine<Options extends EngineOptions = EngineOptions> implements OverPorts {
  readonly #options: Options;
  readonly #actors = new Map<TaskArn, TaskActor>();
  /** Tasks that are being saved for the first time. */
  readonly #adding = new Map<TaskArn, Promise<void>>();
  readonly #state: TaskEngineState;
  readonly #listeners = new Set<(event: EngineEvent) => void>();
  readonly #outbox: Outbox;
  readonly #actorPorts: ActorPorts;
  readonly #abort = new AbortController();
  readonly #store: PersistentStore;
  #runner: EffectRunner | undefined;
  readonly #phase = new EnginePhase();
  #initialising: Promise<void> | undefined;
  #disabled = false;

  constructor(options: Options) {
    this.#options = options;
    this.#state = options.state;
    // Every wait and every call of every task listens to it, which is many, and no leak.
    setMaxListeners(0, this.#abort.signal);
    this.#store = new PersistentStore(options.store, options.clock, options.log, this.#abort.signal);
    this.#outbox = new Outbox((taskArn, upTo) => this.#acknowledge(taskArn, upTo));
    this.#actorPorts = this.#makeActorPorts();
  }

  protected get options(): Options {
    return this.#options;
  }

  /** Lookups over the tasks that the engine has. */
  get state(): TaskEngineState {
    return this.#state;
  }

  /** Has `init` been called with success, or the engine been shut down? */
  get phase(): EnginePhase["current"] {
    return this.#phase.current;
  }

  async init(options: { readonly signal?: AbortSignal } = {}): Promise<void> {
    this.#phase.assertNotShutDown();
    if (this.#phase.current === "initialised") return;
    // Who calls while an init is under way shares its outcome.
    this.#initialising ??= this.#initialise(options).finally(() => {
      this.#initialising = undefined;
    });
    await this.#initialising;
  }

  async #initialise(options: { readonly signal?: AbortSignal }): Promise<void> {
    const { client, store, images } = this.#options;
    const callOptions = options.signal === undefined ? {} : { signal: options.signal };
    await client.ping(callOptions);
    const info = await client.info(callOptions);
    const saved = await store.load();
    const engineId = await this.#engineIdOf(saved);
    images.load(saved.images);
    const runner = this.#createRunner({ info, engineId });
    await runner.openResources();
    this.#state.reset();
    for (const task of restoredTasks(saved)) this.#state.put(task);
    // An init that fails later must leave nobody listening.
    const watching = new AbortController();
    const watch = this.#createWatch(runner, engineId, AbortSignal.any([watching.signal, this.#abort.signal]));
    try {
      await watch.open();
      const observations = await this.#matchWithDocker(engineId);
      this.#phase.initialised();
      this.#runner = runner;
      this.#resume(saved.changes, observations);
    } catch (error) {
      watching.abort(error);
      throw error;
    }
    void watch.relist();
  }

  async #engineIdOf({ meta }: StoredState): Promise<string> {
    const known = this.#options.engineId ?? meta[ENGINE_ID_META];
    if (known !== undefined) return known;
    const drawn = this.#options.random.hex(ENGINE_ID_DIGITS);
    await this.#options.store.commit([{ type: "putMeta", key: ENGINE_ID_META, value: drawn }]);
    return drawn;
  }

  async mustInit(options: { readonly signal?: AbortSignal } = {}): Promise<void> {
    const backoff = new MustInitBackoff(this.#options.clock, this.#options.random);
    for (;;) {
      options.signal?.throwIfAborted();
      try {
        return await this.init(options);
      } catch (error) {
        this.#phase.assertNotShutDown();
        options.signal?.throwIfAborted();
        backoff.logOnce(this.#options.log, error);
        await backoff.wait(options.signal);
      }
    }
  }

  async addTask(given: Task): Promise<void> {
    this.#phase.assertInitialised();
    // Who adds a task while it is being added shares the outcome: it must not get two actors.
    for (let adding = this.#adding.get(given.arn); adding !== undefined; adding = this.#adding.get(given.arn))
      await adding;
    if (this.#state.taskByArn(given.arn) !== undefined) {
      if (given.desiredStatus === "STOPPED") await this.stopTask(given.arn);
      return;
    }
    if (this.#disabled) throw new EngineError("EngineDisabledError", "Cannot add task: the engine takes no new tasks");
    const adding = this.#accept(given);
    this.#adding.set(given.arn, adding);
    try {
      await adding;
    } finally {
      this.#adding.delete(given.arn);
    }
  }

  async #accept(given: Task): Promise<void> {
    const task = this.#requireRunner().withHostResources(given);
    const problem = findGraphProblem(task.containers);
    await this.#store.commitOrUndo([{ type: "putTask", task }], [{ type: "deleteTask", taskArn: task.arn }]);
    const actor = this.#startActor(task);
    if (problem !== undefined) {
      const message = `Task dependencies cannot be resolved, taskArn: ${task.arn}: ${describeGraphProblem(problem)}`;
      actor.send({ type: "admissionRefused", error: { name: "TaskDependencyError", message } });
    }
    actor.send({ type: "resumed", observations: [] });
  }

  async stopTask(taskArn: TaskArn, request: StopRequest = {}): Promise<boolean> {
    this.#phase.assertInitialised();
    const actor = this.#actors.get(taskArn);
    if (actor === undefined) return false;
    actor.send({ type: "stopRequested", ...request });
    await actor.settled();
    return true;
  }

  async removeTask(taskArn: TaskArn): Promise<void> {
    this.#phase.assertInitialised();
    const actor = this.#actors.get(taskArn);
    if (actor === undefined) return;
    if (actor.task.knownStatus !== "STOPPED") {
      throw new EngineError("TaskStateError", `Cannot remove task ${taskArn}: it is ${actor.task.knownStatus}`);
    }
    await new Promise<void>((resolve) => {
      const unsubscribe = this.subscribe((event) => {
        if (event.type !== "removed" || event.taskArn !== taskArn) return;
        unsubscribe();
        resolve();
      });
      actor.send({ type: "removalRequested" });
    });
  }

  getTaskByArn(taskArn: TaskArn): Task | undefined {
    this.#phase.assertInitialised();
    return this.#state.taskByArn(taskArn);
  }

  listTasks(): readonly Task[] {
    this.#phase.assertInitialised();
    return this.#state.allTasks();
  }

  whyBlocked(taskArn: TaskArn): readonly Blocker[] {
    this.#phase.assertInitialised();
    const task = this.#state.taskByArn(taskArn);
    if (task === undefined) return [];
    const blockers = whyBlocked(task, this.#options.clock.now(), this.#options.config.machine);
    const resources = this.#options.hostResources.shortagesOf(task);
    return blockers.map((blocker) => (blocker.type === "hostResources" ? { ...blocker, resources } : blocker));
  }

  stateChangeEvents(): AsyncIterable<StateChangeDelivery> {
    this.#phase.assertInitialised();
    return this.#outbox.read();
  }

  subscribe(listener: (event: EngineEvent) => void): () => void {
    this.#phase.assertInitialised();
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  disable(): void {
    this.#phase.assertInitialised();
    this.#disabled = true;
  }

  async shutdown(): Promise<void> {
    if (this.#phase.current === "shutDown") return;
    this.#phase.shutDown();
    const settled = [...this.#actors.values()].map((actor) => actor.settled());
    await Promise.allSettled(settled);
    this.#abort.abort(new Error("engine is shut down"));
    for (const actor of this.#actors.values()) actor.stop();
    this.#outbox.close();
    await this.#options.store.close();
  }

  /** Lets go at once, saving nothing more: what a crash does. For tests of recovery. */
  abandon(): void {
    this.#phase.shutDown();
    for (const actor of this.#actors.values()) actor.stop();
    this.#abort.abort(new Error("engine is abandoned"));
    this.#outbox.close();
  }

  async version(): Promise<string> {
    this.#phase.assertInitialised();
    return (await this.#options.client.version()).version;
  }

  /** Containers found in Docker are matched with rows before anybody acts on them. Source: engine-modern 8.5, 8.6. */
  async #matchWithDocker(engineId: string): Promise<Observations> {
    const { client, log } = this.#options;
    const tasks = this.#state.allTasks();
    await removeStrays({ client, log, engineId, tasks });
    for (const task of tasks) await this.#adoptImages(task);
    return await observeSaved(client, log, tasks);
  }

  #resume(changes: readonly StateChange[], observations: Observations): void {
    const tasks = this.#state.allTasks();
    this.#outbox.publish(changes);
    // Who runs is accounted before anybody new is let in; the others queue in the order in which they were accepted.
    for (const task of tasks.filter(hasContainers)) this.#options.hostResources.adopt(task);
    for (const task of tasks.toSorted((a, b) => a.createdAt - b.createdAt)) {
      this.#adoptHostPorts(task);
      const actor = this.#startActor(task);
      actor.send({ type: "resumed", observations: observations.get(task.arn) ?? [] });
      for (const { name, knownStatus } of task.containers) {
        if (isRunningStatus(knownStatus)) void this.#requireRunner().updateMetadata(task.arn, name);
      }
    }
  }

  #adoptHostPorts(task: Task): void {
    if (task.knownStatus === "STOPPED") return;
    for (const { name, hostPorts } of task.containers)
      this.#options.hostPorts.adopt(portOwner(task.arn, name), hostPorts);
  }

  /** References are not saved: they are rebuilt, so that no image in use is taken for unused. Source: peers 24. */
  async #adoptImages(task: Task): Promise<void> {
    for (const container of task.containers) {
      if (isInternal(container) || container.removed || !holdsImage(container)) continue;
      await this.#options.images.adopt(task, container).catch((error: unknown) => {
        this.#options.log.warn("Cannot record the image of a restored container", {
          containerName: container.name,
          error,
        });
      });
    }
  }

  #startActor(task: Task): TaskActor {
    const actor = new TaskActor(task, this.#actorPorts);
    this.#actors.set(task.arn, actor);
    this.#state.put(task);
    return actor;
  }

  /** Once for all: with a hundred thousand tasks, what each of them holds counts. */
  #makeActorPorts(): ActorPorts {
    const { clock, log, config } = this.#options;
    return {
      clock,
      config: config.machine,
      save: (task, changes) =>
        this.#store.commit([
          { type: "putTask", task },
          ...changes.map((change) => ({ type: "putChange", change }) as const),
        ]),
      perform: (effect, task) => this.#perform(effect, task),
      onState: (task, changes) => this.#publish(task, changes),
      onCrash: (error, { arn }) => log.error("Task actor crashed: this is a bug in Berth", { taskArn: arn, error }),
    };
  }

  #publish(task: Task, changes: readonly StateChange[]): void {
    const before = this.#state.taskByArn(task.arn);
    this.#state.put(task);
    this.#outbox.publish(changes);
    this.#options.containerChanges.publishDifference(before, task);
    if (task.knownStatus === "STOPPED") this.#options.credentials.removeTaskCredentials(task.arn);
    this.#emit({ type: "task", task });
  }

  #emit(event: EngineEvent): void {
    for (const listener of [...this.#listeners]) listener(event);
  }

  #perform(effect: Effect, task: Task): void {
    switch (effect.type) {
      case "requestHostResources":
        this.#requestHostResources(task);
        break;
      case "releaseHostResources":
        this.#releaseHostPorts(task);
        break;
      case "forgetTask":
        this.#forget(task).catch((error: unknown) => this.#tellUnlessEnded("Cannot forget task", task.arn, error));
        break;
      default:
        void this.#requireRunner().perform(effect, task);
    }
  }

  #requestHostResources(task: Task): void {
    const grant = () => this.#send(task.arn, { type: "hostResourcesGranted" });
    const admission = this.#options.hostResources.request(task, grant);
    if (admission.type === "granted") grant();
    if (admission.type !== "refused") return;
    const resources = admission.resources.map((name) => `RESOURCE:${name.replace(/_.*/, "")}`).join(", ");
    const message = `the task can never fit on this host: ${resources}`;
    this.#send(task.arn, { type: "admissionRefused", error: { name: "ResourceInitializationError", message } });
  }

  #releaseHostPorts(task: Task): void {
    this.#options.hostResources.release(task.arn);
    for (const { name } of task.containers) this.#options.hostPorts.release(portOwner(task.arn, name));
  }

  async #forget(task: Task): Promise<void> {
    const actor = this.#actors.get(task.arn);
    if (actor === undefined) return;
    this.#actors.delete(task.arn);
    actor.stop();
    this.#releaseHostPorts(task);
    await this.#releaseImages(task);
    await this.#store.commit([{ type: "deleteTask", taskArn: task.arn }]);
    this.#state.remove(task.arn);
    await this.#options.metadata.clean(task.arn).catch((error: unknown) => {
      this.#options.log.warn("Cannot remove container metadata", { taskArn: task.arn, error });
    });
    this.#emit({ type: "removed", taskArn: task.arn });
  }

  /** What the end of the engine cuts off is done by the next one. */
  #tellUnlessEnded(message: string, taskArn: TaskArn, error: unknown): void {
    if (!this.#abort.signal.aborted) this.#options.log.error(message, { taskArn, error });
  }

  /** Of containers that were never made, too: they held their images from the pull on. */
  async #releaseImages(task: Task): Promise<void> {
    for (const container of task.containers) {
      if (!isInternal(container)) await this.#options.images.release(task, container);
    }
  }

  async #acknowledge(taskArn: TaskArn, upTo: number): Promise<void> {
    await this.#store.commit([{ type: "acknowledge", taskArn, upTo }]);
    this.#send(taskArn, { type: "acknowledged", upTo });
  }

  #send(taskArn: string, input: Input): void {
    this.#actors.get(taskArn as TaskArn)?.send(input);
  }

  #createRunner(facts: EngineFacts): EffectRunner {
    const { client, clock, config, images, environment, metadata, hostPorts, log } = this.#options;
    const { factory, resources } = this.#options.assemble(facts);
    const { signal } = this.#abort;
    return new EffectRunner({
      client,
      calls: new ContainerCalls(client, clock, config.limits, signal),
      images,
      resources: new Map(resources.map((adapter) => [adapter.type, adapter])),
      environment,
      factory,
      metadata,
      startGate: new StartGate(clock, startLimits(config, facts)),
      hostPorts,
      pullBehaviour: config.machine.pullBehaviour,
      clock,
      log,
      signal,
      taskOf: (taskArn) => this.#state.taskByArn(taskArn as TaskArn),
      send: (taskArn, input) => this.#send(taskArn, input),
      onPullProgress: (taskArn, containerName, progress) =>
        this.#emit({ type: "pullProgress", taskArn, containerName, progress }),
    });
  }

  #createWatch(runner: EffectRunner, engineId: string, signal: AbortSignal): ContainerWatch {
    const { client, clock, config, log } = this.#options;
    return new ContainerWatch({
      client,
      clock,
      log,
      labels: { [ENGINE_ID_LABEL]: engineId },
      relistIntervalMs: config.relistIntervalMs,
      signal,
      tasks: () => this.#state.tasks(),
      findByDockerId: (dockerId) => this.#state.containerById(dockerId),
      send: (taskArn, input) => this.#send(taskArn, input),
      observe: (taskArn, containerName, lastExitCode) => runner.observe(taskArn, containerName, lastExitCode),
    });
  }

  #requireRunner(): EffectRunner {
    if (this.#runner === undefined)
      throw new EngineError("EngineNotInitializedError", "Cannot act: the engine is not initialised");
    return this.#runner;
  }
}

function startLimits({ startConcurrency }: EngineConfig, { info }: EngineFacts): StartGateLimits {
  return startConcurrency === undefined ? adaptiveLimits(info.cpus) : fixedLimits(startConcurrency);
}

/** Has it got past the queue before? Source: engine-modern 15.5. */
function hasContainers(task: Task): boolean {
  return task.knownStatus !== "STOPPED" && task.containers.some((container) => container.knownStatus !== "NONE");
}

/** From its pull on, not only once it is made. */
function holdsImage({ knownStatus, dockerId }: Container): boolean {
  return dockerId !== undefined || (knownStatus !== "STOPPED" && compareContainerStatus(knownStatus, "PULLED") >= 0);
}
