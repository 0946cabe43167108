/**
 * Runs one plan: the real engine on simulated time, with faults, crashes and meddling, and every invariant looked at
 * after each thing that happens. The same seed gives the same run.
 */
import type { Task } from "../../core/task.ts";
import { DEFAULT_ENGINE_CONFIG } from "../../engine/engine-options.ts";
import { SimulatedClock } from "../simulated-clock.ts";
import { SimulatedDisk } from "../simulated-disk/index.ts";
import { type QuickContainer, SimulatedHost } from "../simulated-host.ts";
import { StoreChecker } from "./check-store.ts";
import { type Counts, Coverage } from "./coverage.ts";
import { InvariantChecker, InvariantViolation } from "./invariants.ts";
import { Operations } from "./operations.ts";
import type { Plan, ProfileName } from "./plan.ts";
import { diskFaults, faultProfile, noticedWithinMs } from "./profiles.ts";
import { SECRET_ARN, SECRET_VALUE } from "./secrecy.ts";
import { ACTIVE_MS, IMAGES } from "./world.ts";

export type SimulationResult = {
  readonly seed: number;
  readonly profile: ProfileName;
  /** The first broken invariant. */
  readonly violation?: string;
  readonly trace: readonly string[];
  /** Things that happened: snapshots, and operations from outside. */
  readonly steps: number;
  readonly virtualMs: number;
  readonly faults: Counts;
  /** `PULLED>CREATED` of containers, `task NONE>CREATED` of tasks. */
  readonly transitions: Counts;
  readonly statuses: Counts;
};

/** After the last operation everything must be over within this time: stop timeouts, retries and waits added up. */
const REST_MS = 2 * 60 * 60_000;
/** What is told and what happens are compared at least this often. */
const STRIDE_MS = 10_000;
/** A range of more ports takes a while to go through, and hardly runs out. */
const MANY_PORTS = 10;
/** As long as an operation takes a port or cuts a registry off. */
const LONGEST_TAKEN_MS = 120_000;
const SOON_MS = 10_000;

export async function simulate(plan: Plan, options: { readonly trace?: boolean } = {}): Promise<SimulationResult> {
  const simulation = new Simulation(plan, options.trace === true);
  return await simulation.run();
}

class Simulation {
  readonly #plan: Plan;
  readonly #host: SimulatedHost;
  readonly #disk: SimulatedDisk;
  readonly #checker: InvariantChecker;
  readonly #store: StoreChecker;
  readonly #operations: Operations;
  readonly #coverage = new Coverage();
  readonly #trace: string[] = [];
  readonly #keepsTrace: boolean;
  #steps = 0;
  #readChanges = 0;
  #readLines = 0;
  /** Nothing goes wrong from outside any more. */
  #isCalm: boolean;

