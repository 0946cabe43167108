/** Does to the simulated host what the plan says, and keeps the engine coming and going. */
import { asDockerName } from "../../core/brand.ts";
import type { TaskDefinition } from "../../core/definition/types.ts";
import { EngineError } from "../../core/errors.ts";
import type { Task } from "../../core/task.ts";
import type { SimulatedDisk } from "../simulated-disk/index.ts";
import type { SimulatedContainer } from "../simulated-docker/container.ts";
import { createContainer } from "../simulated-docker/container-create.ts";
import { EngineCrashedError, type SimulatedHost } from "../simulated-host.ts";
import { addTo, type Counts } from "./coverage.ts";
import type { InvariantChecker } from "./invariants.ts";
import type { Operation, Plan, PlannedTask } from "./plan.ts";
import { scriptOf } from "./scripts.ts";
import { IMAGES, REGISTRIES } from "./world.ts";

export type OperationsPorts = {
  readonly host: SimulatedHost;
  readonly disk: SimulatedDisk;
  readonly plan: Plan;
  readonly checker: InvariantChecker;
  readonly note: (text: string) => void;
};

type Meddling = Extract<Operation, { readonly container: number }>;

const START_TRIES = 50;

export class Operations {
  /** Tasks that the engine took, by ARN. */
  readonly accepted: string[] = [];
  /** Containers of somebody else, by Docker name. */
  readonly foreign = new Set<string>();
  readonly #ports: OperationsPorts;
  readonly #tasks: (Task | undefined)[] = [];
  readonly #counts = new Map<string, number>();
  #isUp = false;
  #isCalm = false;
  #startIsDue = false;
  /** Engines that start die at so many calls. */
  #crashesInInit: { readonly calls: number; readonly downMs: number; left: number } | undefined;
  #onCommit: (phase: "asked" | "stored") => void = () => undefined;

