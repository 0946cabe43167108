/** Who is told what happens in an engine, as it happens: a broadcast within the process, nothing is kept. */
import type { EngineEvent } from "./task-engine.ts";

export type EngineListener = (event: EngineEvent) => void;

export class EngineListeners {
  readonly #listeners = new Set<EngineListener>();
  /** A copy of the listeners, kept until one more or one fewer listens. */
  #told: readonly EngineListener[] | undefined;

  /** @returns what ends it */
  add(listener: EngineListener): () => void {
    this.#listeners.add(listener);
    this.#told = undefined;
    return () => {
      this.#listeners.delete(listener);
      this.#told = undefined;
    };
  }

  emit(event: EngineEvent): void {
    // Who begins or ends to listen while it is told does so from the next event on.
    this.#told ??= [...this.#listeners];
    for (const listener of this.#told) listener(event);
  }
}
