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
import type { Effect } from "../core/machine/effect.ts";
import type { Input } from "../core/machine/input.ts";
import { boundWaits } from "../core/machine/move-waits.ts";
import type { StateChange } from "../core/state-change.ts";
import { isRunningStatus } from "../core/status.ts";
import { isInternal, type Task } from "../core/task.ts";
import type { Mutation, StoredState } from "../ports/state-store.ts";
import { Acknowledgements } from "./acknowledgements.ts";
import { assertTask } from "./assert-task.ts";
import { Beginnings } from "./beginnings.ts";
import { CallGate } from "./call-gate.ts";
import { configOfSteps } from "./config-of-steps.ts";
import { ContainerCalls } from "./container-calls.ts";
import { ContainerWatch } from "./container-watch.ts";
import { EffectRunner } from "./effect-runner.ts";
import { claimOf, type EngineClaim } from "./engine-claim.ts";
import { EngineListeners } from "./engine-listeners.ts";
import { createLimits, type EngineFacts, type EngineOptions, startLimits } from "./engine-options.ts";
import { EnginePhase } from "./engine-phase.ts";
import { HostAdmission } from "./host-admission.ts";
import { LATE_CREATES_META, LateCreates } from "./late-creates.ts";
import { LeapMeter } from "./leap-meter.ts";
import { MustInitBackoff } from "./must-init-backoff.ts";
import { Outbox } from "./outbox.ts";
import { PersistentStore } from "./persistent-store.ts";
import { matchWithDocker, type Observations, restoredTasks } from "./restore.ts";
import { Strays } from "./strays.ts";
import { type ActorPorts, TaskActor } from "./task-actor.ts";
import type { EngineEvent, StateChangeDelivery, StopRequest, TaskEngine } from "./task-engine.ts";
import type { TaskEngineState } from "./task-engine-state.ts";

/** Row of the store that keeps the id of an engine that was given none. */
const ENGINE_ID_META = "engineId";
const ENGINE_ID_DIGITS = 20;

type WatchParts = {
  readonly runner: EffectRunner;
  readonly engineId: string;
  readonly strays: Strays;
  readonly signal: AbortSignal;
};

/** Saving and restoring as JSON needs to know the store from inside: whoever puts the engine together adds it. */
type OverPorts = Omit<TaskEngine, "toJSON" | "restoreFromJSON" | "setSaver">;

export class DockerTaskEngine<Options extends EngineOptions = EngineOptions> implements OverPorts {
  readonly #options: Options;
  /** Tasks that are being saved for the first time. */
  readonly #adding = new Map<TaskArn, Promise<void>>();
  readonly #state: TaskEngineState;
  readonly #listeners = new EngineListeners();
  readonly #outbox: Outbox;
  readonly #admission: HostAdmission;
  readonly #beginnings: Beginnings;
  readonly #actorPorts: ActorPorts;
  readonly #abort = new AbortController();
  readonly #store: PersistentStore;
  #runner: EffectRunner | undefined;
  #late = new LateCreates(undefined);
  #claim: EngineClaim | undefined;
  readonly #phase = new EnginePhase();
  #initialising: Promise<void> | undefined;
  #disabled = false;

