/**
 * Lets a bounded number of pulls run at a time. First come, first served by task: a task that came earlier gets all its
 * images before a later one gets any, so that the first task is ready first and the last one no later.
 *
 * INVARIANTS
 * - Never more than `limit` hold a place.
 * - A place given up goes to the waiting pull of the oldest task, and among those to the one that came first.
 */
import { EngineError } from "../core/errors.ts";

type Waiting = { readonly taskOrder: number; readonly admit: () => void };

/** More containers than this wait for a pull only if something is wrong. */
const MAX_WAITING = 10_000;

export class PullGate {
  readonly #limit: number;
  readonly #waiting: Waiting[] = [];
  /** When each task with pulls waiting or running came, and how many it has. */
  readonly #tasks = new Map<string, { readonly order: number; pulls: number }>();
  #nextOrder = 0;
  #running = 0;

  constructor(limit: number) {
    this.#limit = Math.max(1, limit);
  }

  get waiting(): number {
    return this.#waiting.length;
  }

  /** Runs the work once there is a place. @throws `signal.reason` when the signal fires while it waits */
  async run<Result>(taskArn: string, signal: AbortSignal, work: () => Promise<Result>): Promise<Result> {
    const order = this.#join(taskArn);
    try {
      await this.#enter(order, signal);
      try {
        return await work();
      } finally {
        this.#leave();
      }
    } finally {
      this.#part(taskArn);
    }
  }

  #join(taskArn: string): number {
    const task = this.#tasks.get(taskArn) ?? { order: this.#nextOrder++, pulls: 0 };
    task.pulls += 1;
    this.#tasks.set(taskArn, task);
    return task.order;
  }

  #part(taskArn: string): void {
    const task = this.#tasks.get(taskArn);
    if (task === undefined) return;
    task.pulls -= 1;
    if (task.pulls === 0) this.#tasks.delete(taskArn);
  }

  #enter(taskOrder: number, signal: AbortSignal): Promise<void> {
    if (signal.aborted) return Promise.reject(signal.reason);
    if (this.#running < this.#limit) {
      this.#running += 1;
      return Promise.resolve();
    }
    if (this.#waiting.length >= MAX_WAITING) {
      return Promise.reject(
        new EngineError("CannotPullContainerError", `Cannot queue pull: ${MAX_WAITING} pulls wait already`, {
          retryable: true,
        }),
      );
    }
    return this.#wait(taskOrder, signal);
  }

  #wait(taskOrder: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const entry: Waiting = {
        taskOrder,
        admit: () => {
          signal.removeEventListener("abort", onAbort);
          resolve();
        },
      };
      const onAbort = () => {
        this.#waiting.splice(this.#waiting.indexOf(entry), 1);
        reject(signal.reason);
      };
      signal.addEventListener("abort", onAbort, { once: true });
      const later = this.#waiting.findIndex((other) => other.taskOrder > taskOrder);
      this.#waiting.splice(later < 0 ? this.#waiting.length : later, 0, entry);
    });
  }

  #leave(): void {
    const next = this.#waiting.shift();
    if (next === undefined) this.#running -= 1;
    else next.admit();
  }
}
