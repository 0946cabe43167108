/** One client's way to the daemon: latency, faults and limits of every call. */
import { asEpochMs } from "../../core/brand.ts";
import { ConnectionLost } from "./call-failure.ts";
import { nameConflict } from "./container-create.ts";
import type { DaemonState } from "./daemon-state.ts";
import type { CallFault, Faults } from "./faults.ts";
import { guard } from "./guard.ts";
import { drawLatency, type LatencyTable } from "./latency.ts";
import type { DockerOperation } from "./operations.ts";
import { DockerRefusal } from "./refusal.ts";

export type Call = {
  readonly operation: DockerOperation;
  /** What it is about: a container's name or id, an image, a volume. Faults can ask for it. */
  readonly subject: string;
  /** Milliseconds; none when 0. */
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
};
/** What the daemon does for a call. It is told the fault that is its own business and whether anybody still waits. */
export type Effect<T> = (context: { readonly fault?: CallFault; readonly isOver: () => boolean }) => T | Promise<T>;

export type CallRecord = {
  readonly at: number;
  readonly operation: DockerOperation;
  readonly subject: string;
  /** `ok`, or the error in one line. */
  readonly outcome: string;
};

/** What the connections of one daemon share. */
export type Exchange = {
  readonly state: DaemonState;
  readonly faults: Faults;
  latency: LatencyTable;
  startsUnderWay: number;
  readonly observers: Set<(record: CallRecord) => void>;
};

/** Calls whose answer is a stream break inside it, and know how. */
const STREAMS: ReadonlySet<DockerOperation> = new Set(["pullImage", "events", "logs", "stats"]);

export class Connection {
  readonly exchange: Exchange;
  readonly endpoint: string;
  readonly #brokenListeners = new Set<() => void>();
  readonly #repairedListeners = new Set<() => void>();
  #isCut = false;

  constructor(exchange: Exchange, endpoint: string) {
    this.exchange = exchange;
    this.endpoint = endpoint;
  }

  get isOpen(): boolean {
    return this.exchange.state.isUp && !this.#isCut;
  }

