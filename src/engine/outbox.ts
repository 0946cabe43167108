/**
 * State changes on their way to their reader: at least once, in order per task, gone only when acknowledged. The rows
 * are durable before they get here. A task has a bounded number of changes (each reported status of each container
 * once), so what is not read costs a bounded amount per task and holds up nobody else.
 */
import { assert } from "../core/assert.ts";
import type { TaskArn } from "../core/brand.ts";
import { EngineError } from "../core/errors.ts";
import type { StateChange } from "../core/state-change.ts";
import type { StateChangeDelivery } from "./task-engine.ts";

type Result = IteratorResult<StateChangeDelivery, undefined>;
/** It reads from its first `next` until its `return`, or the end of the outbox. */
type Reader = { hasEnded: boolean; readonly waiting: ((result: Result) => void)[] };

const OVER: Result = { done: true, value: undefined };

export class Outbox {
  /** Emptied from the front by moving on: after a crash there may be hundreds of thousands. */
  #queue: StateChange[] = [];
  #next = 0;
  /** Of tasks whose changes were taken back from a reader, up to which number they were acknowledged since. */
  readonly #sinceTakenBack = new Map<TaskArn, number>();
  /** What was read and has not been acknowledged: told again to the next reader. */
  readonly #delivered = new Map<TaskArn, StateChange[]>();
  readonly #save: (taskArn: TaskArn, upTo: number) => Promise<void>;
  #closed = false;
  #reader: Reader | undefined;

  /** @param save makes an acknowledgement durable; whoever does it calls {@link forget} then */
  constructor(save: (taskArn: TaskArn, upTo: number) => Promise<void>) {
    this.#save = save;
  }

  publish(changes: readonly StateChange[]): void {
    if (changes.length === 0) return;
    for (const change of changes) this.#queue.push(change);
    const waiting = this.#reader?.waiting ?? [];
    while (waiting.length > 0 && this.#hasNext()) waiting.shift()?.(this.#nextResult());
  }

  /** It is durable that this task's changes up to this number were taken: no other reader is told them. */
  forget(taskArn: TaskArn, upTo: number): void {
    const known = this.#sinceTakenBack.get(taskArn);
    if (known !== undefined) this.#sinceTakenBack.set(taskArn, Math.max(known, upTo));
    const left = this.#delivered.get(taskArn)?.filter(({ sequence }) => sequence > upTo) ?? [];
    if (left.length === 0) this.#delivered.delete(taskArn);
    else this.#delivered.set(taskArn, left);
  }

  close(): void {
    this.#closed = true;
    if (this.#reader !== undefined) this.#end(this.#reader);
  }

  /**
   * One reader at a time: two would each see half of the changes. Who ends (leaves its loop) makes room for another. No
   * generator, which makes three promises for each change.
   * @throws {EngineError} TaskStateError at the first read, while there is a reader
   */
  read(): AsyncIterable<StateChangeDelivery> {
    return { [Symbol.asyncIterator]: () => this.#newReader() };
  }

  #newReader(): AsyncIterator<StateChangeDelivery, undefined> {
    const reader: Reader = { hasEnded: false, waiting: [] };
    return {
      next: () => this.#read(reader),
      return: async () => {
        this.#end(reader);
        return OVER;
      },
    };
  }

  #read(reader: Reader): Promise<Result> {
    if (reader.hasEnded) return Promise.resolve(OVER);
    this.#reader ??= reader;
    if (this.#reader !== reader) {
      reader.hasEnded = true;
      const text = "Cannot read state changes: somebody reads them already";
      return Promise.reject(new EngineError("TaskStateError", text));
    }
    if (this.#closed) this.#end(reader);
    if (reader.hasEnded) return Promise.resolve(OVER);
    if (this.#hasNext()) return Promise.resolve(this.#nextResult());
    return new Promise((resolve) => reader.waiting.push(resolve));
  }

  #end(reader: Reader): void {
    reader.hasEnded = true;
    for (const resolve of reader.waiting.splice(0)) resolve(OVER);
    if (this.#reader !== reader) return;
    this.#reader = undefined;
    this.#takeBack();
  }

  /** Is there one to tell? What a reader that left had taken may have been acknowledged meanwhile. */
  #hasNext(): boolean {
    for (let next = this.#queue[this.#next]; next !== undefined; next = this.#queue[this.#next]) {
      if (next.sequence > (this.#sinceTakenBack.get(next.taskArn) ?? 0)) return true;
      this.#next += 1;
    }
    this.#empty();
    return false;
  }

  #empty(): void {
    if (this.#queue.length > 0) this.#queue = [];
    this.#next = 0;
    this.#sinceTakenBack.clear();
  }

  /** To be asked for only while the queue holds one. */
  #nextResult(): Result {
    const change = this.#take();
    return { done: false, value: { change, acknowledge: () => this.#save(change.taskArn, change.sequence) } };
  }

  #take(): StateChange {
    const change = this.#queue[this.#next];
    assert(change !== undefined, "Cannot tell a state change: none is queued");
    this.#noteDelivered(change);
    this.#next += 1;
    if (this.#next === this.#queue.length) this.#empty();
    return change;
  }

  #noteDelivered(change: StateChange): void {
    const delivered = this.#delivered.get(change.taskArn);
    if (delivered === undefined) this.#delivered.set(change.taskArn, [change]);
    else delivered.push(change);
  }

  #takeBack(): void {
    for (const taskArn of this.#delivered.keys()) this.#sinceTakenBack.set(taskArn, 0);
    this.#queue = [...this.#delivered.values(), this.#queue.slice(this.#next)].flat();
    this.#next = 0;
    this.#delivered.clear();
  }
}
