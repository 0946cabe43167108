/**
 * What must hold at every moment of a simulation, judged from outside: by what the daemon really does, what is stored,
 * what the engine says, and what the reader of state changes is told. Source: design "Invariants".
 */
import type { HostTotals } from "../../core/host-resources.ts";
import type { StateChange } from "../../core/state-change.ts";
import { compareContainerStatus, isBeforeCreate } from "../../core/status.ts";
import type { Container, Task } from "../../core/task.ts";
import type { Mutation, StoredState } from "../../ports/state-store.ts";

import type { CallRecord, SimulatedDocker, SimulatedEvent } from "../simulated-docker/index.ts";
import { ChangeChecker, OutboxChecker } from "./check-changes.ts";
import { checkDockerEvent } from "./check-order.ts";
import { checkChosenPorts, checkPullsOf } from "./check-shared.ts";
import { checkHostResources, checkRestored, checkSnapshot } from "./check-snapshots.ts";
import { type Moment, TimeChecker } from "./check-time.ts";
import { History } from "./history.ts";
import { holdsSecret } from "./secrecy.ts";

/** A rule was broken; the message says which, and how. */
export class InvariantViolation extends Error {
  override readonly name = "InvariantViolation";
}

/** What is there when everything was stopped and cleaned up. */
export type Remains = {
  readonly tasks: readonly Task[];
  /** Tasks that the engine took. */
  readonly accepted: readonly string[];
  readonly store: StoredState;
  readonly volumes: readonly string[];
  /** Containers that are somebody else's, by Docker name. */
  readonly foreign: ReadonlySet<string>;
  /** Images that are held by a container, as the image manager has it. */
  readonly usedImages: readonly string[];
  readonly timers: number;
};

/** The relist, and what the simulation itself may have pending. */
const TIMERS_AT_REST = 4;

export class InvariantChecker {
  readonly history: History;
  readonly violations: string[] = [];
  readonly #hostTotals: HostTotals | undefined;
  readonly #changes: ChangeChecker;
  readonly #outbox: OutboxChecker;
  readonly #time: TimeChecker;

  constructor(docker: SimulatedDocker, hostTotals: HostTotals | undefined) {
    const fail = this.fail.bind(this);
    this.history = new History(docker);
    this.#hostTotals = hostTotals;
    this.#changes = new ChangeChecker(this.history, fail);
    this.#outbox = new OutboxChecker(this.history, fail);
    this.#time = new TimeChecker(this.history, fail);
    docker.onEvent((event) => this.#dockerEvent(event));
    docker.onCall((call) => this.#dockerCall(call));
  }

  fail(text: string): void {
    this.violations.push(text);
  }

  /** Somebody did something to a container behind the engine's back. */
  meddle(dockerName: string): void {
    this.history.meddle(dockerName);
    this.#time.reset();
  }

  /** It crashed, or was shut down; what it had asked of Docker is on its way still. */
  engineDied(): void {
    this.history.engineDied();
  }

  /** The engine is away or back, or the world became calm. */
  interrupt(): void {
    this.#time.reset();
  }

  /** A new engine shows what it has, of which each task may be news. */
  resumed(tasks: readonly Task[]): void {
    const before = tasks.map(({ arn }) => this.history.tasks.get(arn));
    for (const task of tasks) this.history.addTask(task);
    for (const [index, task] of tasks.entries()) {
      checkRestored(this.history, before[index], task, (text) => this.fail(text));
    }
  }

  /** The engine has a new snapshot of a task. */
  snapshot(task: Task): void {
    const before = this.history.tasks.get(task.arn);
    this.history.addTask(task);
    checkSnapshot(this.history, before, task, (text) => this.fail(text));
    checkPullsOf(task, (text) => this.fail(text));
  }

  /** The reader of state changes got one. */
  change(change: StateChange): void {
    if (holdsSecret(change)) this.fail("a secret's value is in a state change");
    this.#changes.read(change);
  }

  /** A commit is in the store. */
  committed(mutations: readonly Mutation[]): void {
    this.#outbox.committed(mutations);
    for (const mutation of mutations) {
      if (mutation.type === "putTask") this.history.store(mutation.task);
      if (mutation.type === "deleteTask") this.history.rows.delete(mutation.taskArn);
      if (holdsSecret(mutation)) this.fail(`a secret's value is in a ${mutation.type}`);
    }
  }

  logged(line: unknown): void {
    if (holdsSecret(line)) this.fail("a secret's value is in the log");
  }

  /** Between two things that happen. */
  look(moment: Moment): void {
    const fail = (text: string) => this.fail(text);
    this.#time.look(moment);
    checkHostResources(moment.tasks, this.#hostTotals, fail);
    for (const task of moment.tasks) this.#isStored(task);
  }

  /** After everything was stopped and cleaned up. */
  atRest(remains: Remains): void {
    this.#nothingIsLeft(
      "tasks",
      remains.tasks.map((task) => `${task.id} ${task.knownStatus}`),
    );
    const containers = this.history.docker.containers().map(({ dockerName }) => dockerName);
    this.#nothingIsLeft(
      "containers",
      containers.filter((each) => !remains.foreign.has(each)),
    );
    const gone = [...remains.foreign].filter((each) => !containers.some((other) => other === each));
    if (gone.length > 0) this.fail(`a container of somebody else was removed: ${gone.join(", ")}`);
    this.#nothingIsLeft("volumes", remains.volumes);
    this.#nothingIsLeft(
      "rows",
      remains.store.tasks.map(({ id }) => id),
    );
    this.#nothingIsLeft(
      "stored state changes",
      remains.store.changes.map(({ taskArn }) => taskArn),
    );
    this.#nothingIsLeft("references to images", remains.usedImages);
    for (const arn of remains.accepted) {
      if (!this.#changes.hasEnded(arn)) this.fail(`nobody was told that ${arn} ended`);
    }
    if (remains.timers > TIMERS_AT_REST) this.fail(`${remains.timers} timers are left`);
  }

