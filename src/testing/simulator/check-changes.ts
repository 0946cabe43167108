/** What must hold of the state changes: as they are stored, and as their reader gets them, over all restarts. */
import type { StateChange } from "../../core/state-change.ts";
import { isInternal, type Task } from "../../core/task.ts";
import type { Mutation } from "../../ports/state-store.ts";
import type { Fail } from "./check-order.ts";
import type { History } from "./history.ts";

type Told = { last: number; readonly texts: Map<number, string>; ended: boolean; readonly stopped: Set<string> };

export class ChangeChecker {
  readonly #history: History;
  readonly #fail: Fail;
  readonly #told = new Map<string, Told>();

  constructor(history: History, fail: Fail) {
    this.#history = history;
    this.#fail = fail;
  }

  hasEnded(taskArn: string): boolean {
    return this.#told.get(taskArn)?.ended === true;
  }

  /** The reader got a change, anew or again. */
  read(change: StateChange): void {
    const told = this.#toldOf(change.taskArn);
    const text = describe(change);
    const before = told.texts.get(change.sequence);
    if (before !== undefined) {
      if (before !== text) this.#fail(`state change ${change.sequence} was "${before}" and is now "${text}"`);
      return;
    }
    if (change.sequence !== told.last + 1) this.#fail(`state change ${change.sequence} "${text}" follows ${told.last}`);
    if (told.ended) this.#fail(`state change "${text}" comes after the end of its task`);
    if ([...told.texts.values()].includes(text)) this.#fail(`state change "${text}" is told twice`);
    told.last = change.sequence;
    told.texts.set(change.sequence, text);
    this.#noteEnd(change, told);
  }

  /** A task ends after all its containers. */
  #noteEnd(change: StateChange, told: Told): void {
    if (change.status !== "STOPPED") return;
    if (change.type === "container") {
      told.stopped.add(change.containerName);
      return;
    }
    told.ended = true;
    const containers = this.#history.tasks.get(change.taskArn)?.containers ?? [];
    const untold = containers.find((each) => !isInternal(each) && !told.stopped.has(each.name));
    if (untold !== undefined) this.#fail(`a task ended before its container ${untold.name}`);
  }

  #toldOf(taskArn: string): Told {
    let told = this.#told.get(taskArn);
    if (told === undefined) {
      told = { last: 0, texts: new Map(), ended: false, stopped: new Set() };
      this.#told.set(taskArn, told);
    }
    return told;
  }
}

function describe(change: StateChange): string {
  return `${change.type === "task" ? "task" : change.containerName} ${change.status}`;
}

/** What is stored: every change that is not acknowledged, without a gap up to the newest. Looked at after each commit. */
export class OutboxChecker {
  readonly #history: History;
  readonly #fail: Fail;
  readonly #pending = new Map<string, Set<number>>();

  constructor(history: History, fail: Fail) {
    this.#history = history;
    this.#fail = fail;
  }

  committed(mutations: readonly Mutation[]): void {
    for (const mutation of mutations) this.#apply(mutation);
    for (const mutation of mutations) {
      if (mutation.type === "putTask") checkNumbers(mutation.task, this.#numbersOf(mutation.task.arn), this.#fail);
    }
  }

  #apply(mutation: Mutation): void {
    if (mutation.type === "putChange") {
      const { taskArn, sequence } = mutation.change;
      this.#pending.set(taskArn, new Set([...this.#numbersOf(taskArn), sequence]));
    }
    if (mutation.type === "deleteTask") this.#mayGo(mutation.taskArn);
    if (mutation.type === "acknowledge") {
      const left = this.#numbersOf(mutation.taskArn).filter((each) => each > mutation.upTo);
      this.#pending.set(mutation.taskArn, new Set(left));
    }
  }

  /** A task stays until everybody has been told, unless its removal was asked for. */
  #mayGo(taskArn: string): void {
    const left = this.#numbersOf(taskArn);
    if (left.length === 0 || this.#history.removals.has(taskArn)) return;
    this.#fail(`${taskArn} is removed, and nobody has acknowledged ${left.join(", ")}`);
  }

  #numbersOf(taskArn: string): readonly number[] {
    return [...(this.#pending.get(taskArn) ?? [])].sort((a, b) => a - b);
  }
}

function checkNumbers(task: Task, numbers: readonly number[], fail: Fail): void {
  const first = numbers[0] ?? task.nextChange;
  if (first + numbers.length !== task.nextChange) {
    fail(`stored state changes of ${task.id} are ${numbers.join(", ")}, and the next is ${task.nextChange}`);
  }
  // A row that is ahead of the outbox would let the task go before its reader has been told.
  if (numbers.length > 0 && first <= task.acknowledgedChange && task.knownStatus !== "STOPPED") {
    fail(`the row of ${task.id} says that ${task.acknowledgedChange} is acknowledged, and ${first} is stored still`);
  }
}
