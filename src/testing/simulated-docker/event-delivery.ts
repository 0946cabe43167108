/** The last stretch of an event, from the daemon to one of its readers: latency, order and the faults of events. */
import { asEpochMs } from "../../core/brand.ts";
import type { Exchange } from "./connection.ts";
import type { SimulatedEvent } from "./event-log.ts";
import { drawLatency } from "./latency.ts";

export class EventDelivery {
  readonly #exchange: Exchange;
  readonly #deliver: (event: SimulatedEvent) => void;
  /** No event overtakes one that is still on its way, unless a fault makes it. */
  #notBefore = 0;
  /** Waits for the next one, to change places with it. */
  #swapped: SimulatedEvent | undefined;

  constructor(exchange: Exchange, deliver: (event: SimulatedEvent) => void) {
    this.#exchange = exchange;
    this.#deliver = deliver;
  }

  accept(event: SimulatedEvent): void {
    const fault = this.#exchange.faults.drawEvent(event.action, event.attributes.name ?? event.id);
    switch (fault?.kind) {
      case "eventLost":
        return;
      case "eventLate":
        this.#after(fault.ms, () => this.#deliver(event));
        return;
      case "eventDoubled":
        this.#send(event);
        this.#after(fault.afterMs ?? 0, () => this.#deliver(event));
        return;
      case "eventReordered":
        this.#sendSwapped();
        this.#swapped = event;
        return;
      case undefined:
        this.#send(event);
        this.#sendSwapped();
    }
  }

  /** The connection ended: what had not left yet is lost. */
  reset(): void {
    this.#swapped = undefined;
  }

  #sendSwapped(): void {
    const swapped = this.#swapped;
    this.#swapped = undefined;
    if (swapped !== undefined) this.#send(swapped);
  }

  #send(event: SimulatedEvent): void {
    const { latency, state } = this.#exchange;
    const now = state.clock.now();
    const at = Math.max(now + drawLatency(latency.eventDelivery, state.random), this.#notBefore);
    this.#notBefore = at;
    if (at <= now) this.#deliver(event);
    else this.#after(at - now, () => this.#deliver(event));
  }

  #after(ms: number, action: () => void): void {
    const { clock } = this.#exchange.state;
    clock.schedule(asEpochMs(clock.now() + ms), action);
  }
}
