/**
 * A host that never was: the real engine with its real image manager and restore, on a simulated daemon, a clock that
 * is turned by hand, and a store in memory or on a simulated disk that outlives the engine. The engine can be crashed and
 * started again.
 */
import { composeEngine } from "../agent/compose-engine.ts";
import { DEFAULT_STOP_TIMEOUT_MS } from "../core/definition/defaults.ts";
import { parseTaskDefinition } from "../core/definition/parse.ts";
import type { TaskDefinition } from "../core/definition/types.ts";
import type { HostTotals } from "../core/host-resources.ts";
import type { StateChange } from "../core/state-change.ts";
import type { Container, Task } from "../core/task.ts";
import { buildTask } from "../core/task-builder.ts";
import type { DockerTaskEngine } from "../engine/docker-task-engine.ts";
import { DEFAULT_ENGINE_CONFIG, type EngineConfig } from "../engine/engine-options.ts";
import type { StateChangeDelivery } from "../engine/task-engine.ts";
import type { ImageCleanupOptions, ImageManager } from "../images/index.ts";
import type { StateStore } from "../ports/state-store.ts";
import { PAUSE_IMAGE } from "../resources/pause-image.ts";
import { SecretsAdapter, TaskEnvironmentStore, tableSource } from "../resources/secrets/index.ts";
import { DiskStateStore } from "../store/disk-state-store.ts";
import type { JournalSizes } from "../store/journal/journal.ts";
import { MemoryStateStore } from "../store/memory-state-store.ts";
import { MemoryLog } from "./memory-log.ts";
import { SeededRandom } from "./seeded-random.ts";
import { SimulatedClock } from "./simulated-clock.ts";
import type { SimulatedDisk } from "./simulated-disk/index.ts";
import { SimulatedDocker, type SimulatedDockerClient } from "./simulated-docker/index.ts";
import { type CommitObserver, StoreConnection } from "./store-connection.ts";

export type SimulatedHostOptions = {
  readonly seed?: number;
  /** One that somebody else needs as well; the host makes one unless set. */
  readonly clock?: SimulatedClock;
  readonly config?: Partial<EngineConfig>;
  readonly hostTotals?: HostTotals;
  /** Keeps what the engine saves; shared by all engines that are started on this host. Not together with `disk`. */
  readonly store?: StateStore;
  /** Each engine opens the durable store on it; a crash loses what was not on the disk. */
  readonly disk?: SimulatedDisk;
  /** Of the journal on the disk; the real ones unless set. */
  readonly journalSizes?: JournalSizes;
  /** What the definitions' secrets stand for: values by ARN, name or parameter path. */
  readonly secrets?: Readonly<Record<string, string>>;
  /** `"a-b"`; a thousand ports unless set. */
  readonly dynamicPortRange?: string;
  /** Whether the engine's own look at a host port sees that a container or another program has it. Not unless set. */
  readonly probeSees?: boolean;
  readonly imageCleanup?: Partial<ImageCleanupOptions>;
};

/** One container of a definition for tests: what is left out is filled in. */
export type QuickContainer = { readonly name: string } & Readonly<Record<string, unknown>>;

/** An engine on its way up, once there is one, and how to say that it will not get there. */
type Start = { engine: DockerTaskEngine | undefined; readonly fail: (error: EngineCrashedError) => void };

/** What {@link SimulatedHost.start} rejects with when the engine dies before it is up. */
export class EngineCrashedError extends Error {
  override readonly name = "EngineCrashedError";
}

const IDENTITY = { cluster: "default", region: "us-east-1", accountId: "000000000000", revision: 1 } as const;

export class SimulatedHost {
  readonly clock: SimulatedClock;
  readonly docker: SimulatedDocker;
  readonly log = new MemoryLog();
  readonly random: SeededRandom;
  /** All state changes that were read, acknowledged or not, over all engines. */
  readonly changes: StateChange[] = [];
  /** Those that a reader got although their acknowledgement had been answered. */
  readonly toldAgain: StateChange[] = [];
  readonly #options: SimulatedHostOptions;
  /** That of a host without a disk. */
  readonly #store: StateStore;
  #engine: DockerTaskEngine | undefined;
  /** The start that is under way. */
  #starting: Start | undefined;
  #images: ImageManager | undefined;
  #commitObserver: CommitObserver | undefined;
  #engineObserver: ((engine: DockerTaskEngine) => void) | undefined;
  #client: SimulatedDockerClient | undefined;
  #connection: StoreConnection | undefined;
  #watchStore: (store: StateStore) => StateStore = (store) => store;
  #acknowledges = true;
  /** Of each task, up to which number acknowledgements were answered. */
  readonly #acknowledged = new Map<string, number>();
  #reader: AsyncIterator<StateChangeDelivery> | undefined;
  #unacknowledged: (() => Promise<void>)[] = [];