  constructor(plan: Plan, keepsTrace: boolean) {
    const { world } = plan;
    this.#plan = plan;
    this.#keepsTrace = keepsTrace;
    this.#isCalm = plan.profile === "calm";
    const clock = new SimulatedClock();
    this.#disk = new SimulatedDisk({ clock, seed: plan.seed });
    this.#host = new SimulatedHost({
      clock,
      seed: plan.seed,
      disk: this.#disk,
      journalSizes: world.journalSizes,
      config: { machine: { ...DEFAULT_ENGINE_CONFIG.machine, ...settingsOf(plan) } },
      secrets: { [SECRET_ARN]: SECRET_VALUE },
      dynamicPortRange: world.dynamicPortRange,
      probeSees: world.probeSees,
      imageCleanup: { minimumAgeMs: world.imageMinimumAgeMs, removeNotPulled: true },
      ...(world.hostTotals === undefined ? {} : { hostTotals: world.hostTotals }),
    });
    this.#checker = new InvariantChecker(this.#host.docker, world.hostTotals);
    this.#store = new StoreChecker({
      disk: this.#disk,
      sizes: world.journalSizes,
      fail: (text) => this.#checker.fail(text),
      onStored: (mutations) => this.#checker.committed(mutations),
    });
    this.#host.onStore((store) => this.#store.watch(store));
    this.#operations = new Operations({
      host: this.#host,
      disk: this.#disk,
      plan,
      checker: this.#checker,
      note: (text) => this.#note(text),
    });
    this.#host.onEngine((engine) => {
      const tasks = engine.listTasks();
      for (const task of tasks) this.#cover(task);
      this.#checker.resumed(tasks);
      engine.subscribe((event) => {
        if (event.type === "task") this.#see(event.task);
      });
    });
    for (const image of IMAGES) this.#host.docker.image(image);
    this.#watchDocker();
  }

  async run(): Promise<SimulationResult> {
    let violation: string | undefined;
    const unheard = (error: unknown) => this.#checker.fail(`a failure that nobody hears of: ${describe(error)}`);
    process.on("unhandledRejection", unheard);
    try {
      await this.#live();
      await this.#rest();
    } catch (error) {
      violation = describe(error);
    } finally {
      process.off("unhandledRejection", unheard);
    }
    return {
      seed: this.#plan.seed,
      profile: this.#plan.profile,
      ...(violation === undefined ? {} : { violation }),
      trace: this.#trace,
      steps: this.#steps,
      virtualMs: this.#host.clock.elapsedMs,
      faults: { ...this.#host.docker.faults.counts, ...this.#disk.counts, ...this.#operations.counts },
      transitions: this.#coverage.transitions,
      statuses: this.#coverage.statuses,
    };
  }

  async #live(): Promise<void> {
    await this.#operations.startEngine();
    const { docker, clock } = this.#host;
    docker.faults.random(this.#plan.seed, faultProfile(this.#plan.profile));
    this.#disk.misbehave(diskFaults(this.#plan.profile));
    const begun = clock.elapsedMs;
    const events = [
      ...this.#plan.tasks.map((task, index) => ({ atMs: task.addAtMs, act: () => this.#operations.add(task, index) })),
      ...this.#contest,
      ...this.#plan.operations.map(({ atMs, operation }) => ({ atMs, act: () => this.#operations.act(operation) })),
    ].toSorted((a, b) => a.atMs - b.atMs);
    for (const { atMs, act } of events) {
      await this.#advanceTo(begun + atMs);
      this.#steps += 1;
      await act();
      this.#check();
    }
    await this.#advanceTo(begun + ACTIVE_MS - SOON_MS);
    await this.#askForPorts();
    await this.#advanceTo(begun + ACTIVE_MS);
  }

  /** Two containers ask for one port by number: the one that does not get it must not take it from the other. */
  get #contest(): readonly { readonly atMs: number; readonly act: () => Promise<void> }[] {
    if (this.#plan.world.probeSees || this.#fewPorts === undefined) return [];
    const portMappings = [{ containerPort: 80, hostPort: this.#fewPorts.last }];
    return [0, ACTIVE_MS / 3].map((atMs, index) => ({
      atMs,
      act: () => this.#addBeside([{ name: `contends${index}`, portMappings }]),
    }));
  }

  /** Ports that the engine takes for free are used while the others' tasks run: a container for each. */
  async #askForPorts(): Promise<void> {
    if (this.#fewPorts === undefined) return;
    const { first, last } = this.#fewPorts;
    const names = Array.from({ length: last - first + 1 }, (_, index) => `asks${index}`);
    await this.#addBeside(
      names.map((name, index) => ({ name, essential: index === 0, portMappings: [{ containerPort: 80 }] })),
    );
  }

  /** The range of dynamic ports, where it is small and nothing else keeps a task waiting. */
  get #fewPorts(): { readonly first: number; readonly last: number } | undefined {
    const { dynamicPortRange, hostTotals } = this.#plan.world;
    const [first = 0, last = 0] = dynamicPortRange.split("-").map(Number);
    return hostTotals === undefined && last - first < MANY_PORTS ? { first, last } : undefined;
  }

  /** A task that is not in the plan. */
  async #addBeside(containers: readonly QuickContainer[]): Promise<void> {
    // A save that fails would let the task in when everything has been asked to stop.
    if (this.#plan.profile === "store" || !this.#operations.isUp) return;
    const task = this.#host.task(containers, { networkMode: "bridge" });
    this.#checker.snapshot(task);
    const added = this.#host.engine.addTask(task).catch(() => undefined);
    await Promise.race([added, this.#host.clock.settle()]);
  }

  /** The world behaves again, everything is asked to stop, and nothing may be left. */
  async #rest(): Promise<void> {
    const { docker, clock } = this.#host;
    this.#note("rest");
    this.#operations.calm();
    docker.calm();
    this.#disk.calm();
    // What was asked of a slow disk is done before everything is asked to stop.
    await this.#advanceTo(clock.elapsedMs + 1_000);
    this.#isCalm = true;
    this.#host.reconnect();
    await this.#host.changeReaders();
    while (!this.#operations.isUp) await this.#advanceTo(clock.elapsedMs + 1_000);
    for (const task of this.#host.engine.listTasks()) {
      await clock.resolve(this.#host.engine.stopTask(task.arn, { reason: "rest" }));
    }
    // Calls that hang have their own limits, and the bounds of a calm world hold only after them.
    this.#isCalm = this.#plan.profile === "calm";
    this.#checker.interrupt();
    const until = clock.elapsedMs + REST_MS;
    while (clock.elapsedMs < until && this.#host.engine.listTasks().length > 0) {
      await this.#advanceTo(clock.elapsedMs + 30_000);
    }
    await this.#advanceTo(clock.elapsedMs + 60_000);
    await this.#lookAtRemains();
    this.#check();
    await this.#useAllPorts();
    this.#check();
  }

  /** All have given back what they had: one more task gets every port that there is. */
  async #useAllPorts(): Promise<void> {
    const { engine, clock, docker } = this.#host;
    const ports = this.#fewPorts;
    if (ports === undefined) return;
    this.#isCalm = true;
    // What somebody else took is free again.
    await clock.advance(LONGEST_TAKEN_MS);
    docker.image("app");
    const portMappings = Array.from({ length: ports.last - ports.first + 1 }, (_, index) => ({
      containerPort: 1_000 + index,
    }));
    const task = this.#host.task([{ name: "last", portMappings }], { networkMode: "bridge" });
    await clock.resolve(engine.addTask(task));
    await clock.advance(SOON_MS);
    const status = engine.getTaskByArn(task.arn)?.knownStatus;
    if (status !== "RUNNING") this.#checker.fail(`host ports are not given back: a task that needs all is ${status}`);
  }

  async #lookAtRemains(): Promise<void> {
    const { docker, engine, images } = this.#host;
    this.#checker.atRest({
      tasks: engine.listTasks(),
      accepted: this.#operations.accepted,
      store: this.#store.snapshot(),
      volumes: docker.state.volumes
        .list()
        .map(({ name }) => name)
        .filter((name) => name !== "shared"),
      foreign: this.#operations.foreign,
      usedImages: images.imageStates().flatMap(({ references }) => [...references]),
      timers: this.#host.clock.pending,
    });
    await this.#store.lookAtRows();
    this.#store.lookAtSize();
  }

  /** In small strides, so that what is told and what happens are compared close to when they do. */
  async #advanceTo(elapsedMs: number): Promise<void> {
    const { clock } = this.#host;
    while (clock.elapsedMs < elapsedMs) {
      await clock.advance(Math.min(STRIDE_MS, elapsedMs - clock.elapsedMs));
      await this.#operations.startEngineIfDue();
      this.#check();
    }
  }

  #check(): void {
    const { changes, log, clock } = this.#host;
    for (const change of changes.slice(this.#readChanges)) this.#checker.change(change);
    this.#readChanges = changes.length;
    for (const { sequence, taskArn } of this.#host.toldAgain)
      this.#checker.fail(`state change ${sequence} of ${taskArn} is told again, and was acknowledged`);
    for (const line of log.lines.slice(this.#readLines)) this.#checker.logged(line);
    this.#readLines = log.lines.length;
    if (this.#operations.isUp) {
      const { engine } = this.#host;
      const moment = {
        elapsedMs: clock.elapsedMs,
        now: clock.now(),
        tasks: engine.listTasks(),
        whyBlocked: (task: Task) => engine.whyBlocked(task.arn),
        isCalm: this.#isCalm,
        noticedWithinMs: noticedWithinMs(this.#plan.profile),
      };
      this.#checker.look(moment);
    }
    this.#checker.assertHolds();
  }

  #see(task: Task): void {
    this.#cover(task);
    this.#checker.snapshot(task);
  }

  #cover(task: Task): void {
    this.#steps += 1;
    for (const text of this.#coverage.see(task)) this.#note(text);
  }

  #watchDocker(): void {
    const { docker } = this.#host;
    docker.onCall(({ operation, subject, outcome }) => this.#note(`${operation} ${subject.slice(0, 40)} ${outcome}`));
    docker.onEvent(({ type, action, attributes, exitCode }) => {
      if (action.startsWith("exec_")) return;
      this.#note(`event ${type} ${action} ${attributes.name ?? ""} ${exitCode ?? ""}`);
    });
  }

  #note(text: string): void {
    if (!this.#keepsTrace) return;
    this.#trace.push(`${(this.#host.clock.elapsedMs / 1000).toFixed(3).padStart(10)} ${text}`);
  }
}

function settingsOf({ world }: Plan) {
  const { pullBehaviour, pullDependentsUpfront, cleanupWaitMs } = world;
  return { pullBehaviour, pullDependentsUpfront, cleanupWaitMs };
}

function describe(error: unknown): string {
  if (error instanceof InvariantViolation) return error.message;
  return `unexpected: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`;
}
