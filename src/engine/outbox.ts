/**
 * State changes on their way to their reader: at least once, in order per task, gone only when acknowledged. The rows
 * are durable before they get here. A task has a bounded number of changes (each reported status of each container
 * once), so what is not read costs a bounded amount per task and holds up nobody else.
 */
import type { TaskArn } from "../core/brand.ts";
import type { StateChange } from "../core/state-change.ts";
import type { StateChangeDelivery } from "./task-engine.ts";

export class Outbox {
  /** Emptied from the front by moving on: after a crash there may be hundreds of thousands. */
  #queue: StateChange[] = [];
  #next = 0;
  readonly #acknowledge: (taskArn: TaskArn, upTo: number) => Promise<void>;
  #wake: (() => void) | undefined;
  #closed = false;
  #hasReader = false;

  constructor(acknowledge: (taskArn: TaskArn, upTo: number) => Promise<void>) {
    this.#acknowledge = acknowledge;
  }

  publish(changes: readonly StateChange[]): void {
    if (changes.length === 0) return;
    for (const change of changes) this.#queue.push(change);
    this.#wake?.();
  }

  close(): void {
    this.#closed = true;
    this.#wake?.();
  }

  /** One reader at a time: two would each see half of the changes. */
  async *read(): AsyncIterable<StateChangeDelivery> {
    if (this.#hasReader) throw new Error("Cannot read state changes: there is a reader already");
    this.#hasReader = true;
    try {
      while (!this.#closed) {
        const change = this.#take();
        if (change === undefined) {
          await new Promise<void>((wake) => {
            this.#wake = wake;
          });
          this.#wake = undefined;
          continue;
        }
        yield { change, acknowledge: () => this.#acknowledge(change.taskArn, change.sequence) };
      }
    } finally {
      this.#hasReader = false;
    }
  }

  #take(): StateChange | undefined {
    const change = this.#queue[this.#next];
    this.#next += 1;
    if (this.#next < this.#queue.length) return change;
    this.#queue = [];
    this.#next = 0;
    return change;
  }
}