  constructor(options: SimulatedHostOptions = {}) {
    this.#options = options;
    this.random = new SeededRandom(options.seed ?? 1);
    this.clock = options.clock ?? new SimulatedClock();
    this.docker = new SimulatedDocker({ clock: this.clock, seed: options.seed ?? 1 });
    this.docker.image("app");
    this.#store = options.store ?? new MemoryStateStore();
  }

  get engine(): DockerTaskEngine {
    if (this.#engine === undefined) throw new Error("Cannot use the engine: it is not started");
    return this.#engine;
  }

  get images(): ImageManager {
    if (this.#images === undefined) throw new Error("Cannot use the image manager: the engine is not started");
    return this.#images;
  }

  /** Hears of every commit of every engine, just before and just after it is stored; it may crash the engine there. */
  onCommit(observer: CommitObserver): void {
    this.#commitObserver = observer;
  }

  /** Puts something between each engine and its store. */
  onStore(watch: (store: StateStore) => StateStore): void {
    this.#watchStore = watch;
  }

  /** Is handed every engine as soon as it is initialised, so that nothing of what it says later is missed. */
  onEngine(observer: (engine: DockerTaskEngine) => void): void {
    this.#engineObserver = observer;
  }

  /** Starts an engine on what the last one left. @throws {EngineCrashedError} when it is crashed meanwhile */
  async start(): Promise<void> {
    await this.clock.resolve(
      new Promise<void>((resolve, reject) => {
        const starting: Start = { engine: undefined, fail: reject };
        this.#starting = starting;
        this.#bringUp(starting).then(resolve, reject);
      }),
    );
    // In the very moment in which it was up.
    if (this.#engine === undefined) throw new EngineCrashedError("the engine crashed when it had started");
  }

  /** Of an engine that dies meanwhile nothing is shown. */
  async #bringUp(starting: Start): Promise<void> {
    try {
      const engine = await this.#compose();
      if (starting !== this.#starting) return;
      starting.engine = engine;
      await engine.init();
      if (starting !== this.#starting) return;
      this.#engine = engine;
      this.#engineObserver?.(engine);
      void this.#readChanges(engine);
    } catch (error) {
      await this.#leave(starting);
      throw error;
    } finally {
      if (starting === this.#starting) this.#starting = undefined;
    }
  }

  /** An engine that does not come up does not keep its store. */
  async #leave(starting: Start): Promise<void> {
    if (starting !== this.#starting) return;
    await this.#connection?.close().catch(() => undefined);
  }

  async #openStore(): Promise<StateStore> {
    const { disk, journalSizes } = this.#options;
    if (disk === undefined) return this.#watchStore(this.#store);
    const sizes = journalSizes === undefined ? {} : { sizes: journalSizes };
    return this.#watchStore(await DiskStateStore.open({ folder: disk.folder(), log: this.log, ...sizes }));
  }

  async #compose(): Promise<DockerTaskEngine> {
    const { hostTotals, config, secrets = {}, imageCleanup, dynamicPortRange = "32768-33767" } = this.#options;
    this.#connection = undefined;
    const store = await this.#openStore();
    const client = this.docker.client();
    const outlives = this.#options.disk === undefined;
    const connection = new StoreConnection(store, (moment) => this.#commitObserver?.(moment), outlives);
    const environment = new TaskEnvironmentStore();
    this.#client = client;
    this.#connection = connection;
    return await composeEngine({
      client,
      store: connection,
      engineId: "simulated",
      region: IDENTITY.region,
      clock: this.clock,
      random: this.random,
      log: this.log,
      dynamicPortRange,
      probeHostPort: async (port, protocol) =>
        this.#options.probeSees !== true || this.docker.state.ports.isFree(port, protocol),
      resources: [new SecretsAdapter([tableSource("simulation", secrets)], environment)],
      environment,
      config: { ...DEFAULT_ENGINE_CONFIG, ...config },
      onImageManager: (manager) => {
        this.#images = manager;
      },
      ...(hostTotals === undefined ? {} : { hostTotals }),
      ...(imageCleanup === undefined ? {} : { imageCleanup }),
    });
  }

  /**
   * The process is gone from one instant to the next, also while it starts: nothing of it is heard again, nothing it asked
   * for is answered.
   * @param power what the disk loses: it was the power that failed, and not the process alone
   */
  crash({ power = false }: { readonly power?: boolean } = {}): void {
    const starting = this.#starting;
    const engine = starting === undefined ? this.engine : starting.engine;
    this.#engine = undefined;
    this.#starting = undefined;
    this.#client?.cut();
    this.#connection?.cut();
    this.#options.disk?.crash({ power });
    this.#unacknowledged = [];
    engine?.abandon();
    starting?.fail(new EngineCrashedError("the engine crashed while it started"));
  }

  /** The engine ends in an orderly way; containers run on. */
  async shutdown(): Promise<void> {
    const { engine } = this;
    await this.clock.resolve(engine.shutdown());
    this.#engine = undefined;
    this.#client?.cut();
    this.#connection?.cut();
    this.#unacknowledged = [];
  }

  /** The reader of state changes stops acknowledging. */
  disconnect(): void {
    this.#acknowledges = false;
  }

  /** The reader is back, and tells the engine of all that it got meanwhile. */
  reconnect(): void {
    if (this.#acknowledges) return;
    this.#acknowledges = true;
    for (const acknowledge of this.#unacknowledged.splice(0)) void acknowledge().catch(() => undefined);
  }

  /** The reader of state changes leaves, and another one comes. */
  async changeReaders(): Promise<void> {
    const engine = this.#engine;
    if (engine === undefined) return;
    await this.#reader?.return?.();
    void this.#readChanges(engine);
  }

  /**
   * A task of these containers, with image `app` and 64 MiB each unless they say otherwise.
   * @param adjust changes the parsed definition, for what the API would refuse and the engine understands
   */
  task(
    containers: readonly QuickContainer[],
    members: Readonly<Record<string, unknown>> = {},
    adjust: (definition: TaskDefinition) => TaskDefinition = (definition) => definition,
  ): Task {
    const definition = parseTaskDefinition({
      family: "test",
      containerDefinitions: containers.map((each) => ({ image: "app", memory: 64, ...each })),
      ...members,
    });
    return buildTask(adjust(definition), {
      ...IDENTITY,
      now: this.clock.now(),
      hex: (digits) => this.random.hex(digits),
      uuid: () => this.random.uuid(),
      pauseImage: PAUSE_IMAGE,
      stopTimeoutMs: DEFAULT_STOP_TIMEOUT_MS,
    });
  }

  async add(task: Task): Promise<void> {
    await this.clock.resolve(this.engine.addTask(task));
  }

  /** The task as the engine knows it now. */
  now(task: Task): Task {
    const known = this.#engine?.getTaskByArn(task.arn);
    if (known === undefined) throw new Error(`Cannot find task ${task.arn}`);
    return known;
  }

  container(task: Task, name: string): Container {
    const found = this.now(task).containers.find((each) => each.name === name);
    if (found === undefined) throw new Error(`Cannot find container ${name}`);
    return found;
  }

  async untilStatus(task: Task, status: Task["knownStatus"], limitMs?: number): Promise<Task> {
    await this.clock.runUntil(() => this.#engine?.getTaskByArn(task.arn)?.knownStatus === status, limitMs);
    return this.now(task);
  }

  /** Changes of one task as short words: `web RUNNING`, `task STOPPED`. */
  told(task: Task): readonly string[] {
    return this.changes
      .filter((change) => change.taskArn === task.arn)
      .map((change) => `${change.type === "task" ? "task" : change.containerName} ${change.status}`);
  }

  async #readChanges(engine: DockerTaskEngine): Promise<void> {
    const reader = engine.stateChangeEvents()[Symbol.asyncIterator]();
    this.#reader = reader;
    for (let read = await reader.next(); read.done !== true; read = await reader.next()) this.#take(read.value);
  }

  #take({ change, acknowledge }: StateChangeDelivery): void {
    const { taskArn, sequence } = change;
    this.changes.push(change);
    if (sequence <= (this.#acknowledged.get(taskArn) ?? 0)) this.toldAgain.push(change);
    const acknowledged = () =>
      acknowledge().then(() => {
        this.#acknowledged.set(taskArn, Math.max(sequence, this.#acknowledged.get(taskArn) ?? 0));
      });
    if (this.#acknowledges) void acknowledged().catch(() => undefined);
    else this.#unacknowledged.push(acknowledged);
  }
}
