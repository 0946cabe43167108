/**
 * What must hold over time, looked at every few seconds: every wait has a reason, what happened in Docker is noticed, and
 * what is to stop stops. Each has its bound; in a world without faults the bounds are tight.
 */
import { type Blocker, isTaskBlocker } from "../../core/blocker.ts";
import { isRunningStatus } from "../../core/status.ts";
import type { Container, Task } from "../../core/task.ts";
import type { Fail } from "./check-order.ts";
import type { History } from "./history.ts";

export type Moment = {
  /** Steady time, in ms. */
  readonly elapsedMs: number;
  /** Wall-clock time of the simulation, which may jump. */
  readonly now: number;
  readonly tasks: readonly Task[];
  readonly whyBlocked: (task: Task) => readonly Blocker[];
  /** Nothing goes wrong from outside, now and since the engine started. */
  readonly isCalm: boolean;
  /** How long the engine may take to learn of an end. */
  readonly noticedWithinMs: number;
};

/** A save that fails is tried again each second; whoever waits for it has no other reason. */
const REASON_WITHIN_MS = 25_000;
/** A wall clock that leaps forward makes the timers late that were set before. */
const CLEANED_WITHIN_MS = { calm: 25_000, rough: 180_000 } as const;
/** Per container beside its stop timeout: SIGKILL and looks; and calls under way that hang until their limits. */
const STOP_SLACK_MS = { calm: 2_000, rough: 15_000 } as const;
const HUNG_CALLS_MS = 8 * 60_000;

export class TimeChecker {
  readonly #history: History;
  readonly #fail: Fail;
  /** Since when something has held without a break. */
  readonly #since = new Map<string, number>();
  #seen = new Set<string>();

  constructor(history: History, fail: Fail) {
    this.#history = history;
    this.#fail = fail;
  }

  /** The engine was away, or the world became another one: all clocks start anew. */
  reset(): void {
    this.#since.clear();
  }

  look(moment: Moment): void {
    this.#seen = new Set();
    for (const task of moment.tasks) {
      this.#waitsHaveReasons(task, moment);
      this.#endsAreNoticed(task, moment);
      if (task.desiredStatus === "STOPPED") this.#stops(task, moment);
    }
    for (const key of this.#since.keys()) if (!this.#seen.has(key)) this.#since.delete(key);
  }

  #waitsHaveReasons(task: Task, moment: Moment): void {
    const waiting = task.containers.filter((each) => !isSteady(each));
    const isOver = task.knownStatus === "STOPPED";
    if (waiting.length === 0 && !isOver) return;
    const blockers = moment.whyBlocked(task);
    for (const container of waiting) {
      if (blockers.some((each) => concerns(each, container))) continue;
      this.#within(`reason ${container.dockerName}`, REASON_WITHIN_MS, moment, () => {
        return `${container.name} is ${container.knownStatus}, wants ${container.desiredStatus}, and nobody knows why`;
      });
    }
    if (!isOver || blockers.length > 0) return;
    if (task.cleanupAt === undefined || task.cleanupAt > moment.now) return;
    const limit = moment.isCalm ? CLEANED_WITHIN_MS.calm : CLEANED_WITHIN_MS.rough;
    this.#within(`reason ${task.arn}`, limit, moment, () => `${task.id} is not cleaned up, and nobody knows why`);
  }

  /** The daemon is asked, not the engine: an end that the engine has not heard of is a lie after a while. */
  #endsAreNoticed(task: Task, moment: Moment): void {
    if (!this.#history.docker.isUp) return;
    for (const container of task.containers) {
      if (!isRunningStatus(container.knownStatus) || this.#history.isRunning(container)) continue;
      if (container.restart.pending) continue;
      this.#within(
        `end ${container.dockerName}`,
        moment.noticedWithinMs,
        moment,
        () => `the end of ${container.name} is not noticed`,
      );
    }
  }

  #stops(task: Task, moment: Moment): void {
    if (!this.#history.docker.isUp) return;
    const running = task.containers.filter((each) => this.#history.isRunning(each));
    const [first] = running;
    if (first === undefined) return;
    const slack = moment.isCalm ? STOP_SLACK_MS.calm : STOP_SLACK_MS.rough;
    const sum = task.containers.reduce((total, each) => total + each.stopTimeoutMs + slack, 0);
    const limit = sum + (moment.isCalm ? 10_000 : HUNG_CALLS_MS);
    this.#within(
      `stop ${task.arn}`,
      limit,
      moment,
      () => `${first.name} of ${task.id} runs on, although it is to stop`,
    );
  }

  #within(key: string, limitMs: number, { elapsedMs }: Moment, describe: () => string): void {
    this.#seen.add(key);
    const since = this.#since.get(key) ?? elapsedMs;
    this.#since.set(key, since);
    if (elapsedMs - since > limitMs) this.#fail(`${describe()} (for ${(elapsedMs - since) / 1000} s)`);
  }
}

/** Where it wants to be, or where it can only be cleaned up. */
function isSteady({ knownStatus, desiredStatus, restart, stopOwed }: Container): boolean {
  if (stopOwed || restart.pending) return false;
  return knownStatus === "STOPPED" || knownStatus === desiredStatus;
}

function concerns(blocker: Blocker, { name }: Container): boolean {
  return isTaskBlocker(blocker) ? blocker.type === "hostResources" : blocker.containerName === name;
}
