/**
 * One task, one actor, one input at a time. Folds inputs through the machine, makes the outcome durable, and only then
 * lets effects go.
 *
 * INVARIANTS
 * - No effect leaves before the state that asked for it is saved.
 * - Nothing is published or done before the save; until it works the actor waits.
 * - After `stop` or the end of the task nothing leaves the actor; inputs are dropped.
 */

import { assert } from "../core/assert.ts";
import type { EpochMs } from "../core/brand.ts";
import type { MachineConfig } from "../core/machine/config.ts";
import type { Effect } from "../core/machine/effect.ts";
import type { Input } from "../core/machine/input.ts";
import { moveWaits } from "../core/machine/move-waits.ts";
import { AS_BEFORE, acknowledge, canAcknowledgeLater, type Step, step } from "../core/machine/step.ts";
import type { StateChange } from "../core/state-change.ts";
import type { Task } from "../core/task.ts";
import type { Clock } from "../ports/clock.ts";
import { isWorthASave } from "./worth-saving.ts";

/** More than all answers, observations and timers that one task can have outstanding: beyond it a producer has no limit. */
const INBOX_MAX = 10_000;

/** The inbox of whoever has none: most actors wait for their clean-up. Nothing is ever pushed to it. */
const NOTHING: Input[] = [];

/** Shared by all actors of an engine: what belongs to one task comes in as an argument. */
export type ActorPorts = {
  readonly clock: Clock;
  /** How far the host's time was set ahead since the engine began, in all. */
  readonly leapMs: () => number;
  /** For one step: what is left to chance is drawn anew for each. */
  readonly config: () => MachineConfig;
  /** Makes the task and its new changes durable in one commit, however long that takes; rejects only at the end. */
  readonly save: (task: Task, changes: readonly StateChange[]) => Promise<void>;
  /** Begins an effect; its answer comes back through `send`. Never throws. */
  readonly perform: (effect: Effect, task: Task) => void;
  readonly onState: (task: Task, changes: readonly StateChange[], before: Task) => void;
  /** Our bug, not Docker's: the actor does no more work. */
  readonly onCrash: (error: unknown, task: Task) => void;
};

export class TaskActor {
  readonly #ports: ActorPorts;
  #inbox: Input[] = NOTHING;
  #task: Task;
  #draining = false;
  #stopped = false;
  /** Of the host's time, as far as the task's waits have moved along. */
  #leapMs: number;
  /** What is above the task's own number is not in it yet. */
  #acknowledgedUpTo = 0;
  #wake: { readonly at: EpochMs; readonly cancel: () => void } | undefined;
  #saved: { readonly promise: Promise<void>; readonly resolve: () => void } | undefined;

  constructor(task: Task, ports: ActorPorts) {
    this.#task = task;
    this.#ports = ports;
    this.#leapMs = ports.leapMs();
  }