  /** Calls under way lose their answers and new ones fail, until {@link repair}. The daemon notices nothing. */
  cut(): void {
    this.#isCut = true;
    for (const listener of [...this.#brokenListeners]) listener();
  }

  repair(): void {
    this.#isCut = false;
    for (const listener of [...this.#repairedListeners]) listener();
  }

  /** The daemon went down or the connection was cut. @returns what unsubscribes */
  onBroken(listener: () => void): () => void {
    this.#brokenListeners.add(listener);
    const stop = this.exchange.state.onDown(listener);
    return () => {
      stop();
      this.#brokenListeners.delete(listener);
    };
  }

  /** The daemon came up or the connection was repaired; look at {@link isOpen} for whether it works now. */
  onRepaired(listener: () => void): () => void {
    this.#repairedListeners.add(listener);
    const stop = this.exchange.state.onUp(listener);
    return () => {
      stop();
      this.#repairedListeners.delete(listener);
    };
  }

  /** @throws {DockerRefusal} {@link ConnectionLost} CallTimeout, the signal's reason */
  async perform<T>(call: Call, effect: Effect<T>): Promise<T> {
    call.signal?.throwIfAborted();
    try {
      const result = await this.#perform(call, effect);
      this.#record(call, undefined);
      return result;
    } catch (failure) {
      this.#record(call, failure);
      throw failure;
    }
  }

  async #perform<T>(call: Call, effect: Effect<T>): Promise<T> {
    const fault = this.exchange.faults.drawCall(call.operation, call.subject);
    const delayMs = this.#delayOf(call.operation);
    if (fault !== undefined || delayMs > 0) {
      return this.#guarded(call, (isOver) => this.#slow({ call, fault, delayMs, isOver }, effect));
    }
    // Even an instant daemon acts after its caller's turn, never inside it.
    await undefined;
    this.#refuseWhenBroken();
    let over = false;
    const result = effect({ isOver: () => over });
    if (!(result instanceof Promise)) return result;
    try {
      return await guard(result, this.#limitsOf(call));
    } finally {
      over = true;
    }
  }

  async #guarded<T>(call: Call, work: (isOver: () => boolean) => Promise<T>): Promise<T> {
    let over = false;
    try {
      return await guard(
        work(() => over),
        this.#limitsOf(call),
      );
    } finally {
      over = true;
    }
  }

  #limitsOf({ timeoutMs, signal }: Call): Parameters<typeof guard>[1] {
    return {
      clock: this.exchange.state.clock,
      timeoutMs,
      signal,
      onBroken: (listener) => this.onBroken(listener),
    };
  }

  async #slow<T>(
    {
      call,
      fault,
      delayMs,
      isOver,
    }: {
      readonly call: Call;
      readonly fault: CallFault | undefined;
      readonly delayMs: number;
      readonly isOver: () => boolean;
    },
    effect: Effect<T>,
  ): Promise<T> {
    const { life } = this.exchange.state;
    const isStart = call.operation === "startContainer";
    if (isStart) this.exchange.startsUnderWay++;
    try {
      await undefined;
      this.#refuseWhenBroken();
      await this.sleep(delayMs + (fault?.kind === "latency" ? fault.ms : 0));
    } finally {
      if (isStart) this.exchange.startsUnderWay--;
    }
    // What was under way when the daemon went down is forgotten; the guard has told the caller.
    if (this.exchange.state.life !== life || !this.exchange.state.isUp) return never();
    const carryOut = async (): Promise<T> => effect({ isOver, ...(fault === undefined ? {} : { fault }) });
    return fault === undefined ? carryOut() : this.#strike(call, fault, carryOut);
  }

  async #strike<T>(call: Call, fault: CallFault, carryOut: () => Promise<T>): Promise<T> {
    switch (fault.kind) {
      case "errorBeforeEffect":
        throw new DockerRefusal(fault.status ?? 500, fault.message ?? "simulated fault: the daemon failed");
      case "nameConflict":
        throw nameConflict(call.subject, this.exchange.state.random.hex(64));
      case "diskFull":
        throw new DockerRefusal(500, "mkdir /var/lib/docker/overlay2: no space left on device");
      case "errorAfterEffect":
        await carryOut().catch(answerIsLost);
        throw new ConnectionLost("read ECONNRESET", true);
      case "hang":
        return this.#hang(fault, carryOut);
      case "connectionReset":
        if (STREAMS.has(call.operation)) return carryOut();
        throw new ConnectionLost("read ECONNRESET", true);
      case "latency":
      case "pullStuck":
      case "pullError":
        return carryOut();
    }
  }

  async #hang<T>(fault: Extract<CallFault, { readonly kind: "hang" }>, carryOut: () => Promise<T>): Promise<T> {
    const early = fault.takesEffect === true ? carryOut() : undefined;
    early?.catch(answerIsLost);
    if (fault.forMs === undefined) return never();
    await this.sleep(fault.forMs);
    return early ?? carryOut();
  }

  /** Simulated time passes; none of it for 0. */
  async sleep(ms: number): Promise<void> {
    if (ms <= 0) return;
    const { clock } = this.exchange.state;
    await new Promise<void>((resolve) => {
      clock.schedule(asEpochMs(clock.now() + ms), resolve);
    });
  }

  #refuseWhenBroken(): void {
    if (!this.isOpen) throw new ConnectionLost(`connect ECONNREFUSED ${this.endpoint}`, false);
  }

  #delayOf(operation: DockerOperation): number {
    const { latency, faults, startsUnderWay, state } = this.exchange;
    const usual = drawLatency(latency[operation] ?? latency.default, state.random);
    return operation === "startContainer" ? usual + faults.parallelStartDelayMs(startsUnderWay) : usual;
  }

  #record({ operation, subject }: Call, failure: unknown): void {
    const { observers, state } = this.exchange;
    if (observers.size === 0) return;
    const outcome = failure === undefined ? "ok" : String(failure);
    for (const observe of observers) observe({ at: state.clock.now(), operation, subject, outcome });
  }
}

/** A new one each time: a shared promise would keep everybody who ever waited for it. */
export function never(): Promise<never> {
  return new Promise(() => undefined);
}

/** Nobody hears how it went: that is the fault. */
function answerIsLost(): undefined {
  return undefined;
}