  /** @throws {InvariantViolation} the first that was found */
  assertHolds(): void {
    const [first] = this.violations;
    if (first !== undefined) throw new InvariantViolation(first);
  }

  #nothingIsLeft(what: string, left: readonly string[]): void {
    if (left.length > 0) this.fail(`${what} are left: ${left.join(", ")}`);
  }

  /** What the engine shows is stored: a row may be ahead of it (the answer of the save is on its way), never behind. */
  #isStored(task: Task): void {
    const row = this.history.rows.get(task.arn);
    // The row of a task that is cleaned up goes first.
    if (row === undefined && task.knownStatus === "STOPPED") return;
    if (row === undefined) {
      this.fail(`task ${task.id} is shown and not stored`);
      return;
    }
    for (const [index, container] of task.containers.entries()) {
      const stored = row.containers[index];
      if (stored !== undefined && (isBeforeCreate(container.knownStatus) || isBeingStarted(container))) continue;
      if (stored === undefined || compareContainerStatus(stored.knownStatus, container.knownStatus) < 0) {
        this.fail(`${container.name} is shown as ${container.knownStatus} and stored as ${stored?.knownStatus}`);
      }
    }
  }

  #dockerEvent(event: SimulatedEvent): void {
    if (event.type !== "container") return;
    checkDockerEvent(this.history, event, (text) => this.fail(text));
    checkChosenPorts(this.history, event, (text) => this.fail(text));
    this.history.note(event);
    if (event.action === "create" && holdsSecret(event.attributes)) this.fail("a secret's value is in a label");
  }

  #dockerCall({ operation, subject, outcome }: CallRecord): void {
    if (operation === "removeVolume" && /is in use/.test(outcome))
      this.fail(`volume ${subject} is removed while in use`);
    if (operation === "createVolume" && !this.history.volumesOnRecord.has(subject)) {
      this.fail(`volume ${subject} is made before its task is stored`);
    }
    if (operation === "removeImage") this.#mayBeRemoved(subject);
  }

  /** Nobody even tries to remove an image that a container of a task has. */
  #mayBeRemoved(reference: string): void {
    for (const { containers } of this.history.tasks.values()) {
      const user = containers.find((each) => each.type === "NORMAL" && needs(each, reference));
      if (user !== undefined) this.fail(`image ${reference} is removed while ${user.name} has it`);
    }
  }
}

function needs({ image, imageId, knownStatus, desiredStatus, removed }: Task["containers"][number], reference: string) {
  if (removed || knownStatus === "STOPPED" || desiredStatus === "STOPPED") return false;
  return compareContainerStatus(knownStatus, "PULLED") >= 0 && (image === reference || imageId === reference);
}

/** Between the answers to its create and its start: a look under its name, which is stored, tells the rest. */
function isBeingStarted(shown: Container): boolean {
  return shown.knownStatus === "CREATED" && shown.inFlight?.action === "start";
}
