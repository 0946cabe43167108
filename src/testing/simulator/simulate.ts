/**
 * Runs one plan: the real engine on simulated time, with faults, crashes and meddling, and every invariant looked at
 * after each thing that happens. The same seed gives the same run.
 */
import { asDockerId, asDockerName } from "../../core/brand.ts";
import type { Task } from "../../core/task.ts";
import { DEFAULT_ENGINE_CONFIG } from "../../engine/docker-task-engine.ts";
import { FailingStateStore } from "../../store/failing-state-store.ts";
import { MemoryStateStore } from "../../store/memory-state-store.ts";
import { SeededRandom } from "../seeded-random.ts";
import {
  commandNotFound,
  exits,
  handlesSigterm,
  healthyAfter,
  ignoresSigterm,
  neverHealthy,
  oomKilled,
  type RunScript,
  runsForever,
} from "../simulated-docker/index.ts";
import { SimulatedHost } from "../simulated-host.ts";
import { InvariantChecker, InvariantViolation } from "./invariants.ts";
import { ACTIVE_MS, type Behaviour, type Operation, type Plan, type PlannedTask } from "./plan.ts";
import { faultProfile } from "./profiles.ts";

export type SimulationResult = {
  readonly seed: number;
  readonly violation?: string;
  readonly trace: readonly string[];
  readonly steps: number;
  readonly virtualMs: number;
  readonly faults: Readonly<Record<string, number>>;
  /** Transitions of containers that were seen: `PULLED>CREATED`. */
  readonly transitions: ReadonlySet<string>;
};

const CLEANUP_MS = 60_000;
/** After the last operation everything must be over within this time: stop timeouts, retries and waits added up. */
const REST_MS = 4 * 60 * 60_000;

export async function simulate(plan: Plan, options: { readonly trace?: boolean } = {}): Promise<SimulationResult> {
  const simulation = new Simulation(plan, options.trace === true);
  return await simulation.run();
}

class Simulation {
  readonly #plan: Plan;
  readonly #host: SimulatedHost;
  readonly #checker: InvariantChecker;
  readonly #tasks: (Task | undefined)[] = [];
  readonly #accepted: string[] = [];
  readonly #trace: string[] = [];
  readonly #keepsTrace: boolean;
  readonly #transitions = new Set<string>();
  readonly #last = new Map<string, string>();
  #steps = 0;
  #readChanges = 0;
  #up = false;
  #resting = false;
  #startDue = false;