  constructor(ports: OperationsPorts) {
    this.#ports = ports;
    ports.host.onCommit(({ phase }) => this.#onCommit(phase));
  }

  get isUp(): boolean {
    return this.#isUp;
  }

  /** How often each kind of operation was done. */
  get counts(): Counts {
    return Object.fromEntries(this.#counts);
  }

  count(kind: string): void {
    addTo(this.#counts, kind, 1);
  }

  /** From now on nothing happens any more, and what was taken away is given back. */
  calm(): void {
    this.#isCalm = true;
    this.#crashesInInit = undefined;
    for (const registry of REGISTRIES) this.#ports.host.docker.registry.setReachable(registry, true);
  }

  async startEngine(): Promise<void> {
    const { host, checker, note } = this.#ports;
    this.#startIsDue = false;
    for (let attempt = 1; ; attempt += 1) {
      const disarm = this.#armCrashInInit();
      try {
        await host.start();
        break;
      } catch (error) {
        if (attempt > START_TRIES) throw error;
        await host.clock.advance(error instanceof EngineCrashedError ? (this.#crashesInInit?.downMs ?? 0) : 2_000);
      } finally {
        disarm();
      }
    }
    this.#isUp = true;
    this.#crashesInInit = undefined;
    note("engine starts");
    checker.interrupt();
  }

  /** @returns what ends the watch; a start with fewer calls gets away */
  #armCrashInInit(): () => void {
    const planned = this.#crashesInInit;
    if (planned === undefined || planned.left === 0) return () => undefined;
    const { host, note } = this.#ports;
    let calls = planned.calls;
    return host.docker.onCall(() => {
      calls -= 1;
      if (calls !== 0) return;
      planned.left -= 1;
      this.count("engine died in its init");
      this.#ports.checker.engineDied();
      host.crash();
      note("engine crashes in its init");
    });
  }

  /** Whoever turns the clock starts the engine: two must not turn it at once. */
  async startEngineIfDue(): Promise<void> {
    if (this.#startIsDue) await this.startEngine();
  }

  async add(planned: PlannedTask, index: number): Promise<void> {
    const { host, checker, note } = this.#ports;
    if (!this.#isUp || planned.containers.length === 0) return;
    for (const each of planned.containers) {
      const { name } = each.definition;
      host.docker.container(
        name,
        scriptOf(each, () => checker.fail(`${name} starts without its secret`)),
      );
    }
    const definitions = planned.containers.map(({ definition }) => definition);
    const task = host.task(definitions, planned.members, (definition) => withShortPeriods(definition, planned));
    this.#tasks[index] = task;
    note(`add task ${index} ${task.id.slice(0, 8)}, ${planned.manner}`);
    checker.snapshot(task);
    const added = [this.#addOnce(task)];
    if (planned.manner === "twiceAtOnce") added.push(this.#addOnce(task));
    await this.#brieflyFor(Promise.all(added));
    if (planned.manner === "stoppedAtOnce" && this.#isUp) await this.#stop(task, false);
  }

  async act(operation: Operation): Promise<void> {
    this.#ports.note(JSON.stringify(operation));
    this.count(operation.type);
    switch (operation.type) {
      case "stop":
        return await this.#onTask(operation.task, (task) => this.#stop(task, operation.force));
      case "addAgain":
        return await this.#onTask(operation.task, (task) => this.#brieflyFor(this.#ports.host.engine.addTask(task)));
      case "removeTask":
        return await this.#onTask(operation.task, (task) => this.#remove(task));
      case "crash":
      case "crashAtCall":
      case "crashAtCommit":
      case "crashInInit":
      case "shutdown":
        return await this.#end(operation);
      case "disconnect":
        this.#ports.host.disconnect();
        return this.#later(operation.forMs, () => {
          this.#ports.host.reconnect();
          void this.#ports.host.changeReaders();
        });
      case "removeImage":
      case "cleanImages":
      case "cutRegistry":
        return await this.#onImages(operation);
      case "takePort":
        return this.#takePort(operation.hostPort, operation.forMs);
      default:
        return await this.#meddle(operation);
    }
  }

  async #addOnce(task: Task): Promise<void> {
    try {
      await this.#ports.host.engine.addTask(task);
      if (!this.accepted.includes(task.arn)) this.accepted.push(task.arn);
    } catch {
      // A rejection means that nothing was added.
      this.#ports.note(`task ${task.id.slice(0, 8)} is refused`);
    }
  }

  async #onTask(index: number, act: (task: Task) => Promise<void>): Promise<void> {
    const task = this.#tasks[index];
    if (task !== undefined && this.#isUp && this.#ports.host.engine.getTaskByArn(task.arn) !== undefined)
      await act(task);
  }

  async #remove(task: Task): Promise<void> {
    const { host, checker } = this.#ports;
    checker.history.removals.add(task.arn);
    await this.#brieflyFor(host.engine.removeTask(task.arn));
  }

  async #stop(task: Task, force: boolean): Promise<void> {
    await this.#brieflyFor(this.#ports.host.engine.stopTask(task.arn, { force }));
  }

  /** Goes on when it is done, or when it waits for time to pass. */
  async #brieflyFor(work: Promise<unknown>): Promise<void> {
    await Promise.race([work.catch(() => undefined), this.#ports.host.clock.settle()]);
  }

  async #end(operation: Extract<Operation, { readonly downMs: number }>): Promise<void> {
    const { downMs } = operation;
    switch (operation.type) {
      case "crash":
        return await this.#crashNow(downMs);
      case "crashInInit":
        if (this.#isUp) this.#crashesInInit = { calls: operation.calls, downMs, left: operation.times };
        return await this.#crashNow(downMs);
      case "shutdown":
        return await this.#shutdown(downMs);
      case "crashAtCall":
        return this.#crashAtCall(operation.calls, downMs);
      case "crashAtCommit":
        return this.#crashAtCommit(operation.commits, operation.stored ? "stored" : "asked", downMs);
    }
  }

  async #crashNow(downMs: number): Promise<void> {
    if (!this.#isUp) return;
    this.#crash("engine crashes");
    await this.#ports.host.clock.advance(downMs);
    await this.startEngine();
  }

  async #shutdown(downMs: number): Promise<void> {
    if (!this.#isUp) return;
    const { host, note } = this.#ports;
    note("engine is shut down");
    this.#isUp = false;
    this.#ports.checker.engineDied();
    await this.#shutDownOrDie();
    await host.clock.advance(downMs);
    await this.startEngine();
  }

  /** A disk that fails may keep the last write from saying that nothing follows; the process ends all the same. */
  async #shutDownOrDie(): Promise<void> {
    const { host } = this.#ports;
    try {
      await host.shutdown();
    } catch (error) {
      if (!(error instanceof EngineError) || error.name !== "StateStoreError") throw error;
      host.crash();
    }
  }

  #crashAtCall(calls: number, downMs: number): void {
    let left = calls;
    const end = this.#ports.host.docker.onCall(() => {
      left -= 1;
      if (left > 0 || !this.#isUp) return;
      end();
      this.#crashAndComeBack("engine crashes at a call", downMs);
    });
  }

  #crashAtCommit(commits: number, phase: "asked" | "stored", downMs: number): void {
    let left = commits;
    this.#onCommit = (now) => {
      if (now !== phase) return;
      left -= 1;
      if (left > 0 || !this.#isUp) return;
      this.#onCommit = () => undefined;
      this.#crashAndComeBack(`engine crashes at a commit that is ${phase}`, downMs);
    };
  }

  #crashAndComeBack(text: string, downMs: number): void {
    if (this.#isCalm) return;
    this.#crash(text);
    this.#later(downMs, () => {
      this.#startIsDue = true;
    });
  }

  #crash(text: string): void {
    this.#isUp = false;
    this.#ports.checker.engineDied();
    this.#ports.host.crash();
    this.#ports.note(text);
  }

  async #onImages(
    operation: Extract<Operation, { type: "removeImage" | "cleanImages" | "cutRegistry" }>,
  ): Promise<void> {
    const { docker } = this.#ports.host;
    switch (operation.type) {
      case "removeImage":
        return this.#removeImage(IMAGES[operation.image] ?? IMAGES[0]);
      case "cleanImages":
        if (this.#isUp) await this.#brieflyFor(this.#ports.host.images.removeUnusedImages());
        return;
      case "cutRegistry": {
        const registry = REGISTRIES[operation.registry] ?? REGISTRIES[0];
        docker.registry.setReachable(registry, false);
        return this.#later(operation.forMs, () => docker.registry.setReachable(registry, true));
      }
    }
  }

  /** As `docker rmi` by hand would, which leaves what a container uses. */
  #removeImage(reference: string): void {
    const { state } = this.#ports.host.docker;
    const image = state.images.find(reference);
    if (image !== undefined && image.users.size === 0) state.images.remove(reference, () => false);
  }

  #takePort(hostPort: number, forMs: number): void {
    const { ports } = this.#ports.host.docker.state;
    if (ports.isFree(hostPort, "tcp")) this.#later(forMs, ports.occupy(hostPort));
  }

  async #meddle(operation: Meddling): Promise<void> {
    const container = this.#tasks[operation.task]?.containers[operation.container];
    if (container === undefined) return;
    const dockerName = this.#targetOf(operation, container.dockerName);
    if (operation.type === "takeName") return this.#takeName(dockerName);
    const object = this.#ports.checker.history.objectOf(dockerName);
    if (object !== undefined) await this.#brieflyFor(this.#meddleWith(operation, dockerName, object));
  }

  /** Most containers are there for a short time only: some operations take the next best one that runs. */
  #targetOf({ type, task, container }: Meddling, dockerName: string): string {
    if (type !== "pause" && type !== "rename") return dockerName;
    const running = this.#ports.checker.history.running();
    return running[(4 * task + container) % running.length] ?? dockerName;
  }

  #takeName(dockerName: string): void {
    const { host, checker } = this.#ports;
    const { state } = host.docker;
    if (state.findByName(dockerName) !== undefined || state.images.find("app") === undefined) return;
    checker.meddle(dockerName);
    // Not through a client: what goes wrong with calls is the engine's trouble.
    createContainer(host.docker.state, { name: asDockerName(dockerName), body: { Image: "app" } });
    this.foreign.add(dockerName);
  }

  async #meddleWith(
    operation: Exclude<Meddling, { type: "takeName" }>,
    dockerName: string,
    object: SimulatedContainer,
  ): Promise<void> {
    const { host, checker } = this.#ports;
    const client = host.docker.client();
    const { dockerId } = object;
    switch (operation.type) {
      case "kill":
        return host.docker.signal(dockerId, "SIGKILL");
      case "remove":
        return await client.removeContainer(dockerId, { force: true, removeVolumes: false });
      case "start":
        checker.meddle(dockerName);
        return await client.startContainer(dockerId);
      case "rename":
        return this.#rename(object, dockerName);
      case "pause":
        return this.#pause(object, operation.forMs);
    }
  }

  /**
   * The second time it gets its own name back, if nobody has taken it. A container of which the engine knows nothing but
   * the name, because the answer of its create is on its way, is left alone: a create that is tried again finds no
   * container of that name, and makes a second one.
   */
  #rename(object: SimulatedContainer, ownName: string): void {
    const { host, checker } = this.#ports;
    const { docker } = host;
    if (checker.history.findByName(ownName)?.container.dockerId !== object.dockerId) return;
    this.count("renamed");
    const newName = object.dockerName === ownName ? `${ownName}.renamed` : ownName;
    if (docker.state.findByName(newName) === undefined) docker.rename(object.dockerId, newName);
  }

  #pause(object: SimulatedContainer, forMs: number | undefined): void {
    const { docker } = this.#ports.host;
    if (!docker.isUp || !object.isRunning || object.isPaused) return;
    docker.pause(object.dockerId);
    this.count("paused");
    if (forMs === undefined) return;
    this.#later(forMs, () => {
      if (docker.isUp && object.isPaused) docker.unpause(object.dockerId);
    });
  }

  #later(ms: number, act: () => void): void {
    void this.#ports.host.clock.sleep(ms).then(act);
  }
}

/** The API asks for a minute at least; the engine understands less. */
function withShortPeriods(definition: TaskDefinition, planned: PlannedTask): TaskDefinition {
  const containerDefinitions = definition.containerDefinitions.map((each) => {
    const period = planned.containers.find(({ definition: { name } }) => name === each.name)?.restartPeriodSeconds;
    if (period === undefined || each.restartPolicy === undefined) return each;
    return { ...each, restartPolicy: { ...each.restartPolicy, restartAttemptPeriod: period } };
  });
  return { ...definition, containerDefinitions };
}
