/** Timers by due time. A binary heap with lazy removal. */

export type Timer<Owner> = {
  /** Milliseconds, on the clock of whoever uses the queue. */
  readonly dueMs: number;
  /** Settles who comes first among timers that are due together. */
  readonly order: number;
  /** Whom or what it is for. */
  readonly owner: Owner;
  cancelled: boolean;
};

/** INVARIANT: `size` counts the timers that are neither cancelled nor taken. */
export class TimerQueue<Owner> {
  #heap: Timer<Owner>[] = [];
  #cancelled = 0;

  get size(): number {
    return this.#heap.length - this.#cancelled;
  }

  add(dueMs: number, order: number, owner: Owner): Timer<Owner> {
    const timer: Timer<Owner> = { dueMs, order, owner, cancelled: false };
    this.#push(timer);
    return timer;
  }

  cancel(timer: Timer<Owner>): void {
    if (timer.cancelled) return;
    timer.cancelled = true;
    this.#cancelled++;
    // Cancelled timers far in the future would pile up: every limit of every call is one.
    if (this.#cancelled > 64 && this.#cancelled > this.#heap.length / 2) this.#compact();
  }

  /** The earliest one, still in the queue. */
  peek(): Timer<Owner> | undefined {
    for (let first = this.#heap[0]; first !== undefined; first = this.#heap[0]) {
      if (!first.cancelled) return first;
      this.#popFirst();
      this.#cancelled--;
    }
    return undefined;
  }

  take(): Timer<Owner> | undefined {
    const first = this.peek();
    if (first === undefined) return undefined;
    this.#popFirst();
    // From here on, cancelling it means nothing: it must not be counted.
    first.cancelled = true;
    return first;
  }

  #compact(): void {
    const live = this.#heap.filter((timer) => !timer.cancelled);
    live.sort(compareTimers);
    // A sorted array is a heap.
    this.#heap = live;
    this.#cancelled = 0;
  }

  #push(timer: Timer<Owner>): void {
    const heap = this.#heap;
    let index = heap.length;
    heap.push(timer);
    while (index > 0) {
      const parentIndex = (index - 1) >> 1;
      const parent = heap[parentIndex] as Timer<Owner>;
      if (compareTimers(parent, timer) <= 0) break;
      heap[index] = parent;
      index = parentIndex;
    }
    heap[index] = timer;
  }

  #popFirst(): void {
    const heap = this.#heap;
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return;
    let index = 0;
    for (;;) {
      let childIndex = 2 * index + 1;
      if (childIndex >= heap.length) break;
      const right = heap[childIndex + 1];
      if (right !== undefined && compareTimers(right, heap[childIndex] as Timer<Owner>) < 0) childIndex++;
      const child = heap[childIndex] as Timer<Owner>;
      if (compareTimers(last, child) <= 0) break;
      heap[index] = child;
      index = childIndex;
    }
    heap[index] = last;
  }
}

function compareTimers(a: Timer<unknown>, b: Timer<unknown>): number {
  return a.dueMs - b.dueMs || a.order - b.order;
}