  constructor(options: Options) {
    this.#options = options;
    this.#state = options.state;
    // Every wait and every call of every task listens to it, which is many, and no leak.
    setMaxListeners(0, this.#abort.signal);
    this.#store = new PersistentStore(options.store, options.clock, options.log, this.#abort.signal);
    const { hostResources, hostPorts } = options;
    const send = (taskArn: string, input: Input) => this.#send(taskArn, input);
    this.#admission = new HostAdmission({ hostResources, hostPorts, send });
    this.#beginnings = new Beginnings(options.clock);
    const acknowledgements = new Acknowledgements({
      commit: (mutations) => this.#store.commit(mutations),
      onSaved: (taskArn, upTo) => {
        this.#outbox.forget(taskArn, upTo);
        this.#send(taskArn, { type: "acknowledged", upTo });
      },
    });
    this.#outbox = new Outbox((taskArn, upTo) => acknowledgements.acknowledge(taskArn, upTo));
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
    const { client, store, images, clock, config } = this.#options;
    const callOptions = options.signal === undefined ? {} : { signal: options.signal };
    await client.ping(callOptions);
    const info = await client.info(callOptions);
    const saved = await store.load();
    const engineId = await this.#engineIdOf(saved);
    this.#claim = claimOf(this.#options, engineId);
    await this.#claim?.take(saved.meta, AbortSignal.any([this.#abort.signal, options.signal ?? this.#abort.signal]));
    images.load(saved.images);
    const runner = this.#createRunner({ info, engineId });
    await runner.resources.open();
    this.#state.reset();
    for (const task of restoredTasks(saved)) this.#state.add({ task: boundWaits(task, clock.now(), config.machine) });
    // An init that fails later must leave nobody listening.
    const watching = new AbortController();
    const strays = this.#createStrays(saved);
    const signal = AbortSignal.any([watching.signal, this.#abort.signal]);
    const watch = this.#createWatch({ runner, engineId, strays, signal });
    try {
      await watch.open();
      const observations = await matchWithDocker({ ...this.#options, engineId, strays, tasks: this.#state.allTasks() });
      this.#phase.initialised();
      this.#runner = runner;
      this.#resume(saved.changes, observations);
    } catch (error) {
      watching.abort(error);
      throw error;
    }
    void watch.relist();
    void this.#claim?.watch(signal, (error) => this.#surrender(error));
  }

  /** Another engine has what this one had: from now on it touches nothing. */
  #surrender(error: EngineError): void {
    const { log, store } = this.#options;
    log.error("Another engine works with this engine's state: this one ends, and leaves its containers as they are", {
      error,
    });
    this.#phase.supersede(error);
    this.abandon();
    this.#listeners.emit({ type: "superseded", error });
    store.close().catch((cause: unknown) => log.warn("Cannot close the state", { error: cause }));
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
    assertTask(given);
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
    const task = this.#requireRunner().resources.withHostResources(given);
    const problem = findGraphProblem(task.containers);
    await this.#store.commitOrUndo([{ type: "putTask", task }], [{ type: "deleteTask", taskArn: task.arn }]);
    const actor = this.#startActor(task);
    if (problem !== undefined) {
      const message = `Task dependencies cannot be resolved, taskArn: ${task.arn}: ${describeGraphProblem(problem)}`;
      actor.send({ type: "admissionRefused", error: { name: "TaskDependencyError", message } });
    }
    this.#beginnings.add(() => actor.send({ type: "resumed", observations: [] }));
  }

  async stopTask(taskArn: TaskArn, request: StopRequest = {}): Promise<boolean> {
    this.#phase.assertInitialised();
    const actor = this.#actorOf(taskArn);
    if (actor === undefined) return false;
    actor.send({ type: "stopRequested", ...request });
    await actor.settled();
    return true;
  }

  async removeTask(taskArn: TaskArn): Promise<void> {
    this.#phase.assertInitialised();
    const actor = this.#actorOf(taskArn);
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
    return [...this.#unsaved(taskArn), ...blockers.map((blocker) => this.#inDetail(blocker, task))];
  }

  #unsaved(taskArn: TaskArn): readonly Blocker[] {
    const { trouble } = this.#store;
    return trouble === undefined || this.#actorOf(taskArn)?.isSaving !== true ? [] : [{ type: "store", ...trouble }];
  }

  /** With what the machine cannot know: what the host lacks, and who waits before Docker is asked. */
  #inDetail(blocker: Blocker, task: Task): Blocker {
    if (blocker.type === "hostResources") {
      return { ...blocker, resources: this.#options.hostResources.shortagesOf(task) };
    }
    const isQueued = blocker.type === "docker" && this.#requireRunner().isQueued(task.arn, blocker.containerName);
    return isQueued ? { ...blocker, queued: true } : blocker;
  }

  stateChangeEvents(): AsyncIterable<StateChangeDelivery> {
    this.#phase.assertInitialised();
    return this.#outbox.read();
  }

  subscribe(listener: (event: EngineEvent) => void): () => void {
    this.#phase.assertInitialised();
    return this.#listeners.add(listener);
  }

  disable(): void {
    this.#phase.assertInitialised();
    this.#disabled = true;
    this.#admission.close();
  }

  async shutdown(): Promise<void> {
    if (this.#phase.current === "shutDown") return;
    this.#phase.shutDown();
    await Promise.allSettled(this.#actors().map((actor) => actor.settled()));
    if (this.#state.allTasks().length === 0) await this.#claim?.release();
    this.#letGo(new Error("engine is shut down"));
    await this.#options.store.close();
  }

  /** Lets go at once, saving nothing more: what a crash does. For tests of recovery. */
  abandon(): void {
    this.#phase.shutDown();
    this.#letGo(new Error("engine is abandoned"));
  }

  #letGo(reason: Error): void {
    for (const actor of this.#actors()) actor.stop();
    this.#abort.abort(reason);
    this.#outbox.close();
  }

  async version(): Promise<string> {
    this.#phase.assertInitialised();
    return (await this.#options.client.version()).version;
  }

  #resume(changes: readonly StateChange[], observations: Observations): void {
    const tasks = this.#state.allTasks();
    this.#outbox.publish(changes);
    this.#admission.adopt(tasks, observations);
    for (const task of tasks.toSorted((a, b) => a.createdAt - b.createdAt)) {
      const actor = this.#startActor(task);
      actor.send({ type: "resumed", observations: observations.get(task.arn) ?? [] });
      for (const { name, knownStatus } of task.containers) {
        if (isRunningStatus(knownStatus)) this.#requireRunner().updateMetadata(task.arn, name);
      }
    }
  }

  #startActor(task: Task): TaskActor {
    const actor = new TaskActor(task, this.#actorPorts);
    this.#state.add(actor);
    return actor;
  }

  /** Once for all: with a hundred thousand tasks, what each of them holds counts. */
  #makeActorPorts(): ActorPorts {
    const { clock, log, config, random } = this.#options;
    const leaps = new LeapMeter(clock);
    return {
      clock,
      leapMs: () => leaps.leapMs,
      config: configOfSteps(config.machine, random),
      save: (task, changes) => this.#store.commit(taskWithChanges(task, changes)),
      perform: (effect, task) => this.#perform(effect, task),
      onState: (task, changes, before) => this.#publish(task, changes, before),
      onCrash: (error, { arn }) => log.error("Task actor crashed: this is a bug in Berth", { taskArn: arn, error }),
    };
  }

  #publish(task: Task, changes: readonly StateChange[], before: Task): void {
    this.#state.changed(before, task);
    this.#outbox.publish(changes);
    this.#options.containerChanges.publishDifference(before, task);
    if (task.knownStatus === "STOPPED") this.#options.credentials.removeTaskCredentials(task.arn);
    this.#listeners.emit({ type: "task", task });
  }

  #perform(effect: Effect, task: Task): void {
    switch (effect.type) {
      case "requestHostResources":
        this.#admission.request(task);
        break;
      case "releaseHostResources":
        this.#admission.release(task);
        break;
      case "forgetTask":
        this.#forget(task).catch((error: unknown) => this.#tellUnlessEnded("Cannot forget task", task.arn, error));
        break;
      default:
        this.#requireRunner().perform(effect, task);
    }
  }

  async #forget(task: Task): Promise<void> {
    const actor = this.#actorOf(task.arn);
    if (actor === undefined || actor.isStopped) return;
    // It stays here until all is forgotten, which keeps its ARN from another task.
    actor.stop();
    this.#admission.release(task);
    await this.#releaseImages(task);
    const stillOpen = this.#late.forgetting(task, this.#options.clock.now());
    await this.#store.commit([{ type: "deleteTask", taskArn: task.arn }, ...stillOpen]);
    this.#state.remove(task.arn);
    await this.#options.metadata.clean(task.arn).catch((error: unknown) => {
      this.#options.log.warn("Cannot remove container metadata", { taskArn: task.arn, error });
    });
    this.#listeners.emit({ type: "removed", taskArn: task.arn });
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

  #send(taskArn: string, input: Input): void {
    this.#actorOf(taskArn)?.send(input);
  }

  /** None before the engine is initialised: the tasks that it restored are there without one. */
  #actorOf(taskArn: string): TaskActor | undefined {
    const holder = this.#state.holderOf(taskArn as TaskArn);
    return holder instanceof TaskActor ? holder : undefined;
  }

