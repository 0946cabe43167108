/** An engine in the test's own process on the real daemon, tasks to run on it, and an outsider who meddles. */
import { randomUUID } from "node:crypto";
import { type ComposeOptions, composeEngine, withPullBehaviour } from "../../src/agent/compose-engine.ts";
import { systemRandom } from "../../src/agent/system-random.ts";
import { parseTaskDefinition } from "../../src/core/definition/parse.ts";
import { ENGINE_ID_LABEL } from "../../src/core/labels.ts";
import type { StateChange } from "../../src/core/state-change.ts";
import type { Container, Task } from "../../src/core/task.ts";
import { buildTask } from "../../src/core/task-builder.ts";
import { createDockerClient } from "../../src/docker/index.ts";
import { systemClock } from "../../src/docker/system-clock.ts";
import type { DockerTaskEngine } from "../../src/engine/docker-task-engine.ts";
import type { DockerClient } from "../../src/ports/docker-client.ts";
import { PAUSE_IMAGE } from "../../src/resources/pause-image.ts";
import { MemoryStateStore } from "../../src/store/memory-state-store.ts";
import { IMAGE, realDaemon } from "../docker-client/real-daemon.ts";
import { doublesAmong, labelledObjects, strangersAmong } from "../recovery/ownership.ts";

const IDENTITY = { cluster: "default", region: "us-east-1", accountId: "000000000000", revision: 1 } as const;
const LIMIT_MS = 60_000;

/** Ends at once on SIGTERM. */
export const SERVES = "trap 'exit 0' TERM; sleep 1000 & wait";

export type QuickContainer = { readonly name: string; readonly script?: string } & Readonly<Record<string, unknown>>;

export class FaultWorld {
  readonly engineId = `faults-${randomUUID()}`;
  /** The outsider: another user of the same daemon. */
  readonly docker: DockerClient;
  readonly changes: StateChange[] = [];
  #store = new MemoryStateStore();
  #client: DockerClient | undefined;
  #engine: DockerTaskEngine | undefined;
  readonly #options: Partial<ComposeOptions>;

  private constructor(options: Partial<ComposeOptions>) {
    this.#options = options;
    this.docker = createDockerClient({ endpoint: realDaemon() });
  }

  static async open(options: Partial<ComposeOptions> = {}): Promise<FaultWorld> {
    const world = new FaultWorld(options);
    await world.startEngine();
    return world;
  }

  get engine(): DockerTaskEngine {
    if (this.#engine === undefined) throw new Error("Cannot use the engine: it is not started");
    return this.#engine;
  }

  async startEngine(): Promise<void> {
    this.#client = createDockerClient({ endpoint: realDaemon() });
    const engine = await composeEngine({
      client: this.#client,
      store: this.#store,
      engineId: this.engineId,
      region: IDENTITY.region,
      config: { machine: withPullBehaviour("prefer-cached") },
      ...this.#options,
    });
    await engine.init();
    this.#engine = engine;
    void this.#readChanges(engine);
  }

  /** As a crash does: nothing more is saved or heard. */
  crashEngine(): void {
    this.engine.abandon();
    this.#client?.close();
    this.#engine = undefined;
    this.#store = this.#store.reopen();
  }

  async add(containers: readonly QuickContainer[], members: Readonly<Record<string, unknown>> = {}): Promise<Task> {
    const definition = parseTaskDefinition({
      family: "faults",
      containerDefinitions: containers.map(({ script = SERVES, ...each }) => ({
        ...{ image: IMAGE, memory: 16, stopTimeout: 5, command: ["sh", "-c", script] },
        ...each,
      })),
      ...members,
    });
    const task = buildTask(definition, {
      ...IDENTITY,
      now: systemClock.now(),
      hex: (digits) => systemRandom.hex(digits),
      uuid: () => systemRandom.uuid(),
      pauseImage: PAUSE_IMAGE,
      stopTimeoutMs: 5_000,
    });
    await this.engine.addTask(task);
    return task;
  }

  /** The newest state of a task that was added. */
  now(task: Task): Task {
    const now = this.engine.getTaskByArn(task.arn);
    if (now === undefined) throw new Error(`Cannot find ${task.arn}: the engine does not have it`);
    return now;
  }

  container(task: Task, name: string): Container {
    const container = this.now(task).containers.find((each) => each.name === name);
    if (container === undefined) throw new Error(`Cannot find the container ${name}: the task has none of that name`);
    return container;
  }

  /** Resolves with the first state that fits. @throws {Error} when none does within the limit */
  until(task: Task, fits: (task: Task) => boolean, limitMs = LIMIT_MS): Promise<Task> {
    return new Promise((resolve, reject) => {
      const look = () => {
        const now = this.now(task);
        if (!fits(now)) return;
        done();
        resolve(now);
      };
      const tooLate = setTimeout(() => {
        done();
        reject(new Error(`Waited ${limitMs} ms in vain: ${this.#describe(task)}`));
      }, limitMs);
      const unsubscribe = this.engine.subscribe(look);
      const done = () => {
        clearTimeout(tooLate);
        unsubscribe();
      };
      look();
    });
  }

  async untilStatus(task: Task, status: Task["knownStatus"], limitMs?: number): Promise<Task> {
    return await this.until(task, ({ knownStatus }) => knownStatus === status, limitMs);
  }

  /** Reported changes of a task, in short. */
  told(task: Task): readonly string[] {
    const own = this.changes.filter(({ taskArn }) => taskArn === task.arn);
    return own.map((each) => `${each.type === "task" ? "task" : each.containerName} ${each.status}`);
  }

  /** What of the engine's objects nobody owns, or are there twice. */
  async disorder(): Promise<readonly string[]> {
    const objects = await labelledObjects(this.docker, this.engineId);
    const owners = new Set<string>(this.engine.listTasks().map(({ arn }) => arn));
    return [...strangersAmong(objects, owners), ...doublesAmong(objects)].map(({ kind, name }) => `${kind} ${name}`);
  }

  /** Stops and removes all tasks. @returns what is left of them in Docker, which should be nothing */
  async close(): Promise<readonly string[]> {
    const tasks = this.engine.listTasks();
    await Promise.all(tasks.map((task) => this.engine.stopTask(task.arn, { force: true })));
    await Promise.all(tasks.map((task) => this.untilStatus(task, "STOPPED")));
    await Promise.all(tasks.map((task) => this.engine.removeTask(task.arn)));
    const left = await labelledObjects(this.docker, this.engineId);
    await this.engine.shutdown();
    this.#client?.close();
    for (const { dockerId } of await this.docker.listContainers({
      all: true,
      labels: { [ENGINE_ID_LABEL]: this.engineId },
    })) {
      await this.docker.removeContainer(dockerId, { force: true, removeVolumes: true });
    }
    this.docker.close();
    return left.map(({ kind, name }) => `${kind} ${name}`);
  }

  async #readChanges(engine: DockerTaskEngine): Promise<void> {
    for await (const { change, acknowledge } of engine.stateChangeEvents()) {
      this.changes.push(change);
      await acknowledge();
    }
  }

  #describe(task: Task): string {
    const { knownStatus, containers } = this.now(task);
    const states = containers.map((each) => `${each.name} ${each.knownStatus} ${each.error?.message ?? ""}`);
    return `${knownStatus} (${states.join(", ")}), blocked by ${JSON.stringify(this.engine.whyBlocked(task.arn))}`;
  }
}
