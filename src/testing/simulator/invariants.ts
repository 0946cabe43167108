/**
 * What must hold at every moment of a simulation, judged from outside: by what the daemon really does, what the engine
 * says, and what the reader of state changes is told. Source: design "Invariants".
 */
import type { StateChange } from "../../core/state-change.ts";
import { compareContainerStatus, compareTaskStatus } from "../../core/status.ts";
import type { Container, Task } from "../../core/task.ts";
import type { SimulatedDocker, SimulatedEvent } from "../simulated-docker/index.ts";

/** A rule was broken; the message says which, and how. */
export class InvariantViolation extends Error {
  override readonly name = "InvariantViolation";
}

type Truth = { started: boolean; exitCode: number | undefined; everHealthy: boolean };

export class InvariantChecker {
  readonly #docker: SimulatedDocker;
  /** The newest snapshot of each task, over restarts of the engine. */
  readonly #tasks = new Map<string, Task>();
  /** What really happened to each container, by Docker name. */
  readonly #truth = new Map<string, Truth>();
  readonly #told = new Map<string, number>();
  readonly #ended = new Set<string>();
  /** Containers that somebody else meddled with: their order is not the engine's doing. */
  readonly #meddled = new Set<string>();
  violations: string[] = [];

  constructor(docker: SimulatedDocker) {
    this.#docker = docker;
    docker.onEvent((event) => this.#dockerEvent(event));
  }

  meddle(dockerName: string): void {
    this.#meddled.add(dockerName);
  }

  /** The engine has a new snapshot of a task. */
  snapshot(task: Task): void {
    const before = this.#tasks.get(task.arn);
    this.#tasks.set(task.arn, task);
    if (before !== undefined) this.#movesForward(before, task);
    for (const container of task.containers) this.#stoppedMeansDown(task, container);
  }

  /** The reader of state changes got one. */
  change(change: StateChange): void {
    const last = this.#told.get(change.taskArn) ?? 0;
    if (change.sequence > last + 1)
      this.#fail(`state change ${change.sequence} of ${change.taskArn} follows ${last}: one is lost`);
    if (change.sequence > last) {
      if (this.#ended.has(change.taskArn)) this.#fail(`state change after the end of ${change.taskArn}`);
      this.#told.set(change.taskArn, change.sequence);
      if (change.type === "task" && change.status === "STOPPED") this.#ended.add(change.taskArn);
    }
  }

  /** The engine asked Docker to stop a container. */
  stopAsked(dockerId: string): void {
    const task = this.#taskOfDockerId(dockerId);
    if (task === undefined || task.forceStop) return;
    const container = task.containers.find((each) => each.dockerId === dockerId);
    if (container === undefined || container.knownStatus === "STOPPED" || container.stopOwed) return;
    for (const dependant of task.containers.filter((each) => isDependant(each, container))) {
      if (this.#isRunning(dependant) && !this.#meddled.has(dependant.dockerName)) {
        this.#fail(`${container.name} is stopped while its dependant ${dependant.name} runs`);
      }
    }
  }

  /** After everything was stopped and cleaned up. */
  atRest(known: readonly Task[], expected: readonly string[]): void {
    if (known.length > 0)
      this.#fail(`tasks are left: ${known.map((task) => `${task.id} ${task.knownStatus}`).join(", ")}`);
    const left = this.#docker.containers().map((each) => each.dockerName);
    if (left.length > 0) this.#fail(`containers are left: ${left.join(", ")}`);
    for (const arn of expected) {
      if (!this.#ended.has(arn)) this.#fail(`nobody was told that ${arn} ended`);
    }
  }

  /** @throws {InvariantViolation} the first that was found */
  assertHolds(): void {
    const [first] = this.violations;
    if (first !== undefined) throw new InvariantViolation(first);
  }

  #dockerEvent(event: SimulatedEvent): void {
    if (event.type !== "container") return;
    const name = event.attributes["name"] ?? "";
    const truth = this.#truthOf(name);
    switch (event.action) {
      case "start":
        this.#mayStart(name, truth);
        this.#oneAtATime(name);
        truth.started = true;
        break;
      case "die":
        truth.exitCode = event.exitCode;
        break;
      case "health_status: healthy":
        truth.everHealthy = true;
        break;
      default:
    }
  }

  /** Ordering conditions hold whenever a container is started for the first time. */
  #mayStart(dockerName: string, truth: Truth): void {
    if (truth.started || this.#meddled.has(dockerName)) return;
    const found = this.#containerByName(dockerName);
    if (found === undefined) return;
    for (const { containerName, condition } of found.container.dependencies) {
      const target = found.task.containers.find((each) => each.name === containerName);
      if (target === undefined) continue;
      const isUp = this.#isRunning(target);
      if (!conditionHeld(condition, this.#truthOf(target.dockerName), target, isUp)) {
        this.#fail(`${found.container.name} starts although ${containerName} is not ${condition}`);
      }
    }
  }

  #oneAtATime(dockerName: string): void {
    const running = this.#docker
      .containers()
      .filter((each) => each.dockerName === dockerName && each.status === "running");
    if (running.length > 1) this.#fail(`${running.length} live containers are called ${dockerName}`);
  }

  #movesForward(before: Task, after: Task): void {
    if (compareTaskStatus(after.knownStatus, before.knownStatus) < 0) {
      this.#fail(`task ${after.id} went back from ${before.knownStatus} to ${after.knownStatus}`);
    }
    if (before.desiredStatus === "STOPPED" && after.desiredStatus !== "STOPPED")
      this.#fail(`task ${after.id} is to run again`);
    for (const [index, container] of after.containers.entries()) {
      const previous = before.containers[index];
      if (previous === undefined) continue;
      if (compareContainerStatus(container.knownStatus, previous.knownStatus) < 0) {
        this.#fail(`${container.name} went back from ${previous.knownStatus} to ${container.knownStatus}`);
      }
      if (
        previous.error !== undefined &&
        container.error !== previous.error &&
        container.error?.message !== previous.error.message
      ) {
        this.#fail(`the reason of ${container.name} changed`);
      }
    }
  }

  /** STOPPED is only said of what does not run, unless somebody else started it. */
  #stoppedMeansDown(task: Task, container: Container): void {
    if (container.knownStatus !== "STOPPED" || this.#meddled.has(container.dockerName) || container.stopOwed) return;
    if (this.#isRunning(container)) this.#fail(`${container.name} of ${task.id} is said to be STOPPED and runs`);
  }

  #isRunning(container: Container): boolean {
    return this.#docker.find(container.dockerName)?.status === "running";
  }

  #containerByName(dockerName: string): { readonly task: Task; readonly container: Container } | undefined {
    for (const task of this.#tasks.values()) {
      const container = task.containers.find((each) => each.dockerName === dockerName);
      if (container !== undefined) return { task, container };
    }
    return undefined;
  }

  #taskOfDockerId(dockerId: string): Task | undefined {
    for (const task of this.#tasks.values()) {
      if (task.containers.some((each) => each.dockerId === dockerId)) return task;
    }
    return undefined;
  }

  #truthOf(dockerName: string): Truth {
    let truth = this.#truth.get(dockerName);
    if (truth === undefined) {
      truth = { started: false, exitCode: undefined, everHealthy: false };
      this.#truth.set(dockerName, truth);
    }
    return truth;
  }

  #fail(text: string): void {
    this.violations.push(text);
  }
}

function isDependant(each: Container, of: Container): boolean {
  if (of.type !== "NORMAL") return each.type === "NORMAL";
  return each.dependencies.some((edge) => edge.containerName === of.name);
}

/** A daemon that dies takes the events of its containers' ends with it, so that their state is asked for. */
function conditionHeld(condition: string, truth: Truth, target: Container, isUp: boolean): boolean {
  switch (condition) {
    case "START":
      return truth.started;
    case "COMPLETE":
      return truth.started && !isUp;
    case "SUCCESS":
      return truth.started && !isUp && (truth.exitCode === 0 || target.exitCode === 0);
    case "HEALTHY":
      return truth.everHealthy;
    default:
      return true;
  }
}