  #actors(): readonly TaskActor[] {
    return [...this.#state.holders()].filter((holder) => holder instanceof TaskActor);
  }

  #createRunner(facts: EngineFacts): EffectRunner {
    const { client, clock, config, images, environment, metadata, hostPorts, log } = this.#options;
    const { factory, resources } = this.#options.assemble(facts);
    const { signal } = this.#abort;
    return new EffectRunner({
      client,
      clock,
      calls: new ContainerCalls(client, clock, config.limits, signal),
      images,
      resources: new Map(resources.map((adapter) => [adapter.type, adapter])),
      environment,
      factory,
      metadata,
      createGate: new CallGate(clock, createLimits(config, facts)),
      startGate: new CallGate(clock, startLimits(config, facts)),
      hostPorts,
      pullBehaviour: config.machine.pullBehaviour,
      log,
      signal,
      taskOf: (taskArn) => this.#state.taskByArn(taskArn as TaskArn),
      send: (taskArn, input) => this.#send(taskArn, input),
      onPullProgress: (taskArn, containerName, progress) =>
        this.#listeners.emit({ type: "pullProgress", taskArn, containerName, progress }),
    });
  }

  #createStrays({ meta }: StoredState): Strays {
    const { client, log } = this.#options;
    this.#late = new LateCreates(meta[LATE_CREATES_META]);
    return new Strays({ client, log, late: this.#late, taskOf: (arn) => this.#state.taskByArn(arn as TaskArn) });
  }

  #createWatch({ runner, engineId, strays, signal }: WatchParts): ContainerWatch {
    const { client, clock, config, log } = this.#options;
    return new ContainerWatch({
      client,
      clock,
      log,
      labels: { [ENGINE_ID_LABEL]: engineId },
      relistIntervalMs: config.relistIntervalMs,
      signal,
      tasks: () => this.#state.tasks(),
      strays,
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

function taskWithChanges(task: Task, changes: readonly StateChange[]): readonly Mutation[] {
  const row: readonly Mutation[] = [{ type: "putTask", task }];
  // Joined, a list has no room to spare, which a spread would make; it waits for the disk with many others.
  return changes.length === 0 ? row : row.concat(changes.map((change) => ({ type: "putChange", change })));
}
