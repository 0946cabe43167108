/** Items from one side, an async iterator on the other. One reader. */
export class AsyncQueue<T> implements AsyncIterableIterator<T> {
  #items: T[] = [];
  #waiting: { resolve(result: IteratorResult<T>): void; reject(reason: unknown): void } | undefined;
  #end: { readonly failure?: { readonly reason: unknown } } | undefined;
  readonly #onReturn: () => void;

  /** @param onReturn called when the reader leaves early */
  constructor(onReturn: () => void = () => undefined) {
    this.#onReturn = onReturn;
  }

  push(item: T): void {
    if (this.#end !== undefined) return;
    const waiting = this.#waiting;
    if (waiting === undefined) {
      this.#items.push(item);
      return;
    }
    this.#waiting = undefined;
    waiting.resolve({ done: false, value: item });
  }

  /** The reader still gets what is queued. */
  end(): void {
    this.#finish({});
  }

  /** The reader gets what is queued, then this. */
  fail(reason: unknown): void {
    this.#finish({ failure: { reason } });
  }

  next(): Promise<IteratorResult<T>> {
    if (this.#items.length > 0) return Promise.resolve({ done: false, value: this.#items.shift() as T });
    if (this.#end === undefined) {
      return new Promise((resolve, reject) => {
        this.#waiting = { resolve, reject };
      });
    }
    const failure = this.#end.failure;
    this.#end = {};
    return failure === undefined ? Promise.resolve({ done: true, value: undefined }) : Promise.reject(failure.reason);
  }

  return(): Promise<IteratorResult<T>> {
    this.#items = [];
    this.end();
    this.#onReturn();
    return Promise.resolve({ done: true, value: undefined });
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  #finish(end: { readonly failure?: { readonly reason: unknown } }): void {
    if (this.#end !== undefined) return;
    const waiting = this.#waiting;
    this.#waiting = undefined;
    this.#end = waiting === undefined ? end : {};
    if (end.failure === undefined) waiting?.resolve({ done: true, value: undefined });
    else waiting?.reject(end.failure.reason);
  }
}