  constructor(plan: Plan, keepsTrace: boolean) {
    this.#plan = plan;
    this.#keepsTrace = keepsTrace;
    const random = new SeededRandom(plan.seed).fork("store");
    const inner = new MemoryStateStore();
    const failing = plan.profile === "store";
    let calm = false;
    const store = new FailingStateStore(inner, ({ operation }) => {
      if (!failing || calm || operation !== "commit") return undefined;
      return random.chance(0.08) ? random.pick(["failBefore", "failAfter"]) : undefined;
    });
    this.#calmStore = () => {
      calm = true;
    };
    const machine = { ...DEFAULT_ENGINE_CONFIG.machine, cleanupWaitMs: CLEANUP_MS };
    this.#host = new SimulatedHost({ seed: plan.seed, store, config: { machine } });
    this.#checker = new InvariantChecker(this.#host.docker);
    for (const image of ["web:1", "registry.example/team/tool:2"]) this.#host.docker.image(image);
    this.#watchDocker();
  }

  readonly #calmStore: () => void;

  async run(): Promise<SimulationResult> {
    let violation: string | undefined;
    try {
      await this.#live();
      await this.#rest();
    } catch (error) {
      violation =
        error instanceof InvariantViolation
          ? error.message
          : `unexpected: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`;
    }
    return {
      seed: this.#plan.seed,
      ...(violation === undefined ? {} : { violation }),
      trace: this.#trace,
      steps: this.#steps,
      virtualMs: this.#host.clock.elapsedMs,
      faults: { ...this.#host.docker.faults.counts },
      transitions: this.#transitions,
    };
  }

  async #live(): Promise<void> {
    await this.#start();
    const { docker, clock } = this.#host;
    docker.faults.random(this.#plan.seed, faultProfile(this.#plan.profile));
    const begun = clock.elapsedMs;
    const events = [
      ...this.#plan.tasks.map((task, index) => ({ atMs: task.addAtMs, act: () => this.#add(task, index) })),
      ...this.#plan.operations.map(({ atMs, operation }) => ({ atMs, act: () => this.#operate(operation) })),
    ].toSorted((a, b) => a.atMs - b.atMs);
    for (const { atMs, act } of events) {
      await this.#advanceTo(begun + atMs);
      await act();
      this.#check();
    }
    await this.#advanceTo(begun + ACTIVE_MS);
  }

  /** The world behaves again, everything is asked to stop, and nothing may be left. */
  async #rest(): Promise<void> {
    const { docker, clock } = this.#host;
    this.#resting = true;
    docker.calm();
    this.#calmStore();
    this.#host.reconnect();
    while (!this.#up) await this.#advanceTo(clock.elapsedMs + 1_000);
    this.#note("rest");
    for (const task of this.#host.engine.listTasks()) {
      await clock.resolve(this.#host.engine.stopTask(task.arn, { reason: "rest" }));
    }
    const until = clock.elapsedMs + REST_MS;
    while (clock.elapsedMs < until && this.#host.engine.listTasks().length > 0)
      await this.#advanceTo(clock.elapsedMs + 30_000);
    await this.#advanceTo(clock.elapsedMs + 60_000);
    this.#checker.atRest(this.#host.engine.listTasks(), this.#accepted);
    const volumes = await clock.resolve(docker.client().listVolumes({ labels: {} }));
    if (volumes.length > 0)
      throw new InvariantViolation(`volumes are left: ${volumes.map((each) => each.name).join(", ")}`);
    this.#check();
  }

  async #start(): Promise<void> {
    this.#startDue = false;
    for (let attempt = 0; ; attempt += 1) {
      try {
        await this.#host.start();
        break;
      } catch (error) {
        if (attempt > 50) throw error;
        await this.#host.clock.advance(2_000);
      }
    }
    this.#up = true;
    this.#note("engine starts");
    this.#host.engine.subscribe((event) => {
      if (event.type !== "task") return;
      this.#steps += 1;
      this.#seeTransitions(event.task);
      this.#checker.snapshot(event.task);
    });
    for (const task of this.#host.engine.listTasks()) this.#checker.snapshot(task);
  }

  /** In small strides, so that what is told and what happens are compared close to when they do. */
  async #advanceTo(elapsedMs: number): Promise<void> {
    const { clock } = this.#host;
    while (clock.elapsedMs < elapsedMs) {
      await clock.advance(Math.min(10_000, elapsedMs - clock.elapsedMs));
      if (this.#startDue) await this.#start();
      this.#check();
    }
  }

  #check(): void {
    const { changes } = this.#host;
    while (this.#readChanges < changes.length) {
      const change = changes[this.#readChanges];
      this.#readChanges += 1;
      if (change !== undefined) this.#checker.change(change);
    }
    this.#checker.assertHolds();
  }

  async #add(planned: PlannedTask, index: number): Promise<void> {
    if (!this.#up || planned.containers.length === 0) return;
    for (const { definition, behaviour, health } of planned.containers) {
      this.#host.docker.container(definition.name, {
        run: scriptOf(behaviour),
        ...(health === undefined
          ? {}
          : { health: health === "never" ? neverHealthy() : healthyAfter(health.healthyAfter) }),
      });
    }
    const task = this.#host.task(
      planned.containers.map((each) => each.definition),
      planned.members,
    );
    this.#tasks[index] = task;
    this.#note(`add task ${index} ${task.id.slice(0, 8)}`);
    this.#checker.snapshot(task);
    const adding = this.#host.engine.addTask(task).then(
      () => this.#accepted.push(task.arn),
      // A rejection means that nothing was added.
      () => this.#note(`task ${index} is refused`),
    );
    await Promise.race([adding, this.#host.clock.settle()]);
  }

  async #operate(operation: Operation): Promise<void> {
    this.#note(JSON.stringify(operation));
    switch (operation.type) {
      case "stop": {
        const task = this.#tasks[operation.task];
        if (task !== undefined && this.#up) void this.#host.engine.stopTask(task.arn, { force: operation.force });
        return;
      }
      case "addAgain": {
        const task = this.#tasks[operation.task];
        if (task === undefined || !this.#up || this.#host.engine.getTaskByArn(task.arn) === undefined) return;
        void this.#host.engine.addTask(task);
        return;
      }
      case "crash":
        return await this.#crash(operation.downMs);
      case "crashAtCall":
        return this.#crashAtCall(operation.calls, operation.downMs);
      case "disconnect":
        this.#host.disconnect();
        this.#later(operation.forMs, () => this.#host.reconnect());
        return;
      default:
        return await this.#meddle(operation);
    }
  }

  async #crash(downMs: number): Promise<void> {
    if (!this.#up) return;
    this.#up = false;
    this.#host.crash();
    this.#note("engine crashes");
    await this.#host.clock.advance(downMs);
    if (!this.#up) await this.#start();
  }

  #crashAtCall(calls: number, downMs: number): void {
    let left = calls;
    const end = this.#host.docker.onCall(() => {
      left -= 1;
      if (left > 0 || !this.#up) return;
      end();
      if (this.#resting) return;
      this.#up = false;
      this.#host.crash();
      this.#note("engine crashes at a call");
      // Whoever turns the clock starts the engine: two must not turn it at once.
      this.#later(downMs, () => {
        this.#startDue = true;
      });
    });
  }

  async #meddle(operation: Extract<Operation, { readonly container: number }>): Promise<void> {
    const task = this.#tasks[operation.task];
    const container = task?.containers[operation.container];
    if (container === undefined) return;
    const seen = this.#host.docker.containers().find((each) => each.dockerName === container.dockerName);
    if (seen === undefined) return;
    const client = this.#host.docker.client();
    const done = async () => {
      if (operation.type === "kill" && seen.status === "running")
        this.#host.docker.signal(container.dockerName, "SIGKILL");
      if (operation.type === "remove") {
        await client.removeContainer(asDockerName(container.dockerName), { force: true, removeVolumes: false });
      }
      if (operation.type === "start") {
        this.#checker.meddle(container.dockerName);
        await client.startContainer(asDockerId(seen.dockerId));
      }
    };
    const settled = done().catch(() => undefined);
    await Promise.race([settled, this.#host.clock.settle()]);
  }

  #later(ms: number, act: () => void): void {
    const { clock } = this.#host;
    void clock.sleep(ms).then(act);
  }

  #watchDocker(): void {
    const { docker } = this.#host;
    docker.onCall(({ operation, subject, outcome }) => {
      this.#note(`${operation} ${subject.slice(0, 40)} ${outcome}`);
      if (operation === "stopContainer" && outcome === "ok") this.#steps += 1;
    });
    docker.onEvent((event) => {
      this.#note(`event ${event.type} ${event.action} ${event.attributes["name"] ?? ""} ${event.exitCode ?? ""}`);
      // The first signal of a stop is the moment at which the order of stops is judged.
      if (event.type === "container" && event.action === "kill" && event.attributes["signal"] === "15")
        this.#checker.stopAsked(event.id);
    });
  }

  #seeTransitions(task: Task): void {
    for (const { dockerName, knownStatus, name } of task.containers) {
      const before = this.#last.get(dockerName) ?? "NONE";
      if (before === knownStatus) continue;
      this.#last.set(dockerName, knownStatus);
      this.#transitions.add(`${before}>${knownStatus}`);
      this.#note(`${name} ${before} > ${knownStatus}`);
    }
  }

  #note(text: string): void {
    if (this.#keepsTrace) this.#trace.push(`${(this.#host.clock.elapsedMs / 1000).toFixed(3).padStart(10)} ${text}`);
  }
}

function scriptOf(behaviour: Behaviour): RunScript {
  switch (behaviour.type) {
    case "exits":
      return exits(behaviour.exitCode, { afterMs: behaviour.afterMs });
    case "runsForever":
      return runsForever();
    case "ignoresSigterm":
      return ignoresSigterm();
    case "handlesSigterm":
      return handlesSigterm({ afterMs: behaviour.afterMs, exitCode: behaviour.exitCode });
    case "oomKilled":
      return oomKilled({ afterMs: behaviour.afterMs });
    case "commandNotFound":
      return commandNotFound();
  }
}