  /** As it is by now: acknowledgements that could wait are taken in here. */
  get task(): Task {
    const upTo = this.#acknowledgedUpTo;
    if (upTo > this.#task.acknowledgedChange) this.#task = acknowledge(this.#task, upTo);
    return this.#task;
  }

  /** Does something that it is to do wait for a save? */
  get isSaving(): boolean {
    return this.#draining && !this.#stopped;
  }

  /** It takes no input any more. */
  get isStopped(): boolean {
    return this.#stopped;
  }

  /** Queues an input and returns at once. */
  send(input: Input): void {
    if (this.#stopped || this.#takeLater(input)) return;
    assert(this.#inbox.length < INBOX_MAX, `Cannot queue input: inbox holds ${INBOX_MAX}`);
    // A list written down with one input has room for one, which most have; the first push makes room for 17.
    if (this.#inbox.length === 0) this.#inbox = [input];
    else this.#inbox.push(input);
    if (!this.#draining) this.#drain();
  }

  /**
   * Of most acknowledgements nothing follows but what is told to who asks. That is worked out when somebody does, or with
   * the next input: most tasks are stopped, and each would hold a copy beside what the store holds of it.
   */
  #takeLater(input: Input): boolean {
    if (input.type !== "acknowledged" || this.#draining) return false;
    if (!canAcknowledgeLater(this.#task, this.#wake?.at)) return false;
    this.#acknowledgedUpTo = Math.max(this.#acknowledgedUpTo, input.upTo);
    return true;
  }

  /** Resolves when all that was sent before is folded in and durable. */
  async settled(): Promise<void> {
    if (!this.#draining || this.#stopped) return;
    if (this.#saved === undefined) {
      let resolve = () => {};
      const promise = new Promise<void>((done) => {
        resolve = done;
      });
      this.#saved = { promise, resolve };
    }
    await this.#saved.promise;
  }

  stop(): void {
    this.#stopped = true;
    this.#inbox = NOTHING;
    this.#wake?.cancel();
    this.#saved?.resolve();
  }

  /** Until the inbox is empty. Waits for nothing but saves: most steps need none, and are done when `send` returns. */
  #drain(): void {
    this.#draining = true;
    try {
      while (this.#inbox.length > 0 && !this.#stopped) {
        const before = this.task;
        const next = this.#foldInbox();
        if (next.changes.length > 0 || isWorthASave(before, next.task)) {
          this.#saveAndGoOn(next);
          return;
        }
        this.#letGo(next);
      }
    } catch (error) {
      this.#crash(error);
      return;
    }
    this.#draining = false;
    this.#saved?.resolve();
    this.#saved = undefined;
  }

  #saveAndGoOn(next: Step): void {
    const saved = this.#ports.save(next.task, next.changes);
    void saved.then(
      () => this.#goOn(next),
      (error: unknown) => this.#crash(error),
    );
  }

  #goOn(next: Step): void {
    if (this.#stopped) return;
    try {
      this.#letGo(next);
    } catch (error) {
      this.#crash(error);
      return;
    }
    this.#drain();
  }

  /** Inputs that came in meanwhile share one commit. */
  #foldInbox(): Step {
    const batch = this.#inbox;
    this.#inbox = NOTHING;
    const begun = this.#withMovedWaits();
    let folded: Step | undefined;
    for (const input of batch) {
      const next = step(folded?.task ?? begun, input, this.#ports.clock.now(), this.#ports.config());
      folded = folded === undefined ? next : together(folded, next);
    }
    return folded ?? { task: begun, changes: [], effects: [], wakeAt: AS_BEFORE };
  }

  #withMovedWaits(): Task {
    const leapMs = this.#ports.leapMs();
    if (leapMs === this.#leapMs) return this.#task;
    const byMs = leapMs - this.#leapMs;
    this.#leapMs = leapMs;
    return moveWaits(this.#task, byMs);
  }

  /** What was asked for and is saved, if it has to be. */
  #letGo({ task, changes, effects, wakeAt }: Step): void {
    const before = this.#task;
    if (task !== before) {
      this.#task = task;
      this.#ports.onState(task, changes, before);
    }
    if (wakeAt !== AS_BEFORE) this.#wakeBy(wakeAt);
    for (const effect of effects) this.#ports.perform(effect, task);
  }

  #wakeBy(at: EpochMs | undefined): void {
    if (at === this.#wake?.at) return;
    this.#wake?.cancel();
    this.#wake = at === undefined ? undefined : { at, cancel: this.#ports.clock.schedule(at, () => this.#wakeUp()) };
  }

  #wakeUp(): void {
    this.#wake = undefined;
    this.send({ type: "timerFired" });
  }

  #crash(error: unknown): void {
    if (this.#stopped) return;
    this.stop();
    this.#ports.onCrash(error, this.#task);
  }
}

function together(first: Step, second: Step): Step {
  return {
    task: second.task,
    changes: [...first.changes, ...second.changes],
    effects: [...first.effects, ...second.effects],
    wakeAt: second.wakeAt === AS_BEFORE ? first.wakeAt : second.wakeAt,
  };
}
