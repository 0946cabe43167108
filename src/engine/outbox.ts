/**
 * State changes on their way to their reader: at least once, in order per task, gone only when acknowledged. The rows
 * are durable before they get here. A task has a bounded number of changes (each reported status of each container
 * once), so what is not read costs a bounded amount per task and holds up nobody else.
 */
import type { TaskArn } from "../core/brand.ts";
import { EngineError } from "../core/errors.ts";
import type { StateChange } from "../core/state-change.ts";
import type { StateChangeDelivery } from "./task-engine.ts";

export class Outbox {
  /** Emptied from the front by moving on: after a crash there may be hundreds of thousands. */
  #queue: StateChange[] = [];
  #next = 0;
  /** What was read and has not been acknowledged: told again to the next reader. */
  readonly #delivered = new Map<TaskArn, readonly StateChange[]>();
  readonly #save: (taskArn: TaskArn, upTo: number) => Promise<void>;
  #wake: (() => void) | undefined;
  #closed = false;
  #hasReader = false;

  /** @param save makes an acknowledgement durable */
  constructor(save: (taskArn: TaskArn, upTo: number) => Promise<void>) {
    this.#save = save;
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

  /**
   * One reader at a time: two would each see half of the changes. Who ends (leaves its loop) makes room for another.
   * @throws {EngineError} TaskStateError at the first read, while there is a reader
   */
  async *read(): AsyncIterable<StateChangeDelivery> {
    if (this.#hasReader) {
      throw new EngineError("TaskStateError", "Cannot read state changes: somebody reads them already");
    }
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
      this.#takeBack();
    }
  }

  async #acknowledge(taskArn: TaskArn, upTo: number): Promise<void> {
    await this.#save(taskArn, upTo);
    const left = this.#delivered.get(taskArn)?.filter(({ sequence }) => sequence > upTo) ?? [];
    if (left.length === 0) this.#delivered.delete(taskArn);
    else this.#delivered.set(taskArn, left);
  }

  #take(): StateChange | undefined {
    const change = this.#queue[this.#next];
    if (change !== undefined) this.#delivered.set(change.taskArn, [...this.#deliveredOf(change), change]);
    this.#next += 1;
    if (this.#next < this.#queue.length) return change;
    this.#queue = [];
    this.#next = 0;
    return change;
  }

  #deliveredOf({ taskArn }: StateChange): readonly StateChange[] {
    return this.#delivered.get(taskArn) ?? [];
  }

  #takeBack(): void {
    this.#queue = [...this.#delivered.values(), this.#queue.slice(this.#next)].flat();
    this.#next = 0;
    this.#delivered.clear();
  }
}
