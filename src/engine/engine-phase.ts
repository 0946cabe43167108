/** Where an engine is in its life, and what may be asked of it there. Source: engine-behaviour 2.1, 2.4. */
import { EngineError } from "../core/errors.ts";

type Phase = "created" | "initialised" | "shutDown";

/**
 * INVARIANTS
 * - A phase never comes back: created, initialised, shut down, in this order, the second one left out at times.
 */
export class EnginePhase {
  #current: Phase = "created";
  #supersededBy: EngineError | undefined;

  get current(): Phase {
    return this.#current;
  }

  /** @throws {EngineError} EngineDisabledError when the engine was shut down meanwhile */
  initialised(): void {
    this.assertNotShutDown();
    this.#current = "initialised";
  }

  shutDown(): void {
    this.#current = "shutDown";
  }

  /** Shut down because another engine took its state over; whoever calls is told why. */
  supersede(error: EngineError): void {
    this.#current = "shutDown";
    this.#supersededBy = error;
  }

  /** @throws {EngineError} EngineNotInitializedError, EngineDisabledError */
  assertInitialised(): void {
    this.assertNotShutDown();
    if (this.#current === "initialised") return;
    throw new EngineError(
      "EngineNotInitializedError",
      "Cannot use the engine: it is not initialised, call init() first",
    );
  }

  /** @throws {EngineError} EngineDisabledError */
  assertNotShutDown(): void {
    if (this.#current !== "shutDown") return;
    if (this.#supersededBy !== undefined)
      throw new EngineError("EngineDisabledError", this.#supersededBy.message, { cause: this.#supersededBy });
    throw new EngineError("EngineDisabledError", "Cannot use the engine: it is shut down");
  }
}
